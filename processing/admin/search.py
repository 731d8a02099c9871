"""One search over everything an operator may be told in a complaint."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from flowia.lib.admin import page_at
from processing.admin.finding import FINDERS, Asked, Finder, conversations_of, read
from processing.models import Lead, Message

SHOWN, PAGE, PAGES = 10, 50, 20


@dataclass(frozen=True)
class Hit:
    """One row that was found: its words, its page, and the traces it leads to."""

    words: str
    detail: str
    address: str
    traces: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The rows of one kind; `more` is where the rest stands."""

    title: str | Promise
    hits: tuple[Hit, ...]
    more: str = ""


@page_at("search/", "search")
def search(request: HttpRequest) -> HttpResponse:
    """Show what `q` names, by kind; `in` shows one kind alone, page by page."""
    asked = read(request.GET.get("q", ""))
    only = next((one for one in FINDERS if one.code == request.GET.get("in")), None)
    page = _number(request.GET.get("page", ""))
    groups = [*_groups(request, asked, only, page)] if asked.text else []
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Search"),
        "asked": asked.text,
        "searched": asked.text,
        "groups": groups,
        "only": only,
    }
    return render(request, "admin/search.html", context)


def _groups(request: HttpRequest, asked: Asked, only: Finder | None, page: int) -> Iterator[Group]:
    for finder in [only] if only else FINDERS:
        if not request.user.has_perm(_right(finder.model)):
            continue
        rows = finder.rows(asked)
        if rows is None:
            continue
        size = PAGE if only else SHOWN
        start = page * size if only else 0
        found = list(rows[start : start + size + 1])
        if found:
            more = (
                "" if len(found) <= size or page + 1 >= PAGES else _more(finder, asked, only, page)
            )
            yield Group(finder.title, tuple(_hits(found[:size])), more)


def _hits(rows: list[Any]) -> Iterator[Hit]:
    threads = conversations_of(rows)
    for row in rows:
        place = f"?message={row.pk}#message-{row.pk}" if isinstance(row, Message) else ""
        traces = tuple(
            reverse("admin:conversation-trace", args=[pk]) + place for pk in threads.get(row.pk, ())
        )
        yield Hit(_words(row), _detail(row), _address(row), traces)


def _words(row: Any) -> str:
    # A lead is called by its contact; nothing that somebody wrote is a name.
    return str(row.contact if isinstance(row, Lead) else row)


def _detail(row: Any) -> str:
    """Return the ids and states that tell one row from another."""
    names = ("email", "handle", "external_id", "customer_id", "kind", "status", "outcome", "reason")
    told = [str(getattr(row, name, "") or "") for name in names]
    account, workspace = getattr(row, "social_account", None), getattr(row, "workspace", None)
    born = f"{row.created_at:%Y-%m-%d %H:%M} UTC"
    found = [*told, str(account or ""), str(workspace or ""), str(row.uid), born]
    return " · ".join(one for one in found if one and one != _words(row))


def _address(row: Model) -> str:
    options = row._meta  # noqa: SLF001 - Django's documented name
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])


def _right(model: type[Model]) -> str:
    options = model._meta  # noqa: SLF001 - Django's documented name
    return f"{options.app_label}.view_{options.model_name}"


def _more(finder: Finder, asked: Asked, only: Finder | None, page: int) -> str:
    place = {"q": asked.text, "in": finder.code, "page": page + 1 if only else 0}
    return f"{reverse('admin:search')}?{urlencode(place)}"


def _number(text: str) -> int:
    return min(int(text), PAGES) if text.isascii() and text.isdecimal() and len(text) < SHOWN else 0
