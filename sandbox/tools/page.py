"""The page on the three tools: their tables as people see them, and what people do in them."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sandbox import demo, settings
from sandbox.tools import deeds
from sandbox.tools.seen import Seen, Told
from sandbox.tools.sheets import keys
from sandbox.world.phone import CannotSayError

FIRST = "notion"
MOST_ROWS = 200
SPREADSHEET = "https://docs.google.com/spreadsheets/d/{}/edit"
PLACES = {"notion": "notion", "airtable": "airtable", "sheets": "google_sheets"}
"""The tools as the product's addresses name them."""


@dataclass(frozen=True)
class Button:
    """One deed that the page offers, in the reader's words."""

    deed: str
    label: Promise


ROW_DEEDS = (
    Button("delete_row", gettext_lazy("Delete the row")),
    Button("restore_row", gettext_lazy("Take it out of the trash")),
    Button("duplicate_row", gettext_lazy("Duplicate the row")),
    Button("insert_row", gettext_lazy("Insert a row above")),
)
COLUMN_DEEDS = (
    Button("rename_column", gettext_lazy("Rename the column")),
    Button("delete_column", gettext_lazy("Delete the column")),
    Button("sort", gettext_lazy("Sort by it")),
)
TARGET_DEEDS = (
    Button("unshare", gettext_lazy("Stop sharing with Flow IA")),
    Button("share", gettext_lazy("Share with Flow IA")),
    Button("revoke_token", gettext_lazy("Revoke the access")),
    Button("revive_token", gettext_lazy("Give the access back")),
    Button("add_source", gettext_lazy("Add another table here")),
    Button("delete_target", gettext_lazy("Delete the table")),
    Button("restore_target", gettext_lazy("Take the table out of the trash")),
)


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show a tool's table; a POST does what the pressed button says and shows it again."""
    asked = request.POST if request.method == "POST" else request.GET
    told: Told = {name: value for name, value in asked.items() if value}
    tool = told["tool"] if told.get("tool") in deeds.TOOLS else FIRST
    if request.method != "POST":
        return render(request, "sandbox/tools.html", _page(tool, told))
    try:
        deeds.do({**told, "tool": tool})
    except CannotSayError:
        page = _page(tool, told, problem=_problem(told))
        return render(request, "sandbox/tools.html", page, status=400)
    return HttpResponseRedirect(_address(tool, str(told.get("target", ""))))


@require_GET
def notion_table(_request: HttpRequest) -> HttpResponse:
    """Lead to Notion's table, which had an address of its own."""
    return HttpResponseRedirect(_address(FIRST, ""))


def _page(tool: str, told: Told, *, problem: str = "") -> dict[str, object]:
    known = deeds.TOOLS[tool]
    targets = known.targets()
    table = _table(known, targets, str(told.get("target") or ""))
    return {
        "tools": [(name, one.name) for name, one in deeds.TOOLS.items()],
        "tool": tool,
        "tool_name": known.name,
        "targets": targets,
        "table": table,
        "lines": list(reversed(table.lines))[:MOST_ROWS] if table else [],
        "others": [one for one in targets if table and one.target != table.target],
        "moves": tool == "notion",
        "connects": _connects(tool, table),
        "row_deeds": _offered(known, ROW_DEEDS),
        "column_deeds": _offered(known, COLUMN_DEEDS),
        "target_deeds": _offered(known, TARGET_DEEDS),
        "problem": problem,
        "product_url": settings.PUBLIC_URL,
        "connect_url": f"{settings.PUBLIC_URL}/tools/{PLACES[tool]}",
        "return_to": _address(tool, table.target if table else ""),
    }


def _connects(tool: str, table: Seen | None) -> list[tuple[str, str]]:
    """Return what one types into Flow IA to connect the tool.

    Nothing of it is secret: the tokens are invented, and the key opens this stand-in alone.
    """
    if tool == "notion":
        database = str(table.facts["database"]) if table else ""
        return [(_("Token"), demo.NOTION_TOKEN), (_("Database"), database)]
    if tool == "airtable":
        base = str(table.facts["base"]) if table else ""
        return [(_("Token"), demo.AIRTABLE_TOKEN), (_("Base"), base)]
    key = keys.service_account(settings.VAR_DIR, demo.SERVICE_ACCOUNT_EMAIL)
    file = SPREADSHEET.format(table.facts["spreadsheet"]) if table else ""
    shared = (_("Shared with"), demo.SERVICE_ACCOUNT_EMAIL)
    return [shared, (_("Key (JSON)"), json.dumps(key, indent=2)), (_("Spreadsheet"), file)]


def _table(tool: deeds.Tool, targets: list[Seen], wanted: str) -> Seen | None:
    names = [one.target for one in targets]
    target = wanted if wanted in names else (names or [""])[0]
    return tool.seen(target) if target else None


def _offered(tool: deeds.Tool, buttons: tuple[Button, ...]) -> list[Button]:
    return [button for button in buttons if button.deed in tool.deeds]


def _address(tool: str, target: str) -> str:
    query = {"tool": tool} | ({"target": target} if target else {})
    return f"{reverse('tools')}?{urlencode(query)}"


def _problem(told: Told) -> str:
    if str(told.get("deed", "")).endswith("_row") and not told.get("row"):
        return _("Choose a row first.")
    if told.get("deed") == "rename_column" and not told.get("to"):
        return _("Write the new name first.")
    return _("That cannot be done here.")
