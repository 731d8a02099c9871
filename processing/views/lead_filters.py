"""Which leads a page's address asks for: filters, order, rows a page, and the filters' pills."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, Subquery, When
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Workspace
from flowia.lib.capped import CAP, AtLeast
from flowia.lib.errors import NotFoundError
from processing.lead_reading import leads_of, matching_leads
from processing.models import Lead
from processing.models.people import WARMTH
from processing.templatetags.reasons import network
from social.models import SocialAccount

ORDERS = ("-updated_at", "updated_at", "-warmth", "warmth", "name", "-name")
SIZES = (25, 50, 100)
PERIODS: dict[str, tuple[int, Promise]] = {
    "1": (1, gettext_lazy("Last 24 hours")),
    "7": (7, gettext_lazy("Last 7 days")),
    "30": (30, gettext_lazy("Last 30 days")),
    "90": (90, gettext_lazy("Last 90 days")),
}
LONGEST = 2000
"""Of a list's question: a search of 100 signs alone may take 1200."""
NETWORK = "network:"
"""Before the kind of a network, where it stands in the place of one account."""


@dataclass(frozen=True)
class Pill:
    """One filter that is on: what it says, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True)
class Asked:
    """What the address asks for, with nothing in it that is unknown."""

    filters: dict[str, str] = field(default_factory=dict)
    order: str = ORDERS[0]
    size: int = SIZES[0]

    def query(self, **changes: str) -> str:
        """Return the address's question, with `changes`; what is usual is left out."""
        whole = {
            "order": "" if self.order == ORDERS[0] else self.order,
            **self.filters,
            "rows": "" if self.size == SIZES[0] else str(self.size),
            **changes,
        }
        found = QueryDict(mutable=True)
        found.update({name: value for name, value in whole.items() if value})
        return found.urlencode()


def read(query: QueryDict, accounts: Iterable[SocialAccount]) -> Asked:
    """Return what `query` asks for, of the workspace's `accounts`."""
    chosen = {str(one.uid) for one in accounts} | {f"{NETWORK}{one.kind}" for one in accounts}
    known: dict[str, Any] = {
        "level": Lead.Level.values,
        "stage": Lead.Stage.values,
        "account": chosen,
        "period": PERIODS,
    }
    found = {name: query.get(name, "") for name in known if query.get(name, "") in known[name]}
    search = query.get("search", "").replace("\0", "").strip()[:100]
    order, rows = query.get("order", ""), query.get("rows", "")
    return Asked(
        {**found, **({"search": search} if search else {})},
        order if order in ORDERS else ORDERS[0],
        int(rows) if rows in map(str, SIZES) else SIZES[0],
    )


def read_hidden(query: str, accounts: Iterable[SocialAccount]) -> Asked:
    """Return what `query`, the list's question in a form, asks for.

    Raises NotFoundError for one that is too long to be ours: cut, it would mean other leads.
    """
    if len(query) > LONGEST:
        raise NotFoundError
    return read(QueryDict(query), accounts)


def chosen(workspace: Workspace, asked: Asked, accounts: Iterable[SocialAccount],
           *, now: datetime) -> QuerySet[Lead]:  # fmt: skip
    """Return the leads that fit, with their contacts, in the order that is asked for."""
    return leads_of(workspace, **_columns(asked, accounts, now)).order_by(asked.order, "-id")


def number(
    workspace: Workspace, asked: Asked, accounts: Iterable[SocialAccount], *, now: datetime
) -> int:
    """Return how many leads fit; those of a search are counted up to CAP alone."""
    rows = matching_leads(workspace, **_columns(asked, accounts, now))
    if "search" not in asked.filters:
        return rows.count()
    found = rows[: CAP + 1].count()
    return found if found <= CAP else AtLeast(found)


def keys(workspace: Workspace, asked: Asked, accounts: Iterable[SocialAccount],
         *, now: datetime) -> QuerySet[Lead]:  # fmt: skip
    """Return the leads of `chosen` in the same order, alone: only what the order asks comes along.

    Many are turned over for one page.
    """
    rows = matching_leads(workspace, **_columns(asked, accounts, now))
    order = asked.order
    if order.endswith("warmth"):
        rows = rows.alias(warmth=WARMTH)
    elif order.endswith("name"):
        # The index of the names of one workspace has them in their order.
        rows = rows.filter(contact__workspace=workspace)
        order = order.replace("name", "contact__name")
    return rows.order_by(order, "-id")


def named(workspace: Workspace, uids: Iterable[str]) -> QuerySet[Lead]:
    """Return those of the workspace's leads whose ids are among `uids`."""
    return leads_of(workspace).filter(uid__in=list(filter(None, map(uid_of, uids))))


def uid_of(text: str) -> UUID | None:
    """Return the id that `text` is; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def pills_of(asked: Asked, accounts: Iterable[SocialAccount]) -> list[Pill]:
    """Return one pill for each filter that is on."""
    words: dict[str, dict[str, Any]] = {
        "level": dict(Lead.Level.choices),
        "stage": dict(Lead.Stage.choices),
        "account": {str(one.uid): one for one in accounts} | dict(networks_of(accounts)),
        "period": {name: words for name, (_days, words) in PERIODS.items()},
    }
    found = []
    for name, value in asked.filters.items():
        text = str(words[name][value]) if name in words else _("“%(words)s”") % {"words": value}
        found.append(Pill(text[:1].upper() + text[1:], asked.query(**{name: ""})))
    return found


def networks_of(accounts: Iterable[SocialAccount]) -> list[tuple[str, str]]:
    """Return the networks of the accounts, each with what the address calls it."""
    return [(f"{NETWORK}{kind}", network(kind)) for kind in sorted({one.kind for one in accounts})]


def beside(rows: QuerySet[Lead], lead: Lead, order: str) -> tuple[Lead | None, Lead | None]:
    """Return the leads before and after `lead` in `rows`, ordered by `order` and the newest id.

    `lead` brings the annotations of `rows`.
    """
    column, down = order.removeprefix("-"), order.startswith("-")
    value = getattr(lead, column)
    same = {column: value}
    later = Q(**{f"{column}__{'lt' if down else 'gt'}": value}) | Q(**same, pk__lt=lead.pk)
    earlier = Q(**{f"{column}__{'gt' if down else 'lt'}": value}) | Q(**same, pk__gt=lead.pk)
    backwards = column if down else f"-{column}"
    before = rows.filter(earlier).order_by(backwards, "id").values("pk")[:1]
    after = rows.filter(later).order_by(order, "-id").values("pk")[:1]
    both = rows.filter(Q(pk=Subquery(before)) | Q(pk=Subquery(after)))
    found = list(both.annotate(earlier=Case(When(earlier, then=True), default=False)))
    first = next((one for one in found if one.earlier), None)
    return first, next((one for one in found if not one.earlier), None)


def _columns(asked: Asked, accounts: Iterable[SocialAccount], now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = dict(asked.filters)
    if place := found.pop("account", ""):
        mine = [one.pk for one in accounts if place in {str(one.uid), f"{NETWORK}{one.kind}"}]
        found["contact__social_account__in"] = mine
    if period := found.pop("period", ""):
        found["updated_at__gte"] = now - timedelta(days=PERIODS[period][0])
    return found
