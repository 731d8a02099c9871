"""What the admin's home says of a `Health`: one line a matter, its word, figure, age and link."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flowia.watching.counting import MOST, Counted
from flowia.watching.reading import Health, Queue
from social.pauses import EVERYTHING, NETWORK
from social.providers.registry import PROVIDERS

GOOD, LOOK, BAD = "good", "look", "bad"
WORDS: dict[str, Promise] = {
    GOOD: gettext_lazy("good"),
    LOOK: gettext_lazy("look"),
    BAD: gettext_lazy("bad"),
}
MARKS = {GOOD: "✓", LOOK: "▲", BAD: "✕"}
BEAT_LATE, BEAT_GONE = 5.0, 60.0
LATE = {"incomingMessages": (60, 600), "autoReply": (60, 600)}
"""From what age in seconds of its oldest row a queue is looked at, and from what it is bad."""
OTHERS_LATE = (300, 3600)
USED_MUCH, ALL = 80, 100
"""Percent of a network's units from which an operator looks, and from which nothing is left."""
LITTLE_ROOM, NO_ROOM = 5 * 2**30, 2**30
FULL_DAYS = 2


@dataclass(frozen=True)
class Line:
    """One matter: `level` is good, look or bad, `figure` what is shown, `value` what is measured.

    `metric` and `labels` name the same value in /metrics; `since` is when it began.
    """

    level: str
    label: str
    figure: str
    address: str
    metric: str
    value: float | None
    labels: tuple[str, ...] = ()
    since: datetime | None = None
    more: str = ""

    @property
    def word(self) -> str:
        """The level in the reader's language."""
        return str(WORDS[self.level])

    @property
    def mark(self) -> str:
        """The level as a sign."""
        return MARKS[self.level]


def lines(health: Health) -> list[Line]:
    """Return what operators read of `health`, in the order of a message's way."""
    return [
        *_engine(health),
        *(_queue(one, health) for one in health.queues),
        *_failed(health),
        *_resting(health),
        *_model(health),
        *_units(health),
        *_money(health),
        *_tools(health),
        *_letters(health),
        *_chains(health),
        _room(health),
    ]


def worst(found: list[Line]) -> str:
    """Return the gravest level among the lines."""
    return max((one.level for one in found), key=[GOOD, LOOK, BAD].index, default=GOOD)


def shown(one: Counted) -> str:
    """Return how many, "1 000+" where counting ended."""
    return number(one.number, more=one.more)


def number(value: int, *, more: bool = False) -> str:
    """Return a number with its thousands apart, as the reader's language writes it."""
    words = str(number_format(value, force_grouping=True))
    return f"{words}+" if more else words


