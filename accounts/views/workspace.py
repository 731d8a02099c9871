"""Settings: the workspace, its profile and its fact sheet."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import chosen_workspace, owned
from accounts.blanks import is_complete
from accounts.forms import tell
from accounts.models import Workspace
from accounts.views.frame import by_person, framed
from accounts.workspace_forms import WorkspaceForm, fact_sheet, facts_in, rows_in
from accounts.workspaces import ChangedMeanwhileError, change_as_seen, facts_of, version_of
from flowia.lib.errors import FlowError

PAGE = "accounts/settings/workspace.html"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workspace(request: HttpRequest) -> HttpResponse:
    """Show the workspace to its members; owners change it with a POST.

    `do=more` asks for more lines of the fact sheet and saves nothing.
    """
    found = chosen_workspace(request)
    if request.method == "POST":
        owned(found, request.user)
        return _more(request, found) if request.POST.get("do") == "more" else _save(request, found)
    facts = facts_of(found)
    context = {
        "form": WorkspaceForm(instance=found),
        "sheet": fact_sheet(lines=facts),
        "facts": [{**one, "is_unused": not is_complete(**one)} for one in facts],
        "seen": version_of(found),
    }
    return render(request, PAGE, framed(request, context))


def _more(request: HttpRequest, found: Workspace) -> HttpResponse:
    rows = rows_in(fact_sheet(data=request.POST))
    form = WorkspaceForm(instance=found, initial=_typed(request))
    context = {"form": form, "sheet": fact_sheet(lines=rows), "seen": request.POST.get("seen", "")}
    return render(request, PAGE, framed(request, {**context, "draft": True}))


def _typed(request: HttpRequest) -> dict[str, Any]:
    names = WorkspaceForm.base_fields
    return {name: request.POST.get(name, "") for name in names} | {
        "assistant_on": "assistant_on" in request.POST
    }


def _save(request: HttpRequest, found: Workspace) -> HttpResponse:
    # The form writes into its instance: a copy, so that the page goes on telling what is stored.
    form = WorkspaceForm(request.POST, instance=Workspace.objects.get(pk=found.pk))
    sheet = fact_sheet(data=request.POST)
    context: dict[str, Any] = {"form": form, "sheet": sheet, "seen": request.POST.get("seen", "")}
    if not (form.is_valid() & sheet.is_valid()):
        return render(request, PAGE, framed(request, context))
    facts = facts_in(sheet)
    try:
        change_as_seen(
            found, form.cleaned_data, facts=facts, seen=context["seen"], by=by_person(request)
        )
    except ChangedMeanwhileError as error:
        tell(form, error)
        context |= {"seen": version_of(found), "stored": _stored(found, form, facts)}
        return render(request, PAGE, framed(request, context))
    except FlowError as error:
        tell(form, error)
        return render(request, PAGE, framed(request, context))
    messages.success(request, _("Saved."))
    _tell_blanks(request, facts)
    return redirect("settings-workspace")


def _tell_blanks(request: HttpRequest, facts: list[dict[str, str]]) -> None:
    """Say which lines are no facts yet: the assistant reads none with a blank."""
    open_ones = [fact["label"] for fact in facts if not is_complete(fact["label"], fact["value"])]
    if open_ones:
        said = _("Not used by the assistant, for they still have a blank (…): %(labels)s")
        messages.warning(request, said % {"labels": ", ".join(open_ones)})


def _stored(
    found: Workspace, form: WorkspaceForm, facts: list[dict[str, str]]
) -> list[tuple[str, str]]:
    """Return what is stored where it differs from what was entered: labels and values."""
    pairs = []
    for name, entered in form.cleaned_data.items():
        stored = getattr(found, name)
        if stored != entered:
            words = (_("yes") if stored else _("no")) if name == "assistant_on" else str(stored)
            pairs.append((str(form[name].label), words))
    if facts_of(found) != facts:
        lines = [_("%(label)s: %(value)s") % fact for fact in facts_of(found)]
        pairs.append((_("Fact sheet"), "\n".join(lines)))
    return pairs
