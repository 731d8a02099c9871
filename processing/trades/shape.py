"""What a trade brings."""

from dataclasses import dataclass
from typing import Any

WEEK = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True)
class Trade:
    """One trade in one language.

    `scenarios` are contents as `publishing.publish` takes them; `profile` an example of how a
    business tells who it is; `facts` labels and values with blanks (`accounts.blanks`); `samples`
    messages as its customers write them; `example` an invented conversation:
    a customer, the assistant, the customer again.
    """

    scenarios: tuple[dict[str, Any], ...]
    profile: str
    facts: tuple[tuple[str, str], ...]
    samples: tuple[str, ...]
    example: tuple[str, ...]


def open_on(days: tuple[str, ...], *periods: str) -> dict[str, list[list[str]]]:
    """Return working hours: the `periods` ("09:00-12:30") on each of the `days`."""
    return {day: [one.split("-") for one in periods] for day in days}