def age(seconds: float) -> str:
    """Return a time in the largest unit that tells it."""
    for size, words in ((86_400, _("%(number)s d")), (3600, _("%(number)s h")),
                        (60, _("%(number)s min"))):  # fmt: skip
        if seconds >= size:
            return words % {"number": int(seconds // size)}
    return _("%(number)s s") % {"number": int(seconds)}


def _at(name: str, query: str = "") -> str:
    return reverse(f"admin:{name}") + query


def _engine(health: Health) -> Iterator[Line]:
    up, queues = health.broker is not None, _at("queues")
    words = _("answers") if up else _("does not answer")
    yield Line(GOOD if up else BAD, "Redis", words, queues, "flowia_redis_up", float(up))
    beat = health.broker.beat if health.broker else None
    level = BAD if beat is None or beat > BEAT_GONE else LOOK if beat > BEAT_LATE else GOOD
    figure = _("unknown") if beat is None else _("%(age)s ago") % {"age": age(beat)}
    label = _("Last tick of the scheduler")
    yield Line(level, label, figure, queues, "flowia_beat_age_seconds", beat)


def _queue(queue: Queue, health: Health) -> Line:
    seconds = (
        round(max(0.0, (health.now - queue.oldest).total_seconds()), 1) if queue.oldest else 0.0
    )
    look, bad = LATE.get(queue.name, OTHERS_LATE)
    level = BAD if seconds > bad else LOOK if seconds > look else GOOD
    if queue.workers == 0:
        level = LOOK if queue.name == "browserLinkedIn" and not queue.due else BAD
    workers = _("unknown") if queue.workers is None else str(queue.workers)
    waiting = _("unknown") if queue.waiting is None else number(queue.waiting)
    more = _("in the broker: %(waiting)s · workers: %(workers)s")
    return Line(
        level,
        _("Queue %(name)s") % {"name": queue.name},
        _("%(count)s due") % {"count": number(queue.due, more=queue.more)},
        f"{_at('queues')}#{queue.name}",
        "flowia_queue_oldest_seconds",
        seconds,
        (queue.name,),
        queue.oldest,
        more % {"waiting": waiting, "workers": workers},
    )


def _failed(health: Health) -> Iterator[Line]:
    letters = _at("processing_deadletter_changelist")
    dead = {step: one for step, one in health.of("dead").items() if one.number}
    for step, one in dead.items():
        label = _("Dead letters: %(step)s") % {"step": step}
        address = f"{letters}?kind={step}"
        yield _counted(one, label, address, "flowia_dead_letters", labels=(step,))
    if not dead:
        yield Line(GOOD, _("Dead letters"), "0", letters, "flowia_dead_letters", 0, ("send",))
    events = _at("social_webhookevent_changelist", "?status__exact=failed")
    failed = health.counts["events_failed"]
    yield _counted(failed, _("Failed webhook calls"), events, "flowia_events_failed")


def _counted(
    one: Counted, label: str, address: str, metric: str, *, labels: tuple[str, ...] = ()
) -> Line:
    level = LOOK if one.number else GOOD
    return Line(level, label, shown(one), address, metric, one.number, labels, one.oldest)


def _resting(health: Health) -> Iterator[Line]:
    breakers = health.breakers
    words = ", ".join(name for name, _until in breakers if not name.startswith("account:"))
    of_accounts = sum(name.startswith("account:") for name, _until in breakers)
    yield Line(
        LOOK if breakers else GOOD,
        _("Open breakers"),
        number(len(breakers), more=len(breakers) >= MOST),
        _at("social_breaker_changelist"),
        "flowia_breakers_open",
        of_accounts,
        ("account",),
        more=words,
    )
    everything = [one for one in health.pauses if one.name == "everything"]
    yield Line(
        BAD if everything else LOOK if health.pauses else GOOD,
        _("Pauses"),
        number(len(health.pauses)),
        _at("pauses"),
        "flowia_pauses",
        float(len(everything)),
        ("everything",),
        health.pauses[0].since if health.pauses else None,
        ", ".join(
            _called(one.name) for one in health.pauses if not one.name.startswith("account:")
        ),
    )
    rest = health.counts["sessions_rest"]
    address = _at("social_browsersession_changelist")
    yield _counted(rest, _("Browser sessions that rest"), address, "flowia_sessions_resting")
    for one in health.changed:
        label = _("Changed page: %(what)s") % {"what": one}
        address = _at("social_drift_changelist")
        where = tuple(one.split(" ", 1))
        yield Line(BAD, label, _("rests"), address, "flowia_changed_pages", 1, where)


def _model(health: Health) -> Iterator[Line]:
    troubles = _at("processing_modelstate_changelist")
    for trouble in health.troubles:
        label = _("The model is not asked: %(code)s") % {"code": trouble.code}
        words = _("tried again %(at)s UTC") % {"at": f"{trouble.retry_at:%H:%M}"}
        metric = "flowia_model_trouble"
        yield Line(BAD, label, words, troubles, metric, 1, (trouble.code,), trouble.since)
    failures, ledger = health.ledger.model, _at("processing_interactionevent_changelist")
    label = _("The model's failures within the hour")
    for code, count in failures.items():
        address = f"{ledger}?reason__exact={code}"
        metric = "flowia_model_failures_hour"
        yield Line(LOOK, label, number(count), address, metric, count, (code,), more=code)
    if not failures:
        yield Line(GOOD, label, "0", troubles, "flowia_model_failures_hour", None)
    label, sent = _("Messages that left within five minutes"), health.ledger.sent
    address = _at("processing_delivery_changelist")
    yield Line(GOOD, label, number(sent), address, "flowia_sent_five_minutes", sent)


def _units(health: Health) -> Iterator[Line]:
    for one in health.units:
        percent = 100 * one.used // max(1, one.most)
        level = BAD if percent >= ALL else LOOK if percent >= USED_MUCH else GOOD
        used = {"used": number(one.used), "most": number(one.most), "percent": percent}
        yield Line(
            level,
            _("Units of the day: %(network)s") % {"network": one.provider},
            _("%(used)s of %(most)s (%(percent)s %%)") % used,
            _at("social_unittotal_changelist"),
            "flowia_units_used",
            one.used,
            (one.provider,),
            more=_("begins anew %(at)s UTC") % {"at": f"{one.resets:%Y-%m-%d %H:%M}"},
        )


def _money(health: Health) -> Iterator[Line]:
    events = _at("billing_stripeevent_changelist", "?status__exact=failed")
    failed = health.counts["stripe_failed"]
    yield _counted(failed, _("Failed events of Stripe"), events, "flowia_stripe_failed")
    plans = _at("billing_subscription_changelist")
    late = health.counts["stripe_open"]
    yield _counted(late, _("Looks at Stripe that fail"), plans, "flowia_stripe_late")
    found, label = health.stripe, _("Differences from Stripe")
    metric = "flowia_stripe_differences"
    if found is None:
        off = not settings.STRIPE_SECRET_KEY
        words = _("nothing is sold here") if off else _("not looked at lately")
        yield Line(GOOD if off else LOOK, label, words, plans, metric, None)
        return
    old = health.now - found.at > timedelta(days=FULL_DAYS)
    level = LOOK if found.open or old else GOOD
    more = _("events that never came: %(count)s") % {"count": number(found.missed)}
    yield Line(level, label, number(found.open), plans, metric, found.open, (), found.at, more)


def _tools(health: Health) -> Iterator[Line]:
    counts = health.counts
    accounts = _at("social_socialaccount_changelist", "?status__exact=needs_login")
    label = _("Accounts to connect again")
    yield _counted(counts["to_log_in"], label, accounts, "flowia_accounts_to_log_in")
    tools = _at("integrations_integration_changelist")
    yield _counted(counts["tools"], _("Tools in trouble"), tools, "flowia_tools_in_trouble")
    hooks = _at("integrations_hook_changelist", "?status__exact=disabled")
    yield _counted(counts["hooks_off"], _("Webhooks switched off"), hooks, "flowia_hooks_off")


def _letters(health: Health) -> Iterator[Line]:
    """Tell what became of e-mails; without a mail server nobody gets back in."""
    counts, letters = health.counts, "accounts_letter_changelist"
    failed = _("Letters that failed within a day")
    address = _at(letters, "?status__exact=failed")
    yield _counted(counts["letters_failed"], failed, address, "flowia_letters_failed")
    late, away = counts["letters_late"], counts["letters_no_server"].number
    yield Line(
        BAD if away else LOOK if late.number else GOOD,
        _("Letters that the mail server does not take"),
        shown(late),
        _at(letters, "?status__exact=queued"),
        "flowia_letters_late",
        late.number,
        since=late.oldest,
        more=_("the mail server does not answer") if away else "",
    )


def _chains(health: Health) -> Iterator[Line]:
    counts, chains = health.counts, _at("accounts_auditchain_changelist")
    broken = counts["chains_broken"]
    level, label = BAD if broken.number else GOOD, _("Broken chains of the audit log")
    yield Line(level, label, shown(broken), chains, "flowia_chains_broken", broken.number)
    late = _("Chains of the audit log that no night verified")
    yield _counted(counts["chains_late"], late, chains, "flowia_chains_late")


def _room(health: Health) -> Line:
    free, address = health.disk, _at("queues")
    level = BAD if free is not None and free < NO_ROOM else GOOD
    if free is not None and NO_ROOM <= free < LITTLE_ROOM:
        level = LOOK
    figure = _("unknown") if free is None else _("%(size)s GB free") % {"size": free // 2**30}
    more = ""
    if health.database is not None:
        more = _("database: %(size)s MB") % {"size": number(health.database // 2**20)}
    metric = "flowia_disk_free_bytes"
    return Line(level, _("Disk"), figure, address, metric, free, more=more)


def _called(pause: str) -> str:
    """Return what rests by the name of its pause: everything, the model, or a network's label."""
    kind, _colon, what = pause.partition(":")
    if kind == NETWORK:
        return PROVIDERS[what].label if what in PROVIDERS else what
    return _("everything") if kind == EVERYTHING else _("the model")
