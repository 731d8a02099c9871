"""By which selectors elements of a network's pages were found lately: drift shows here first."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from social.models import SelectorUse

NONE, FIRST = -1, 0
LATELY_DAYS = 14


@dataclass(frozen=True)
class Element:
    """How often an element was looked for since a day, and by what it was found.

    `lowest` is the rank of the last selector that was needed; `none` how often none found it.
    """

    provider: str
    name: str
    first: int
    fallback: int
    none: int
    lowest: int

    @property
    def looked_for(self) -> int:
        """How often in all."""
        return self.first + self.fallback + self.none


def elements(since: date) -> list[Element]:
    """Return every element that was looked for since then, those in most trouble first."""
    rows = SelectorUse.objects.filter(day__gte=since).values_list("provider", "name", "rank")
    counts: dict[tuple[str, str], dict[int, int]] = {}
    for provider, name, rank, times in rows.annotate(Sum("times")).order_by():
        counts.setdefault((provider, name), {})[rank] = times
    found = [_element(*key, ranks) for key, ranks in counts.items()]
    return sorted(found, key=lambda one: (-one.none, -one.fallback, one.provider, one.name))


def _element(provider: str, name: str, ranks: dict[int, int]) -> Element:
    return Element(
        provider=provider,
        name=name,
        first=ranks.get(FIRST, 0),
        fallback=sum(times for rank, times in ranks.items() if rank > FIRST),
        none=ranks.get(NONE, 0),
        lowest=max(ranks),
    )
