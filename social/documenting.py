"""docs/providers.md: what each network can do, its limits and its error table, from the code."""

from collections.abc import Callable, Iterable, Sequence

from social.capabilities import Capabilities
from social.providers.base import Provider
from social.providers.registry import PROVIDERS
from social.refusals import Rule
from social.sessioning import Sessions
from social.streams import EVERY_CALL, Limit, Stream

HEAD = """# The networks

Written by `manage.py document_providers` from the code; do not edit. What an account can do, how
often the networks may be called, and what is done about each of their error codes. A code without
a row is a refusal: that message is given up, and a human told.
"""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AGREED_TO = ("session", "automation")
COUNTED = {"send", "comment", "private_reply", "look_up", EVERY_CALL}
"""The operations whose limits we count ourselves (`social.holds`)."""


def document() -> str:
    """Return the whole page, in Markdown."""
    parts = [HEAD, *(_provider(one) for one in PROVIDERS.values())]
    return "\n".join(parts)


def _provider(provider: Provider) -> str:
    parts = [f"## {provider.label}\n", _capabilities(provider)]
    if provider.session:
        parts += ["### In a member's own session\n", _session(provider.session)]
    if provider.streams:
        parts += ["### What is asked for\n", _streams(provider)]
    parts += ["### Limits\n", _limits(provider)]
    parts += ["### Errors\n", _errors(provider.rules)]
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(one) for one in line) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _capabilities(provider: Provider) -> str:
    kinds = provider.capabilities
    return _table(
        ["", *kinds],
        [[name, *(says(kinds[kind]) for kind in kinds)] for name, says in CAPABILITIES.items()],
    )


def _direct(can: Capabilities) -> str:
    unit = "bytes of UTF-8" if can.text_limit_in_bytes else "characters"
    return f"yes, {can.text_limit} {unit}" if can.direct_messages else "no"


def _window(can: Capabilities) -> str:
    if not can.direct_messages:
        return "–"
    if can.reply_window_hours is None:
        return "for ever"
    most = f", {can.messages_per_window} messages" if can.messages_per_window else ""
    return f"{can.reply_window_hours} h after their message{most}"


def _by_hand(can: Capabilities) -> str:
    return f"{can.human_window_hours} h" if can.human_window_hours else "the same"


def _comments(can: Capabilities) -> str:
    return f"yes, {can.comment_limit} characters" if can.comments else "no"


def _private(can: Capabilities) -> str:
    return f"within {can.private_reply_days} days" if can.private_reply_days else "no"


def _mark(can: Capabilities) -> str:
    return "yes" if can.echo_has_reference else "no"


def _sorted(can: Capabilities) -> str:
    return "sorted first: leads alone" if can.classified else "all"


def _by_themselves(can: Capabilities) -> str:
    return "when the owner agreed to it" if can.automation_needs_consent else "yes"


CAPABILITIES: dict[str, Callable[[Capabilities], str]] = {
    "direct messages": _direct,
    "may be answered": _window,
    "by a human": _by_hand,
    "public answers to comments": _comments,
    "private answers to comments": _private,
    "gives our mark back": _mark,
    "answers leave by themselves": _by_themselves,
    "what people write is answered": _sorted,
}


def _session(rules: Sessions) -> str:
    pace = rules.pace()
    start, end = pace.hours
    days = f"{WEEKDAYS[pace.days[0]]} to {WEEKDAYS[pace.days[-1]]}"
    gap = int(pace.gap.total_seconds())
    rows = [
        ["messages on the first day", str(pace.first)],
        ["more on each further day of use", str(pace.more)],
        ["at most on a day", str(pace.most)],
        ["between two messages", f"{_time(gap)}, and up to {pace.jitter:.0%} of it by chance"],
        ["working hours at first, local", f"{start}:00 to {end}:00, {days}"],
        *(
            [f"what is agreed to: {kind}", f"version {rules.statement(kind).version}"]
            for kind in AGREED_TO
        ),
    ]
    return _table(["", ""], rows)


def _streams(provider: Provider) -> str:
    meter = provider.meter
    return _table(
        ["stream", "accounts", "every", "also announced", "units"],
        [
            [
                one.name,
                ", ".join(one.kinds),
                _every(one),
                "yes" if one.announced else "no",
                str(meter.costs.get("poll", 1) if meter else "–"),
            ]
            for one in provider.streams
        ],
    )


def _every(stream: Stream) -> str:
    if stream.on_demand:
        return f"on demand, once in {_time(stream.shortest)}"
    return f"{_time(stream.shortest)} to {_time(stream.longest)}"


def _limits(provider: Provider) -> str:
    found = []
    if provider.limits:
        found.append(_table(["call", "at most", "per", "counted by us", "source"], _rows(provider)))
    if provider.meter is not None:
        costs = ", ".join(f"{name} {cost}" for name, cost in provider.meter.costs.items())
        kept = round(100 * provider.meter.kept_for_replies)
        found.append(
            f"All accounts share the units of a day (`{provider.meter.setting}`), which begins at "
            f"midnight in {provider.meter.time_zone}: {costs}. {kept} % of them are kept for "
            "answers.\n"
        )
    return "\n".join(found) or "None is documented.\n"


def _rows(provider: Provider) -> list[list[str]]:
    return [_limit(one) for one in provider.limits]


def _limit(limit: Limit) -> list[str]:
    counted = "yes" if limit.operation in COUNTED else "no: its headers tell"
    most = f"{limit.calls} in {_time(limit.seconds)}"
    return [limit.operation.replace("_", " "), most, limit.per, counted, limit.source]


def _errors(rules: Sequence[Rule]) -> str:
    return _table(["code", "means", "we", "source"], [_rule(one) for one in rules])


def _rule(rule: Rule) -> list[str]:
    codes = ", ".join(f"`{code}`" for code in rule.codes)
    told = f"{codes} → `{rule.name}`" if rule.name else codes
    wait = f" (after {_time(rule.wait)})" if rule.wait else ""
    return [told, rule.meaning, f"{rule.action.value}{wait}", rule.source]


UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def _time(seconds: int) -> str:
    """Return a duration in its largest whole unit."""
    size, unit = next((one for one in UNITS if seconds % one[0] == 0), UNITS[-1])
    number = seconds // size
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
