"""One turn of one stream: claimed, read page by page, stored like the calls of a webhook.

A page and the cursor behind it are written in one transaction: a crash between two pages leaves
both or neither, and a page that is read twice is a call that is known. The more is found, the
sooner is the next turn; a shared budget (`social.meter`) makes turns rarer, never wrong.
"""

import math
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from flowia.lib import leases
from flowia.lib.stale import StaleError
from social import meter, sessions
from social.contracts import Credentials
from social.errors import ProviderError
from social.holds import limited
from social.models import Poll, SocialAccount, WebhookEvent
from social.pacing import Later
from social.pages import page_of
from social.polling import AGAIN, READABLE, streams_of
from social.running import READ
from social.streams import Page, Stream
from social.stumbling import stumble

log = structlog.get_logger("flowia.polling")
LEASE = timedelta(minutes=5)
LONGEST_LEASE = timedelta(hours=2)
"""How long a turn may take: LEASE, and longer after turns that never ended."""
MANY_ATTEMPTS = 3
MOST_PAGES = 10
"""How many pages one turn reads; what is left is read in the next one, which comes at once."""
AT_ONCE_SECONDS = 5
BROKEN = "not_readable"
"""The error code of a turn that ended in an error of our own."""
NEXT_WANTED_SECONDS = 60
QUICKER, SLOWER = 0.5, 1.5
PAGES = 1.5
"""What a turn costs on the whole; a long one is not waited for at once, but by all that follow."""
MODESTY = 2
"""Who found nothing uses one part in so many of what they may: the rest is lent to who finds."""
SPREAD = 0.1
"""By which part of its time a turn comes earlier or later, so that not all come at once."""


class _LostError(Exception):
    """The turn is another worker's by now: nothing more of this one is kept."""


def turn(poll_id: int, *, now: datetime) -> list[int]:
    """Read a stream that is due; returns the keys of the stored calls, for `receive`.

    Of several callers one gets the turn. Whatever happens there is a next one, unless the account
    must be connected again: `polling.ensure_polls` wakes it then.
    """
    poll = _claim(poll_id, now=now)
    if poll is None:
        return []
    streams = streams_of(poll.social_account)
    stream = next((one for one in streams if one.name == poll.stream), None)
    later = sessions.resting(poll.social_account, READ, now=now)
    if stream is None or later is not None or _rests(poll, stream, now):
        _mine(poll).update(next_at=_wakes(poll, stream, later, now), attempts=0)
        return []
    _hold(poll, stream, now)
    stored: list[int] = []
    try:
        with sessions.acting(poll.social_account, READ, now=now) as credentials:
            stored.extend(_read(poll, stream, credentials, now))
    except ProviderError as error:
        _mine(poll).update(**stumble(poll, stream, error, now=now))
        whose = poll.social_account.provider
        log.info("poll failed", provider=whose, stream=stream.name, error=error.code)
    except _LostError:
        log.warning("poll lost", provider=poll.social_account.provider, stream=stream.name)
    except StaleError:
        raise
    except Exception:
        # The lease stays, so that such turns come less and less often; the page tells of them.
        _mine(poll).update(error_code=BROKEN)
        raise
    return stored


def _claim(poll_id: int, *, now: datetime) -> Poll | None:
    """Take a turn that is due, for one lease; the attempt counts before the work."""
    due = Poll.objects.filter(pk=poll_id, next_at__lte=now)
    # AGAIN is written anew from here on, by whoever hears of something meanwhile.
    seconds = Greatest(F("seconds"), AGAIN + 1)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1, seconds=seconds):
        return None
    mine = Poll.objects.filter(pk=poll_id, next_at=now + LEASE)
    leases.held(mine, next_at=now, attempts=F("attempts") - 1)
    poll = Poll.objects.select_related("social_account").get(pk=poll_id)
    if poll.next_at != now + LEASE:
        return None
    if poll.attempts > MANY_ATTEMPTS:
        lease = min(LEASE * 2 ** min(poll.attempts - MANY_ATTEMPTS, 10), LONGEST_LEASE)
        _mine(poll).update(next_at=now + lease)
        poll.next_at = now + lease
    return poll


def _hold(poll: Poll, stream: Stream, now: datetime) -> None:
    """Keep a turn with a browser as long as its stream rests: one that breaks off was a visit."""
    least = now + timedelta(seconds=stream.shortest)
    if (
        poll.next_at is None
        or poll.next_at >= least
        or not sessions.has_session(poll.social_account)
    ):
        return
    if _mine(poll).update(next_at=least):
        poll.next_at = least


def _mine(poll: Poll) -> QuerySet[Poll]:
    """Select the row while this worker's lease holds; later it is another's."""
    return Poll.objects.filter(pk=poll.pk, next_at=poll.next_at)


