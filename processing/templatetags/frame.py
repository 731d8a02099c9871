"""The head of every page: where one can go, where one is, and how much waits there."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.db.models import Exists, FilteredRelation, Q, Subquery
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User, Workspace
from billing.models import PlanChange
from billing.telling import newest
from flowia.lib.counted import counted
from processing.heading import handed_over, tasks_to_write
from processing.reading import waiting_drafts
from processing.templatetags.drafts import HAS_STOPS, NEWS
from social.accounts import needing_their_owner
from social.pauses import of_operators

register = template.Library()
OF_NEWS = ("uid", "reason", "before", "after", "data")
"""What is told of a change of the plan."""
PLACES: dict[str, tuple[Promise, str]] = {
    "inbox": (_("Inbox"), "i"),
    "drafts": (_("Drafts"), "d"),
    "tasks": (_("Tasks"), ""),
    "scenarios": (_("Scenarios"), ""),
    "leads": (_("Leads"), "l"),
    "figures": (_("Figures"), ""),
    "accounts": (_("Accounts"), "a"),
    "tools": (_("Tools"), ""),
    "settings-me": (_("Settings"), "s"),
}
"""The pages of the menu by the names of their routes: what they are called, and after "g"."""
BELOW = {
    "conversation": "inbox",
    "lead": "leads",
    "account": "accounts",
    "tool": "tools",
    "webhook": "tools",
    "scenario": "scenarios",
    "replay": "scenarios",
    "settings": "settings-me",
    "plan": "settings-me",
    "contact": "settings-me",
}
"""Under which page of the menu others stand, by the beginning of their route's name."""


@dataclass(frozen=True)
class Waiting:
    """How much waits for the workspace's members."""

    drafts: int
    tasks: int
    accounts: int

    @property
    def sum(self) -> int:
        """Drafts and tasks together."""
        return self.drafts + self.tasks


@dataclass(frozen=True)
class Place:
    """One entry of the menu.

    `current` is "page", "true" for a page below it, or ""; `troubled` asks for a look.
    """

    address: str
    label: Promise
    key: str
    current: str
    number: int = 0
    troubled: bool = False


@register.simple_tag
def waiting_for(workspace: Workspace | None) -> Waiting:
    """Return what waits in the workspace, with one query; nothing without a workspace.

    The same query brings the news of the plan, and tells whether operators paused anything:
    `plan_news` and `has_stops` on the workspace.
    """
    if not workspace:
        return Waiting(0, 0, 0)
    parts = {
        "drafts": waiting_drafts(workspace),
        "handed": handed_over(workspace),
        "written": tasks_to_write(workspace),
        "troubled": needing_their_owner(workspace),
    }
    columns: dict[str, Any] = {name: counted(rows) for name, rows in parts.items()}
    networks, stops = of_operators()
    news = newest(workspace, now=Now())
    columns |= {"networks": Exists(networks), "stops": Exists(stops)}
    columns |= {"urgent": Subquery(news.values("urgent")[:1])}
    one = Q(plan_changes__pk=Subquery(news.values("pk")[:1]))
    found = Workspace.objects.annotate(news=FilteredRelation("plan_changes", condition=one))
    names = [f"news__{name}" for name in OF_NEWS]
    row = found.annotate(**columns).values(*columns, *names).get(pk=workspace.pk)
    setattr(workspace, NEWS, _news(workspace, row))
    setattr(workspace, HAS_STOPS, row["networks"] or row["stops"])
    return Waiting(row["drafts"], row["handed"] + row["written"], row["troubled"])


def _news(workspace: Workspace, row: dict[str, Any]) -> tuple[PlanChange, bool] | None:
    values = {name: row[f"news__{name}"] for name in OF_NEWS}
    told = PlanChange(workspace=workspace, **values)
    return (told, bool(row["urgent"])) if values["uid"] else None


@register.simple_tag(takes_context=True)
def places(context: dict[str, Any], waiting: Waiting) -> list[Place]:
    """Return the menu of a signed-in person, with what waits."""
    here = _here(context["request"])
    told: dict[str, dict[str, Any]] = {
        "drafts": {"number": waiting.drafts},
        "tasks": {"number": waiting.tasks},
        "accounts": {"troubled": bool(waiting.accounts)},
    }
    found = [
        Place(reverse(name), label, key, _current(name, here), **told.get(name, {}))
        for name, (label, key) in PLACES.items()
    ]
    user = context["request"].user
    if isinstance(user, User) and user.is_staff:
        found.append(Place(reverse("admin:index"), _("Operations"), "", ""))
    return found


@register.filter
def undoing(message: Message) -> dict[str, str] | None:
    """Return `address` and `deed` of what undoes what a message tells; None where nothing does."""
    match (message.extra_tags or "").split():
        case ["undo", uid, deed]:
            return {"address": reverse("conversation", args=[uid]), "deed": deed}
        case ["undo-draft", uid, deed]:
            return {"address": reverse("draft", args=[uid]), "deed": deed}
        case _:
            return None


@register.simple_tag
def in_short(waiting: Waiting) -> str:
    """Return what waits in words ("3 drafts, 1 task"); "" for nothing."""
    parts = [_drafts(waiting.drafts)] if waiting.drafts else []
    parts += [_tasks(waiting.tasks)] if waiting.tasks else []
    return ", ".join(parts)


def _drafts(number: int) -> str:
    return str(ngettext_lazy("%(number)s draft", "%(number)s drafts", number) % {"number": number})


def _tasks(number: int) -> str:
    return str(ngettext_lazy("%(number)s task", "%(number)s tasks", number) % {"number": number})


def _here(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return (match and match.url_name) or ""


def _current(name: str, here: str) -> str:
    if here == name:
        return "page"
    above = next((above for start, above in BELOW.items() if here.startswith(start)), "")
    return "true" if above == name and here not in PLACES else ""
