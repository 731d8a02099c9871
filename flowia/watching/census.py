"""How many there are of what grows for ever: counted whole, once in minutes, whoever is asked.

A count reads an index to its end, so its answer is kept in Redis for all processes. It is given up
after seconds rather than have a scrape wait for it.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Count, QuerySet
from redis import Redis
from redis.exceptions import RedisError

from accounts.audit import OPERATORS
from accounts.models import AuditEntry, Workspace
from billing.models import Subscription
from billing.plans import FREEMIUM
from flowia.lib import clock
from flowia.lib.redis import redis_client
from processing.models import Lead, Message
from processing.quota_line import WAITS
from social.models import SocialAccount

KEY, TURN = "flowia:census", "flowia:census:turn"
ROTATED = "encryption.rotated"
FRESH_SECONDS, KEPT_SECONDS = 300, 3600
LONGEST_MILLISECONDS = 4000

Census = dict[str, list[tuple[list[str], int]]]
"""By the part's name: labels with their number."""


def known() -> Census:
    """Return the last census; one of the callers makes a new one every `FRESH_SECONDS`.

    Empty while there is none, or Redis does not answer.
    """
    client = redis_client()
    try:
        if client.set(TURN, "1", ex=FRESH_SECONDS, nx=True):
            _renew(client)
        kept = client.get(KEY)
    except (RedisError, OSError):
        return {}
    return json.loads(str(kept))["parts"] if kept else {}


def taken() -> Census:
    """Count now; raises DatabaseError where it takes too long."""
    found = {name: list(_rows(rows)) for name, rows in _parts().items()}
    # A workspace that never subscribed has no row, and is on Freemium.
    plans = {labels[0]: number for labels, number in found["plans"]}
    without = Workspace.objects.count() - sum(plans.values())
    plans[FREEMIUM.code] = plans.get(FREEMIUM.code, 0) + max(0, without)
    return {
        **found,
        "plans": [([code], number) for code, number in sorted(plans.items())],
        "key_seconds": [([], age) for age in _key_ages()],
    }


def _key_ages() -> list[int]:
    """Return the seconds since the key was changed, or since there is a workspace, if there is."""
    changes = AuditEntry.objects.filter(chain=OPERATORS, action=ROTATED).order_by("-number")
    begun = Workspace.objects.order_by("id")
    for rows in (changes, begun):
        at = rows.values_list("created_at", flat=True).first()
        if at is not None:
            return [round((clock.now() - at).total_seconds())]
    return []


def _renew(client: Redis) -> None:
    began = time.monotonic()
    try:
        with transaction.atomic(), _bounded():
            parts = taken()
    except DatabaseError:
        # What was known stays until it is too old; the next turn tries again.
        return
    milliseconds = round((time.monotonic() - began) * 1000)
    told = json.dumps({"parts": {**parts, "milliseconds": [([], milliseconds)]}})
    client.set(KEY, told, ex=KEPT_SECONDS)


def _parts() -> dict[str, tuple[QuerySet[Any], tuple[str, ...]]]:
    """Return what is counted, and by which columns."""
    held = Message.objects.filter(status=Message.Status.HELD)
    waiting = Message.objects.filter(next_at__isnull=False, reason=WAITS, outcome="")
    return {
        "leads": (Lead.objects.all(), ("level",)),
        "drafts": (held, ()),
        "plans": (Subscription.objects.all(), ("plan",)),
        "accounts": (SocialAccount.objects.all(), ("provider", "status")),
        "quota_waits": (waiting, ()),
    }


def _rows(part: tuple[QuerySet[Any], tuple[str, ...]]) -> Iterator[tuple[list[str], int]]:
    rows, columns = part
    if not columns:
        yield [], rows.order_by().count()
        return
    grouped = rows.order_by().values(*columns).annotate(number=Count("pk"))
    for *labels, number in grouped.values_list(*columns, "number"):
        yield [str(one) for one in labels], number


@contextmanager
def _bounded() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {LONGEST_MILLISECONDS}")
    yield
