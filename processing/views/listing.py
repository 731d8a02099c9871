"""The page of the inbox: whose conversations, which first, and its list that keeps itself fresh."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.access import chosen_workspace, workspaces_to_switch
from accounts.models import Workspace
from billing.quotas import usage
from flowia.lib import clock
from processing.inbox_reading import Sieve, inbox_of, stamp_of
from processing.models import Conversation
from processing.quota_line import number_waiting, waiting
from processing.reading import accounts_to_choose, are_sorted
from processing.templatetags.reasons import network
from social.models import SocialAccount

ROWS_PER_PAGE = 20
FILTERS = ("", "needs", "drafts", "hot")
SEEN = ("pk", "last_message_at", "handled_by", "handoff_reason", "category", "other_app_since")
SAID = ("last_status", "last_author", "last_removed", "held_up", "waits_until", "last_text")
"""What a row shows: when none of it has changed, the list is the same."""


@dataclass(frozen=True)
class Choice:
    """One way to see a part of the inbox: a field of the form with its options, code and words."""

    name: str
    label: str
    everything: str
    options: Sequence[tuple[str, str]]
    chosen: str = ""


@dataclass(frozen=True)
class Pill:
    """A filter in force, and the query without it."""

    words: str
    without: str


@dataclass(frozen=True)
class Asked:
    """What part of the inbox is asked for."""

    show: str
    search: str
    choices: Sequence[Choice] = field(default_factory=tuple)

    @property
    def chosen(self) -> dict[str, str]:
        """The values of the choices by their names; "" for everything."""
        return {one.name: one.chosen for one in self.choices}

    @property
    def fits(self) -> Sieve:
        """The same, as the inbox is asked."""
        return Sieve(show=self.show, search=self.search, **self.chosen)

    @property
    def sifted(self) -> bool:
        """Whether anything but a tab narrows the list."""
        return bool(self.search or any(self.chosen.values()))

    @property
    def sieve(self) -> str:
        """The filters as a query, without the tab."""
        kept = {name: value for name, value in self.chosen.items() if value}
        return urlencode({"search": self.search, **kept})

    @property
    def pills(self) -> list[Pill]:
        """The filters in force, each with the way to be rid of it."""
        values = {"show": self.show, "search": self.search, **self.chosen}
        told = {"search": f"« {self.search} »" if self.search else ""}
        told |= {one.name: dict(one.options).get(one.chosen, "") for one in self.choices}
        return [
            Pill(words, urlencode({k: v for k, v in values.items() if v and k != name}))
            for name, words in told.items()
            if words
        ]


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List the workspace's conversations: `?show=needs|drafts|hot`, `?search=`, `?page=`.

    `?place=direct|comment`, `?network=` a kind of account, `?account=` one of them and `?category=`
    what the contact wants, on networks that are sorted by it, show a part of them. With the header
    `X-Fragment` only the list is answered; 204 when its value names the list as it still is. Its
    second half is the stamp of the newest change: nothing else is asked while that is the same.
    """
    workspace, now = chosen_workspace(request), clock.now()
    given = request.headers.get("X-Fragment")
    if given is not None and given.endswith("_" + stamp_of(workspace, now=now)):
        return HttpResponse(status=204)
    asked = _asked(request, accounts_to_choose(workspace))
    found = inbox_of(workspace, asked.fits, now=now)
    paginator = Paginator(found.threads, ROWS_PER_PAGE)
    paginator.count = found.number
    page = paginator.get_page(request.GET.get("page"))
    shown = _version(page, found.tabs)
    version = f"{shown}_{found.stamp}"
    if given is not None and given.startswith(f"{shown}_"):
        return HttpResponse(status=204, headers={"X-Version": version})
    whole = not (asked.sifted or page.number > 1)
    line = waiting(workspace, most=ROWS_PER_PAGE, now=now) if whole else []
    context: dict[str, Any] = {
        "page": page,
        "asked": asked,
        "show": asked.show,
        "search": asked.search,
        "sieve": asked.sieve,
        "tabs": _tabs(found.tabs),
        "sorted": any(one.name == "category" for one in asked.choices),
        "version": version,
        "line": line,
        "waiting": number_waiting(workspace, now=now) if line else 0,
        "now": now,
    }
    template = "processing/inbox.html" if given is None else "processing/_inbox.html"
    return render(request, template, with_head(request, workspace, context))


def with_head(
    request: HttpRequest, workspace: Workspace, context: dict[str, Any]
) -> dict[str, Any]:
    """Return `context` with what the head and the meter of the quota show."""
    now = context.get("now") or clock.now()
    return {
        **context,
        "now": now,
        "workspace": workspace,
        "workspaces": workspaces_to_switch(request),
        "usage": usage(workspace, now=now),
    }


def _tabs(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    words = {
        "": _("All"),
        "needs": _("Needs me"),
        "drafts": _("Drafts"),
        "hot": pgettext("conversations", "Hot"),
    }
    return [(code, words[code], counts[code or "all"]) for code in FILTERS]


def _asked(request: HttpRequest, accounts: Sequence[SocialAccount]) -> Asked:
    """Return the part of the inbox that is asked for; what is unknown asks for nothing."""
    show = request.GET.get("show", "")
    search = request.GET.get("search", "").replace("\0", "").strip()[:100]
    given = [
        Choice(one.name, one.label, one.everything, one.options, _known(request, one))
        for one in _choices(accounts)
    ]
    return Asked(show if show in FILTERS else "", search, given)


def _known(request: HttpRequest, choice: Choice) -> str:
    value = request.GET.get(choice.name, "")
    return value if value in dict(choice.options) else ""


def _choices(accounts: Sequence[SocialAccount]) -> list[Choice]:
    """Return what may be chosen, without a choice of one."""
    kinds = sorted({one.kind for one in accounts})
    named = [(kind, network(kind)) for kind in kinds]
    places = _capital(Conversation.Kind.choices)
    found = [Choice("network", _("Network"), _("All networks"), named)]
    if len(accounts) > 1:
        mine = [(str(one.uid), f"{one} ({network(one.kind)})") for one in accounts]
        found.append(Choice("account", _("Account"), _("All accounts"), mine))
    everything = _("Messages and comments")
    found.append(Choice("place", _("Messages or comments"), everything, places))
    if are_sorted(kinds):
        wishes = _capital(Conversation.Category.choices)
        found.append(Choice("category", _("What they want"), _("Whatever they want"), wishes))
    return found


def _capital(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(code, str(words)[:1].upper() + str(words)[1:]) for code, words in choices]


def _version(page: Page[Conversation], counts: Mapping[str, int]) -> str:
    """Return a stamp of what the list shows, but for how long ago things were."""
    shown = [[getattr(row, name, None) for name in (*SEEN, *SAID)] for row in page]
    people = [
        (who.name, who.handle, who.opted_out_at, getattr(_lead(row), "level", ""))
        for row in page
        for who in (row.contact,)
    ]
    told = repr((shown, people, sorted(counts.items()), page.number))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _lead(row: Conversation) -> Any:
    return getattr(row.contact, "lead", None)
