"""Every figure that Prometheus gets, by its name: read from the same `Health` as the admin's home.

No label tells of a workspace, an account or a person.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flowia.lib import notes
from flowia.watching.reading import Health
from processing.modelstate import TROUBLES
from social.providers.registry import BROWSED, PROVIDERS
from social.running import READ, SEND

Values = Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class Figure:
    """One figure: its name with its unit, what it tells, its labels, and how it is read.

    What is not known at the moment has no value, and is left out.
    """

    name: str
    tells: str
    labels: tuple[str, ...]
    values: Callable[[Health], Values]


def figures(health: Health) -> dict[str, Values]:
    """Return all values by the figure's name, each by its labels."""
    return {one.name: one.values(health) for one in FIGURES}


def _alone(value: float | None) -> Values:
    return {} if value is None else {(): float(value)}


def _counts(prefix: str) -> Callable[[Health], Values]:
    return lambda health: {(name,): one.number for name, one in health.of(prefix).items()}


def _count(name: str) -> Callable[[Health], Values]:
    return lambda health: _alone(health.counts[name].number)


def _ages(prefix: str) -> Callable[[Health], Values]:
    return lambda health: {
        (name,): round(one.seconds(health.now), 1) for name, one in health.of(prefix).items()
    }


def _waiting(health: Health) -> Values:
    return {(one.name,): one.waiting for one in health.queues if one.waiting is not None}


def _oldest(health: Health) -> Values:
    now = health.now
    return {
        (one.name,): round(max(0.0, (now - one.oldest).total_seconds()), 1) if one.oldest else 0.0
        for one in health.queues
    }


def _workers(health: Health) -> Values:
    return {(one.name,): one.workers for one in health.queues if one.workers is not None}


def _breakers(health: Health) -> Values:
    """Count open breakers by network, and those of accounts together; 0 where none is open."""
    names = (name.partition(":") for name, _until in health.breakers)
    of = Counter("account" if kind == "account" else what for kind, _colon, what in names)
    return {(one,): of[one] for one in ("account", *sorted(PROVIDERS.keys() | of.keys()))}


def _pauses(health: Health) -> Values:
    """Count pauses by what they are of: everything, the model, networks, accounts."""
    kinds = Counter(one.name.partition(":")[0] for one in health.pauses)
    return {(kind,): kinds[kind] for kind in ("everything", "model", "network", "account")}


def _changed(health: Health) -> Values:
    """Tell which pages changed, by network and by what is done there; 0 for the others."""
    whole = {(network, what): 0.0 for network in sorted(BROWSED) for what in (READ, SEND)}
    return whole | {tuple(one.split(" ", 1)): 1.0 for one in health.changed}


def _troubles(health: Health) -> Values:
    """Tell for which troubles the model is not asked; 0 for the others."""
    met = {one.code for one in health.troubles}
    return {(code,): float(code in met) for code in sorted(TROUBLES | met)}


def _connections(health: Health) -> Values:
    """Tell how many are connected to the database; nothing where it has no connections."""
    all_of_them = health.beside.get("connections")
    if all_of_them is None:
        return {}
    active, stuck = (health.beside[f"connections_{one}"] for one in ("active", "stuck"))
    return {
        ("active",): active,
        ("idle in transaction",): stuck,
        ("idle",): all_of_them - active - stuck,
    }


def _memory(health: Health) -> Values:
    return {(name,): size for name, size in health.broker.memory.items()} if health.broker else {}


def _shares(health: Health) -> Values:
    return {(name,): part for name, part in health.broker.shares.items()} if health.broker else {}


def _noted(health: Health, name: str, part: str) -> Values:
    """Return a part of what was noted under `name`; nothing where nobody noted it."""
    return _alone(health.notes.get(name, {}).get(part))


def _census(name: str) -> Callable[[Health], Values]:
    return lambda health: {tuple(labels): number for labels, number in health.census.get(name, [])}


def _stripe(health: Health) -> Values:
    return _alone(health.stripe.open if health.stripe else None)


