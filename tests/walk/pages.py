"""Every page of the product, computed from its addresses: whoever adds one adds it to the walk.

A page is an address that answers GET with HTML. Members' come from the cases of the isolation
walk, operators' from the admin's own registration, the others are named here.
"""

import re
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.contrib import admin

from accounts.models import User
from tests.isolation.cases import CASES, PUBLIC
from tests.isolation.test_walk import addresses, admin_addresses

FILES = {
    **{route: "a file" for route in CASES if route.endswith(".csv")},
    "inbox/contacts/<uuid:uid>/copy": "a file",
    "settings/data/copy": "a file",
    "settings/data/exports/<uuid:uid>": "a file",
}
NOT_FOR_PEOPLE = {
    "^social-accounts/(?P<provider>meta)/data-deletion/?$": "for a network's program",
    "^social-accounts/(?P<provider>meta)/deauthorize/?$": "for a network's program",
    "^social-accounts/(?P<provider>[a-z]+)/webhook/?$": "for a network's program",
    "social-accounts/<slug:provider>/callback": "leads on",
    "billing/webhook": "for Stripe's program",
    "auth/google": "for programs",
    "auth/login": "for programs",
    "auth/register": "for programs",
    "auth/refresh": "for programs",
    "auth/logout": "for programs",
    "auth/password/reset": "for programs",
    "auth/password/reset/confirm": "for programs",
    "auth/verification/confirm": "for programs",
    "login/google": "leads on",
    "login/google/callback": "leads on",
    "^health/?$": "for programs",
    "^health/ready/?$": "for programs",
    "^metrics/?$": "for programs",
    "schema": "for programs",
    "i18n/setlang/": "takes a form and leads on",
    "logout": "takes a form and leads on",
    "sessions": "leads on",
    "docs": "Swagger's own page, whose HTML and scripts are not ours",
}
LEFT_OUT = {**FILES, **NOT_FOR_PEOPLE}
"""Addresses that answer GET without a page of ours, with the reason."""

ADMIN_LEFT_OUT = {
    "admin/social/providerpause/switch/": "takes a form and leads on",
    "admin/second-factor/codes/": "for a factor that was proved: browser/test_operator_journey",
    "admin/queues/wake/": "takes a form and leads on",
    "admin/login/": "leads to the one door",
    "admin/logout/": "takes a form and leads on",
    "admin/password_change/": "leads to the settings",
    "admin/password_change/done/": "what follows the page that leads to the settings",
    "admin/autocomplete/": "for the admin's own scripts",
    "admin/jsi18n/": "a script",
    "admin/r/<path:content_type_id>/<path:object_id>/": "leads on",
    "admin/(?P<url>.*)$": "leads on, or answers that there is nothing",
}
QUERIES = {"admin/repairs/cause/": "?kind=letters"}
"""What an address needs behind it."""

HISTORY = "admin/accounts/workspace/<path:object_id>/history/"
"""Django's own page is one for all tables: it is walked once."""

ALSO: tuple[tuple[str, str, str], ...] = (
    ("owner", "tools/<slug:kind>", "notion"),
    ("owner", "tools/<slug:kind>", "google_sheets"),
    ("owner", "inbox/<uuid:uid>", "linkedin_thread"),
    ("owner", "accounts/<uuid:uid>", "tiktok"),
    ("owner", "accounts/<uuid:uid>", "session"),
    ("teammate", "inbox", ""),
    ("teammate", "plan", ""),
    ("teammate", "accounts", ""),
    ("teammate", "tools", ""),
    ("teammate", "settings/members", ""),
    ("teammate", "settings/workspace", ""),
    ("teammate", "assistant/scenarios/<uuid:uid>", "scenario"),
)
"""The same addresses with another row, or as a teammate sees them."""


