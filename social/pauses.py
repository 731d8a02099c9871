"""Pauses of a network, an account, the model or everything: nothing leaves, what arrives stays.

Networks ask for pauses by themselves (`holds`), operators for all four. The rows are read whenever
something is decided or sent, so that a pause holds everywhere at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Now, Replace

from accounts.models import Workspace
from flowia.lib.standing import Standing, given
from social import breakers
from social.models import ProviderPause, SocialAccount, Stop

Kept = TypeVar("Kept", ProviderPause, Stop)
PAUSE_CHECK = timedelta(minutes=1)
"""How often it is looked again whether a pause without an end, or of an operator's, is over."""
EVERYTHING, MODEL = "everything", "model"
NETWORK, ACCOUNT = "network", "account"
"""What is paused by name: "network:meta", "account:<uid>"."""
STILL = Q(until__isnull=True) | Q(until__gt=given.moment("now"))


@dataclass(frozen=True)
class Pause:
    """A pause in force: of what, why, since and until when (None without an end), by whom.

    `by_uid` is the operator's, None where the network itself asked for it.
    """

    name: str
    reason: str
    since: datetime
    until: datetime | None
    by_uid: UUID | None

    def look_again(self, now: datetime) -> datetime:
        """Return when what waits for its end is looked at again.

        Operators end pauses early: what waits for theirs is looked at every minute.
        """
        if self.until is None:
            return now + PAUSE_CHECK
        return self.until if self.by_uid is None else min(self.until, now + PAUSE_CHECK)


@dataclass(frozen=True)
class Met:
    """The pauses that a message of one account meets."""

    everything: Pause | None = None
    network: Pause | None = None
    account: Pause | None = None
    model: Pause | None = None


def pause_of(provider: str, *, now: datetime) -> Pause | None:
    """Return why nothing may leave through `provider` at `now`; None when it may."""
    found = _in_force(now, EVERYTHING, network=provider)
    return found.get(EVERYTHING) or found.get(f"{NETWORK}:{provider}")


def network_pause(provider: str, *, now: datetime) -> Pause | None:
    """Return the network's own pause alone: while everything rests, reading goes on."""
    return _in_force(now, network=provider).get(f"{NETWORK}:{provider}")


def everything_rests(*, now: datetime) -> bool:
    """Return whether operators paused everything."""
    return _lasting(Stop.objects.filter(name=EVERYTHING), now).exists()


def model_pause(*, now: datetime) -> Pause | None:
    """Return why the model may not be asked: its own pause, or that of everything."""
    found = _in_force(now, EVERYTHING, MODEL)
    return found.get(EVERYTHING) or found.get(MODEL)


def met_by(account: SocialAccount, *, now: datetime) -> Met:
    """Return all pauses that what leaves through `account` meets; one query."""
    own = f"{ACCOUNT}:{account.uid}"
    found = _in_force(now, EVERYTHING, MODEL, own, network=account.provider)
    return Met(
        everything=found.get(EVERYTHING),
        network=found.get(f"{NETWORK}:{account.provider}"),
        account=found.get(own),
        model=found.get(MODEL),
    )


def all_in_force(*, now: datetime) -> list[Pause]:
    """Return every pause, of operators and of networks; the oldest first."""
    rows = (ProviderPause.objects.all(), Stop.objects.all())
    return sorted(_read(*(_lasting(one, now) for one in rows)), key=lambda one: one.since)


def of_operators() -> tuple[QuerySet[ProviderPause], QuerySet[Stop]]:
    """Select what operators paused, by the database's own clock: for a query of somebody else's."""
    lasting = Q(until__isnull=True) | Q(until__gt=Now())
    theirs = Q(by_uid__isnull=False)
    return ProviderPause.objects.filter(lasting, theirs), Stop.objects.filter(lasting, theirs)


def operators_pauses(workspace: Workspace) -> list[Pause]:
    """Return what operators paused of `workspace`, the oldest first; one query, however many rest.

    Of everybody, of the networks of its connected accounts, of those accounts.
    """
    networks, stops = of_operators()
    accounts = SocialAccount.objects.filter(workspace=workspace)
    accounts = accounts.exclude(status=SocialAccount.Status.DISCONNECTED)
    names = accounts.annotate(
        called=Concat(Value(f"{ACCOUNT}:"), _plain(Cast("uid", CharField())))
    ).values("called")
    wide = Q(name__in=[EVERYTHING, MODEL])
    mine = stops.annotate(plain=_plain(F("name"))).filter(wide | Q(plain__in=names))
    found = _read(networks.filter(provider__in=accounts.values("provider")), mine)
    return sorted(found, key=lambda one: one.since)