FIGURES = (
    Figure(
        "flowia_redis_up",
        "Whether Redis answers (1) or not (0).",
        (),
        lambda health: _alone(int(health.broker is not None)),
    ),
    Figure(
        "flowia_beat_age_seconds",
        "Time since beat's last tick.",
        (),
        lambda health: _alone(health.broker.beat if health.broker else None),
    ),
    Figure("flowia_queue_waiting", "Wake-ups that wait in the broker.", ("queue",), _waiting),
    Figure(
        "flowia_queue_due",
        "Rows of the tables that are due, at most a thousand for each step.",
        ("queue",),
        lambda health: {(one.name,): one.due for one in health.queues},
    ),
    Figure("flowia_queue_oldest_seconds", "Age of the oldest due row.", ("queue",), _oldest),
    Figure("flowia_queue_workers", "Workers that live.", ("queue",), _workers),
    Figure("flowia_due", "Due rows, at most a thousand.", ("step",), _counts("due")),
    Figure("flowia_due_oldest_seconds", "Age of the oldest due row.", ("step",), _ages("due")),
    Figure("flowia_sending", "Messages on their way.", (), _count("sending")),
    Figure(
        "flowia_sent_five_minutes",
        "Messages that left within five minutes.",
        (),
        lambda health: _alone(health.ledger.sent),
    ),
    Figure("flowia_dead_letters", "Work that failed for good, open.", ("step",), _counts("dead")),
    Figure("flowia_events_failed", "Failed webhook calls.", (), _count("events_failed")),
    Figure("flowia_breakers_open", "Breakers that stand open.", ("of",), _breakers),
    Figure("flowia_pauses", "Pauses in force.", ("of",), _pauses),
    Figure("flowia_sessions_resting", "Browser sessions that rest.", (), _count("sessions_rest")),
    Figure("flowia_changed_pages", "Pages that changed.", ("network", "what"), _changed),
    Figure(
        "flowia_units_used",
        "Units used of the network's day.",
        ("network",),
        lambda health: {(one.provider,): one.used for one in health.units},
    ),
    Figure(
        "flowia_units_most",
        "Units of the network's day.",
        ("network",),
        lambda health: {(one.provider,): one.most for one in health.units},
    ),
    Figure(
        "flowia_model_failures_hour",
        "The model's failures within the hour.",
        ("code",),
        lambda health: {(code,): number for code, number in health.ledger.model.items()},
    ),
    Figure(
        "flowia_model_trouble",
        "Troubles for which the model is not asked (1 each).",
        ("code",),
        _troubles,
    ),
    Figure("flowia_stripe_failed", "Failed events of Stripe.", (), _count("stripe_failed")),
    Figure("flowia_stripe_late", "Looks at Stripe that fail.", (), _count("stripe_open")),
    Figure("flowia_stripe_differences", "Differences that the last night left.", (), _stripe),
    Figure("flowia_letters_failed", "Letters that failed in a day.", (), _count("letters_failed")),
    Figure("flowia_letters_late", "Letters not taken so far.", (), _count("letters_late")),
    Figure(
        "flowia_letters_no_server",
        "Of these, letters that reached no mail server.",
        (),
        _count("letters_no_server"),
    ),
    Figure("flowia_chains_broken", "Broken chains of the audit log.", (), _count("chains_broken")),
    Figure("flowia_chains_late", "Chains no night verified.", (), _count("chains_late")),
    Figure("flowia_tools_in_trouble", "Tools that cannot be written into.", (), _count("tools")),
    Figure("flowia_hooks_off", "Webhooks switched off after failures.", (), _count("hooks_off")),
    Figure("flowia_accounts_to_log_in", "Accounts to connect again.", (), _count("to_log_in")),
    Figure("flowia_disk_free_bytes", "Room for our files.", (), lambda one: _alone(one.disk)),
    Figure("flowia_database_bytes", "The database's size.", (), lambda one: _alone(one.database)),
    Figure(
        "flowia_database_connections",
        "Who is connected to our database.",
        ("state",),
        _connections,
    ),
    Figure(
        "flowia_database_connections_most",
        "How many may be connected to the server.",
        (),
        lambda one: _alone(one.beside.get("connections_most")),
    ),
    Figure(
        "flowia_redis_bytes",
        "Memory that Redis uses.",
        (),
        lambda one: _alone(one.broker.room[0] if one.broker else None),
    ),
    Figure(
        "flowia_redis_bytes_most",
        "Memory that Redis may use; absent without a limit.",
        (),
        lambda one: _alone((one.broker.room[1] or None) if one.broker else None),
    ),
    Figure(
        "flowia_memory_bytes",
        "Memory of the processes of a kind, with their children.",
        ("process",),
        _memory,
    ),
    Figure(
        "flowia_memory_share",
        "Part of the memory in use where a process of a kind runs, the fullest place of each.",
        ("process",),
        _shares,
    ),
    Figure("flowia_leads", "Leads by level.", ("level",), _census("leads")),
    Figure("flowia_drafts_waiting", "Drafts that wait for a member.", (), _census("drafts")),
    Figure("flowia_workspaces", "Workspaces by plan.", ("plan",), _census("plans")),
    Figure("flowia_accounts", "Accounts.", ("network", "status"), _census("accounts")),
    Figure(
        "flowia_quota_waiting",
        "Messages that wait for tomorrow's quota.",
        (),
        _census("quota_waits"),
    ),
    Figure(
        "flowia_encryption_key_seconds",
        "Since when the encryption key is in use.",
        (),
        _census("key_seconds"),
    ),
    Figure(
        "flowia_invariants_broken",
        "Invariants that the last check found broken.",
        (),
        lambda one: _noted(one, notes.INVARIANTS, "broken"),
    ),
    Figure(
        "flowia_invariants_age_seconds",
        "Time since the invariants were checked.",
        (),
        lambda one: _noted(one, notes.INVARIANTS, "age"),
    ),
    Figure(
        "flowia_backup_age_seconds",
        "Time since the last backup that was noted.",
        (),
        lambda one: _noted(one, notes.BACKUP, "age"),
    ),
    Figure(
        "flowia_census_milliseconds",
        "How long the last census took.",
        (),
        _census("milliseconds"),
    ),
    Figure(
        "flowia_health_milliseconds",
        "How long reading all this took.",
        (),
        lambda health: _alone(health.milliseconds),
    ),
)
