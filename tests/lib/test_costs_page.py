"""What a message costs is one thing in docs/performance.md, docs/scaling.md and the day's model."""

import re

from benchmarks.day.costs import COSTS
from flowia.embedded import BASE_DIR

BY_PROCESS = re.compile(
    r"^The processor's time of a message by process: incoming (?P<incoming>\d+) ms,"
    r" reply (?P<reply>\d+), background (?P<background>\d+), beat (?P<beat>\d+),"
    r" web (?P<web>\d+)\.$",
    re.MULTILINE,
)
ROW = re.compile(r"^\| (?:a )?`?([\w-]+).*\| (\d+)[^|]*\|$", re.MULTILINE)
"""A row of the table in scaling.md: whose computing, and its milliseconds for one message."""


def page(name: str) -> str:
    return (BASE_DIR / "docs" / name).read_text(encoding="utf-8")


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def test_the_days_model_computes_with_what_was_measured() -> None:
    found = BY_PROCESS.search(page("performance.md"))
    assert found is not None
    told = {name: int(number) for name, number in found.groupdict().items()}

    # A message's own `receive` takes at least as long as its calls do on average.
    assert told.pop("incoming") >= milliseconds(COSTS.receive + COSTS.respond)
    assert told == {
        "reply": milliseconds(COSTS.send),
        "background": milliseconds(COSTS.background),
        "beat": milliseconds(COSTS.beat),
        "web": milliseconds(COSTS.web_call),
    }


def test_the_page_on_scaling_says_what_the_model_computes_with() -> None:
    _before, _title, rest = page("scaling.md").partition("## One message")
    told = dict(ROW.findall(rest.partition("## ")[0]))

    assert {name: int(number) for name, number in told.items()} == {
        "webhook": milliseconds(COSTS.calls * COSTS.web_call),
        "worker-incoming": milliseconds(COSTS.calls * COSTS.receive + COSTS.respond),
        "worker-reply": milliseconds(COSTS.send),
        "worker-background": milliseconds(COSTS.background),
        "beat": milliseconds(COSTS.beat),
        "PostgreSQL": milliseconds(COSTS.database),
    }