@transaction.atomic
def pause(
    provider: str,
    reason: str,
    *,
    until: datetime | None = None,
    by_uid: UUID | None = None,
    now: datetime,
) -> ProviderPause | None:
    """Let nothing leave through `provider` until then or somebody lifts it.

    None where a pause stands that lasts as long: it stays as it is, whoever asked for it. A browser
    that acts there stops with its next beat, within seconds.
    """
    told = {"until": until, "reason": reason[:100], "by_uid": by_uid}
    rows = ProviderPause.objects.select_for_update()
    found = _begun(rows, {"provider": provider}, told, now)
    _hold_back(f"{NETWORK}:{provider}", until, now)
    return found


@transaction.atomic
def stop(
    name: str, reason: str, *, until: datetime | None, by_uid: UUID | None, now: datetime
) -> Stop | None:
    """Let everything, the model or an account rest; one that rests already keeps its `since`.

    None where a pause stands that lasts as long: it stays as it is.
    """
    told = {"until": until, "reason": reason[:100], "by_uid": by_uid}
    found = _begun(Stop.objects.select_for_update(), {"name": name}, told, now)
    _hold_back(name, until, now)
    return found


def _begun(
    rows: QuerySet[Kept], called: dict[str, str], told: dict[str, Any], now: datetime
) -> Kept | None:
    """Write the pause; None where one is in force that ends no earlier."""
    rows.filter(**called, until__lte=now).delete()
    row, new = rows.get_or_create(**called, defaults=told)
    until: datetime | None = told["until"]
    if new:
        return row
    if row.until is None or (until is not None and until <= row.until):
        return None
    row.until, row.reason, row.by_uid = until, told["reason"], told["by_uid"]
    row.save()
    return row


def end(row: ProviderPause | Stop, *, now: datetime) -> None:
    """End a pause before its time; what waited is judged again and leaves slowly."""
    name = row.name if isinstance(row, Stop) else f"{NETWORK}:{row.provider}"
    row.delete()
    for line in _lines(name):
        breakers.let_trickle(line, now=now)


def _hold_back(name: str, until: datetime | None, now: datetime) -> None:
    """Have what waits for the end of a pause leave slowly then, though nobody is there to end it.

    Without an end somebody has to, and `end` sees to it.
    """
    if until is not None:
        for line in _lines(name):
            breakers.hold_back(line, until, now=now)


def _lines(name: str) -> list[str]:
    """Return the breakers through which what waited leaves one by one; the model's have a rate."""
    kind, _colon, what = name.partition(":")
    if kind == EVERYTHING:
        used = SocialAccount.objects.exclude(status=SocialAccount.Status.DISCONNECTED)
        networks = set(used.order_by().values_list("provider", flat=True).distinct())
        return [f"provider:{one}" for one in sorted(networks)]
    if kind == NETWORK:
        return [f"provider:{what}"]
    return [f"account:{what}"] if kind == ACCOUNT else []


def _in_force(
    now: datetime, first: str = "", second: str = "", third: str = "", *, network: str = ""
) -> dict[str, Pause]:
    """Return the pauses of a network and of up to three names, by name; one query."""
    rows = IN_FORCE(now=now, first=first, second=second, third=third, network=network)
    found = (Pause(f"{kind}{name}", *rest) for kind, name, *rest in rows)
    return {one.name: one for one in found}


def _lasting(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    lasting: QuerySet[Any] = rows.filter(Q(until__isnull=True) | Q(until__gt=now))
    return lasting


def _read(paused: QuerySet[Any], stopped: QuerySet[Any]) -> list[Pause]:
    """Return the rows of both tables as pauses, with one query."""
    found = _of_both(paused, stopped)
    return [Pause(f"{kind}{name}", *rest) for kind, name, *rest in found]


def _of_both(paused: QuerySet[Any], stopped: QuerySet[Any]) -> QuerySet[Any]:
    columns = ("kind", "called", "reason", "created_at", "until", "by_uid")
    rows = paused.annotate(kind=_words(f"{NETWORK}:"), called=F("provider")).values_list(*columns)
    stops = stopped.annotate(kind=_words(""), called=F("name")).values_list(*columns)
    found: QuerySet[Any] = rows.union(stops, all=True)
    return found


IN_FORCE = Standing(
    lambda: _of_both(
        ProviderPause.objects.filter(STILL, provider=given.word("network")),
        Stop.objects.filter(
            Q(name=given.word("first"))
            | Q(name=given.word("second"))
            | Q(name=given.word("third")),
            STILL,
        ),
    )
)


def _plain(words: Any) -> Replace:
    """Return a name without hyphens: databases write ids with and without."""
    return Replace(words, Value("-"), Value(""))


def _words(words: str) -> Value:
    return Value(words, output_field=CharField())