def _rests(poll: Poll, stream: Stream, now: datetime) -> bool:
    account = poll.social_account
    held = account.held_until is not None and account.held_until > now
    return account.status not in READABLE or held or stream.ability in account.lacks


def _wakes(
    poll: Poll, stream: Stream | None, later: Later | None, now: datetime
) -> datetime | None:
    """Return when a stream that rests is looked at again; None: when somebody wakes it."""
    account = poll.social_account
    if stream is None or account.status not in READABLE:
        return None
    if later is not None:
        return later.until
    longest = now + timedelta(seconds=stream.longest)
    held = account.held_until
    return longest if held is None or held <= now else min(longest, held)


def _read(poll: Poll, stream: Stream, credentials: Credentials, now: datetime) -> Iterator[int]:
    """Read pages until there are no more, or no units; give the keys of what was stored."""
    account, found = poll.social_account, 0
    for read in range(1, MOST_PAGES + 1):
        fast = limited(account, "poll", now=now)
        taken = fast or meter.take(account, "poll", now=now)
        if isinstance(taken, datetime):
            why = "too_fast" if fast else "no_units_left"
            _mine(poll).update(next_at=taken, attempts=0, error_code=why)
            return
        page = stream.read(credentials, poll.cursor)
        yield from _keep(poll, stream, page, now)
        found += len(page.items)
        if not page.more:
            _rest_until_next(poll, stream, taken, found=found, now=now)
            return
        if read == MOST_PAGES:
            wait = max(AT_ONCE_SECONDS, taken.seconds_to(1))
            _mine(poll).update(next_at=now + timedelta(seconds=wait), attempts=0, error_code="")


def _keep(poll: Poll, stream: Stream, page: Page, now: datetime) -> Iterator[int]:
    """Store what a page brought together with the cursor behind it; raises _LostError."""
    changes: dict[str, Any] = {"cursor": _storable(page.cursor), "last_at": now}
    if page.items:
        changes["found_at"] = now
    account = poll.social_account
    event = page_of(account, stream.name, page.items, now=now) if page.items else None
    with transaction.atomic():
        if stream.on_demand:
            changes["cursor"] = _still_wanted(poll, changes["cursor"])
        if not _mine(poll).update(**changes):
            raise _LostError
        if event is not None:
            WebhookEvent.objects.bulk_create([event], ignore_conflicts=True)
    poll.cursor = changes["cursor"]
    SocialAccount.objects.filter(pk=account.pk).update(last_poll_at=now)
    if event is not None:
        yield from WebhookEvent.objects.filter(uid=event.uid).values_list("pk", flat=True)


def _still_wanted(poll: Poll, cursor: dict[str, Any]) -> dict[str, Any]:
    """Return `cursor` with what was wanted meanwhile; the row is locked from here on."""
    rows = Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk)
    fresh = rows.values_list("cursor", flat=True).first() or {}
    begun = poll.cursor.get("wanted", [])
    left = cursor.get("wanted", [])
    done = [one for one in begun if one not in left]
    return {**cursor, "wanted": [one for one in fresh.get("wanted", []) if one not in done]}


def _rest_until_next(
    poll: Poll, stream: Stream, taken: meter.Taken, *, found: int, now: datetime
) -> None:
    """Leave the stream until its next turn: at once for what was announced during this one."""
    wished = round(poll.seconds * (QUICKER if found else SLOWER))
    if stream.on_demand:
        left = poll.cursor.get("wanted")
        again = now + timedelta(seconds=NEXT_WANTED_SECONDS) if left else None
        _mine(poll).update(next_at=again, attempts=0, error_code="")
        return
    seconds = min(max(wished, stream.shortest), stream.longest)
    budget = taken.seconds_to(PAGES) * (1 if found else MODESTY)
    wait = max(seconds, budget) * _spread(poll, now)
    done: dict[str, Any] = {"seconds": seconds, "attempts": 0, "error_code": ""}
    calm = _mine(poll).exclude(seconds=AGAIN)
    if not calm.update(next_at=now + timedelta(seconds=wait), **done):
        soon = max(AT_ONCE_SECONDS, taken.seconds_to(1))
        _mine(poll).update(next_at=now + timedelta(seconds=soon), **done)


def _spread(poll: Poll, now: datetime) -> float:
    """Return a factor around 1, another one for each row and turn, the same each time."""
    drawn = zlib.crc32(f"{poll.pk} {now.isoformat()}".encode()) / 2**32
    return 1 + SPREAD * (2 * drawn - 1)


def _storable(value: Any) -> Any:
    """Return a cursor as both databases can keep it: no NUL, no lone surrogate, no NaN."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
