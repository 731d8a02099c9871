"""Which streams are read when: one row per stream of an account (`Provider.streams`).

The reading itself is `social.turns`; what it costs is counted by `social.meter`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from social.models import Poll, SocialAccount
from social.providers.registry import PROVIDERS
from social.streams import Stream

READABLE = (SocialAccount.Status.ACTIVE, SocialAccount.Status.PAUSED)
"""A paused account answers nobody; what people write to it is kept all the same."""
MOST_WANTED = 50
AGAIN = 0
"""`Poll.seconds` of a stream that was announced while it was being read."""


def ensure_polls(account: SocialAccount, *, now: datetime, at_once: bool = False) -> None:
    """Give an account a row for each of its streams, due now; wake those that rest.

    `at_once`, for an account that was just connected or connected again, makes every stream due:
    nobody announced what came meanwhile, and what failed did so with the old access. A turn that
    is being read with that one loses its row, and nothing of it is kept. Where a browser reads,
    no stream is read sooner than its shortest pause after its last answer.
    """
    rows = [
        Poll(
            workspace_id=account.workspace_id,
            social_account=account,
            stream=stream.name,
            seconds=stream.shortest,
            next_at=None if stream.on_demand else now,
        )
        for stream in streams_of(account)
    ]
    Poll.objects.bulk_create(rows, ignore_conflicts=True)
    resting = Q(next_at__isnull=True) | (Q(next_at__gt=now) if at_once else Q())
    on_demand = {one.name for one in streams_of(account) if one.on_demand}
    waiting = Poll.objects.filter(resting, social_account=account).exclude(stream__in=on_demand)
    if not is_browsed(account):
        waiting.update(next_at=now, attempts=0, error_code="")
        return
    for poll in waiting:
        same = Poll.objects.filter(pk=poll.pk, next_at=poll.next_at)
        same.update(next_at=_soon(account, poll, now), attempts=0, error_code="")


def is_browsed(account: SocialAccount) -> bool:
    """Return whether a browser reads what is written to the account."""
    provider = PROVIDERS.get(account.provider)
    return provider is not None and provider.session is not None


def shortest_pause(account: SocialAccount) -> timedelta:
    """Return the least time between two readings of the account's lists."""
    regular = [one.shortest for one in streams_of(account) if not one.on_demand]
    return timedelta(seconds=max(regular, default=0))


def _soon(account: SocialAccount, poll: Poll, now: datetime) -> datetime:
    pauses = {one.name: one.shortest for one in streams_of(account)}
    spare = timedelta(seconds=pauses.get(poll.stream, 0))
    return now if poll.last_at is None else max(now, poll.last_at + spare)


def look_again(account: SocialAccount, *, now: datetime, over: str = "") -> None:
    """Let what kept the account's streams from being read be judged anew.

    None is read sooner than its shortest pause after its last answer. One that is being read, or
    that waits after an error, keeps its time, unless that error is `over`.
    """
    if account.status not in READABLE:
        return
    for stream in streams_of(account):
        waits = Q(attempts=0) | Q(error_code=over, error_code__gt="")
        rows = Poll.objects.filter(waits, social_account=account, stream=stream.name)
        for poll in rows.filter(next_at__gt=now):
            soon = _soon(account, poll, now)
            waiting = Poll.objects.filter(pk=poll.pk, next_at=poll.next_at, next_at__gt=soon)
            waiting.update(next_at=soon, attempts=0)


def sweep(*, now: datetime) -> int:
    """Give readable accounts the rows that they lack; returns how many accounts lacked some."""
    names = [name for name, provider in PROVIDERS.items() if provider.streams]
    accounts = SocialAccount.objects.filter(provider__in=names, status__in=READABLE)
    rows = Poll.objects.filter(next_at__isnull=False)
    awake = set(rows.values_list("social_account_id", "stream"))
    lacking = [
        account
        for account in accounts.iterator()
        if {(account.pk, name) for name in _regular(account)} - awake
    ]
    for account in lacking:
        ensure_polls(account, now=now)
    return len(lacking)


def want(account: SocialAccount, stream: str, *, now: datetime) -> bool:
    """Let the stream be read now; False when it is being read, is due already, or is none.

    One that is being read is read again right after: its turn may have passed already what is
    announced. A stream that rests (its account must be connected again) or that waits after an
    error does not come sooner: asking more often would not help.
    """
    waiting = Poll.objects.filter(social_account=account, stream=stream, next_at__gt=now)
    if waiting.filter(attempts=0).update(next_at=now):
        return True
    waiting.update(seconds=AGAIN)
    return False


def want_thread(account: SocialAccount, wanted: Sequence[str], *, now: datetime) -> bool:
    """Let one thread of the account be read soon: its id and its contact's.

    False where the network has no such stream. Wanted twice is wanted once.
    """
    stream = _on_demand(account)
    if stream is None:
        return False
    with transaction.atomic():
        Poll.objects.get_or_create(
            social_account=account,
            stream=stream.name,
            defaults={"workspace_id": account.workspace_id, "seconds": stream.shortest},
        )
        rows = Poll.objects.select_for_update(no_key=True, of=("self",))
        poll = rows.get(social_account=account, stream=stream.name)
        queue = [one for one in poll.cursor.get("wanted", []) if one[0] != wanted[0]]
        cursor = {**poll.cursor, "wanted": [*queue, list(wanted)][-MOST_WANTED:]}
        # A turn that is being read has its own time: it goes on with what is wanted now.
        soon = now if poll.next_at is None else min(poll.next_at, now)
        moment = poll.next_at if poll.attempts else soon
        Poll.objects.filter(pk=poll.pk).update(cursor=cursor, next_at=moment)
    return True


def forget(account: SocialAccount, names: frozenset[str]) -> None:
    """Take what bears one of `names`, ids of a person and of their threads, out of the cursors.

    Of networks whose threads are read on demand: a thread that was wanted is not opened any more.
    """
    if not reads_threads(account):
        return
    rows = Poll.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    with transaction.atomic():
        for poll in rows.filter(social_account=account):
            Poll.objects.filter(pk=poll.pk).update(cursor=_without(poll.cursor, names))


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(one, names) for key, one in value.items() if key not in names}
    if isinstance(value, list):
        return [_without(one, names) for one in value if not _bears(one, names)]
    return value


def _bears(item: Any, names: frozenset[str]) -> bool:
    return any(one in names for one in (item if isinstance(item, list) else [item]))


def reads_threads(account: SocialAccount) -> bool:
    """Return whether a thread of the account can be read as a whole (`want_thread`)."""
    return _on_demand(account) is not None


def next_reading(account: SocialAccount) -> datetime | None:
    """Return when what is written to the account is read next; None while nothing is planned."""
    rows = Poll.objects.filter(social_account=account, stream__in=_regular(account))
    planned = rows.filter(next_at__isnull=False).order_by("next_at")
    return planned.values_list("next_at", flat=True).first()


def _on_demand(account: SocialAccount) -> Stream | None:
    return next((one for one in streams_of(account) if one.on_demand), None)


def _regular(account: SocialAccount) -> list[str]:
    return [one.name for one in streams_of(account) if not one.on_demand]


def streams_of(account: SocialAccount) -> tuple[Stream, ...]:
    """Return what must be asked for of an account of this kind."""
    provider = PROVIDERS.get(account.provider)
    found = provider.streams if provider else ()
    return tuple(one for one in found if account.kind in one.kinds)