@dataclass(frozen=True)
class Page:
    """A page and who looks at it.

    `row` names what stands in the place of the address's id (`Place.ids`); `status` is what the
    page answers.
    """

    who: str
    route: str
    row: str = ""
    status: int = 200

    def __str__(self) -> str:
        named = self.address({}) if "app_label" in self.route else f"/{self.route}"
        return f"{self.who} {named}" + (
            f" ({self.row})" if named == f"/{self.route}" and self.row else ""
        )

    def address(self, ids: dict[str, str]) -> str:
        """Return its path, with the rows' ids in it."""
        value = self.row if "<slug:provider>" in self.route else ids.get(self.row, self.row)
        path = re.sub(r"<[^>]+>|\^\(\?P<app_label>.*\)(?=/\$$)", value, self.route)
        return "/" + path.rstrip("$") + QUERIES.get(self.route, "")


@cache
def pages() -> tuple[Page, ...]:
    """Return every page, each at least once; lists are walked filled and empty."""
    also = tuple(Page(who, route, row) for who, route, row in ALSO)
    return (*_public(), *_members(), *also, *_empty(), *_admin())


def _public() -> tuple[Page, ...]:
    shown = [route for route in PUBLIC if route not in LEFT_OUT]
    nowhere = Page("nobody", "nowhere", status=404)
    found = (Page(_reader(route), route, route if "<" in route else "") for route in shown)
    return (*found, nowhere)


def _reader(route: str) -> str:
    # Only who has the address may prove it.
    return "unproved" if route.startswith("verify/") else "nobody"


def _members() -> tuple[Page, ...]:
    refused = Page("teammate", "tools/webhooks/new", status=403)
    nowhere = Page("owner", "nowhere", status=404)
    found = (
        Page("owner", route, CASES[route].uid or _part(route, CASES[route].provider))
        for route in addresses()
        if route in CASES and route not in LEFT_OUT and _is_page(route)
    )
    return (*found, nowhere, refused)


def _part(route: str, provider: str) -> str:
    if "<slug:provider>" in route:
        return provider
    return "airtable" if "<slug:kind>" in route else ""


def _is_page(route: str) -> bool:
    case = CASES[route]
    return case.kind == "page" and case.allowed.get("get", (0, 0))[0] == 200


def _empty() -> tuple[Page, ...]:
    """What somebody sees who has just come: every page that needs no row."""
    return tuple(
        Page("newcomer", page.route)
        for page in _members()
        if "<" not in page.route and page.who == "owner" and page.status == 200
    )


def _admin() -> tuple[Page, ...]:
    found = []
    for route in admin_addresses():
        if "app_label" in route:
            labels = route.split(">")[1].split(")")[0].split("|")
            found += [Page("operator", route, label) for label in labels]
        elif walked_in_admin(route):
            found.append(Page("operator", route, row_of(route)))
    return tuple(found)


def row_of(route: str) -> str:
    """Return the table whose row stands in an address of the admin; "" without one."""
    if route.startswith("admin/second-factor/"):
        return "accounts/user" if "<" in route else ""
    return "/".join(route.split("/")[1:3]) if "<" in route else ""


def walked_in_admin(route: str) -> bool:
    """Whether an operator who may do everything gets a page there."""
    if route in ADMIN_LEFT_OUT or route.endswith("<path:object_id>/"):
        return False  # without a word at its end it leads to the row's form
    if route.endswith("/history/"):
        return route == HISTORY
    for deed in ("add", "delete"):
        if route.endswith(f"/{deed}/"):
            return _may(route, deed)
    return True


def _may(route: str, deed: str) -> bool:
    table = "/".join(route.split("/")[1:3])
    all_mighty = User(is_staff=True, is_superuser=True, is_active=True)
    request: Any = SimpleNamespace(user=all_mighty)
    for model, page in admin.site._registry.items():
        if f"{model._meta.app_label}/{model._meta.model_name}" == table:
            return bool(getattr(page, f"has_{deed}_permission")(request))
    return False
