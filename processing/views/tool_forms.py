"""The forms of the three steps in which a tool is set up: its key, its table, its columns."""

from typing import Any

from django.http import HttpRequest

from accounts.access import chosen_workspace
from billing.plans import check_plan_limits
from flowia.lib.errors import FlowError
from integrations import setting_up
from integrations.contracts import FIELDS
from integrations.models import Integration

STEPS = ("key", "table", "columns")


def form_of(
    request: HttpRequest, row: Integration | None, failed: FlowError | None
) -> dict[str, Any]:
    """Return the form of the step that comes next, or that `?step=` asks for."""
    step = _step(request, row)
    if not step:
        return {}
    found: dict[str, Any] = {"step": step, "number": STEPS.index(step) + 1}
    if row is None:
        used = Integration.objects.filter(workspace=chosen_workspace(request)).count()
        found["room"] = check_plan_limits(chosen_workspace(request), "tools", used=used)
    if row is None or step == "key":
        errors = {name: said[0] for name, said in ((failed and failed.errors) or {}).items()}
        return {**found, "spreadsheet": _typed(request, row), "errors": errors}
    try:
        return found | (
            _tables(request, row) if step == "table" else _columns(request, row, failed)
        )
    except FlowError as error:
        return {**found, "search": search_in(request), "error": failed or error}


def _typed(request: HttpRequest, row: Integration | None) -> str:
    """Return the address to show in the form: a secret that was typed is never shown again."""
    kept = row.target.get("spreadsheet", "") if row else ""
    return str(request.POST.get("spreadsheet", kept))


def _tables(request: HttpRequest, row: Integration) -> dict[str, Any]:
    search = search_in(request)
    targets = setting_up.targets_of(row, search)
    sent = request.POST.get("target", "")
    keyed = [
        (
            key := setting_up.key_of(one),
            one,
            key == sent or (not sent and setting_up.is_at(row, one)),
        )
        for one in targets
    ]
    return {"targets": keyed, "search": search}


def _columns(request: HttpRequest, row: Integration, failed: FlowError | None) -> dict[str, Any]:
    """Return a line per field: as it was just sent, as it is kept, or as a sensible beginning."""
    sent = failed is not None and request.method == "POST"
    fit = setting_up.fit_of(row, chosen_in(request) if sent else None)
    new = new_in(request) if sent else []
    errors = ((failed and failed.errors) or {}) if sent else {}
    if not sent and row.field_map:
        errors = {one.field: [setting_up.WHY[one.code]] for one in fit.misfits}
    rows = [
        {
            "field": field,
            "chosen": fit.chosen.get(field.name, ""),
            # At first everything is written; later what a member left out stays out.
            "new": field.name in new
            or (not sent and field.name not in fit.chosen and (field.needed or not row.field_map)),
            "columns": [one for one in fit.columns if field.form in one.holds],
            "errors": errors.get(field.name, []),
        }
        for field in FIELDS
    ]
    return {"rows": rows, "fit": fit}


def asked_step(request: HttpRequest, row: Integration) -> bool:
    """Tell whether `?step=` asks for one that there is."""
    chosen = bool("key" in row.target or row.field_map)
    asked = request.GET.get("step", "")
    return asked in STEPS and (asked != "columns" or chosen)


def _step(request: HttpRequest, row: Integration | None) -> str:
    if row is None:
        return "key"
    if asked_step(request, row):
        return request.GET["step"]
    chosen = bool("key" in row.target or row.field_map)
    return {
        Integration.Status.NEEDS_LOGIN.value: "key",
        Integration.Status.NEEDS_MAPPING.value: "columns",
        Integration.Status.SETTING_UP.value: "columns" if chosen else "table",
    }.get(row.status, "")


def search_in(request: HttpRequest) -> str:
    """Return what tables are searched for: a part of a name, or an address."""
    asked = request.POST if request.method == "POST" else request.GET
    return asked.get("search", "").replace("\0", "").strip()[: setting_up.LONGEST_SEARCH]


def chosen_in(request: HttpRequest) -> dict[str, str]:
    """Return the columns that were chosen, by our fields."""
    chosen = {field.name: request.POST.get(f"column-{field.name}", "") for field in FIELDS}
    return {name: one for name, one in chosen.items() if one and one != "new"}


def new_in(request: HttpRequest) -> list[str]:
    """Return the fields for which a column is to be made."""
    return [field.name for field in FIELDS if request.POST.get(f"column-{field.name}") == "new"]
