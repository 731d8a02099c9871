"""The second of the first steps: who the business is, and its facts, from a trade's lines."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import chosen_workspace, owned
from accounts.blanks import has_blank, is_complete
from accounts.forms import tell
from accounts.models import Workspace
from accounts.views.frame import by_person
from accounts.workspace_forms import FactForm
from accounts.workspaces import (
    MOST_FACTS,
    ChangedMeanwhileError,
    change_as_seen,
    facts_of,
    version_of,
)
from flowia.lib.errors import FlowError
from processing import beginnings
from processing.trades import TRADES, trade_called
from processing.views.frame import in_frame

PAGE = "start/facts.html"
UNFINISHED = "unfinished_facts"
"""Where the session keeps lines with a blank as they were typed, and of which workspace."""
EMPTY_ROWS, MOST_KEPT, LONGEST_KEPT = 2, 30, 500
Lines = list[tuple[str, str]]


class ProfileForm(forms.Form):
    """Who the business is; written out, since the assistant reads it as it stands."""

    profile = forms.CharField(
        label=gettext_lazy("Who you are and how you speak"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_profile(self) -> str:
        """Refuse a text with a blank."""
        text = str(self.cleaned_data["profile"])
        if has_blank(text):
            raise forms.ValidationError(_("There is still a blank (…) in it: write it out."))
        return text


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest) -> HttpResponse:
    """Offer the lines of `?trade=` to complete; a POST keeps those without a blank. For owners.

    A POST of `lines_of` adds the lines of that trade to what was typed, and saves nothing.
    """
    workspace = owned(chosen_workspace(request), request.user)
    if request.method == "POST":
        other = request.POST.get("lines_of", "")
        return (
            _add_lines(request, workspace, other) if other in TRADES else _save(request, workspace)
        )
    asked = request.GET.get("trade", "")
    trade = asked if asked in TRADES else beginnings.standing_of(workspace).trade
    form = ProfileForm(initial={"profile": workspace.business_profile})
    lines = [] if asked else _unfinished(request, workspace)
    return _show(request, workspace, form, trade, lines or _offered(workspace, trade))


def _save(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    lines, trade = _typed(request), request.POST.get("trade", "")
    ready = [{"label": one, "value": said} for one, said in lines if is_complete(one, said)]
    left = [line for line in lines if not is_complete(*line)]
    form, seen = ProfileForm(request.POST), request.POST.get("seen", "")
    wrong = [one["label"] for one in ready if not FactForm(one).is_valid()]
    if form.is_valid() and wrong:
        form.add_error(None, _("Too long for a fact: %(labels)s") % {"labels": ", ".join(wrong)})
    if not form.is_valid():
        return _show(request, workspace, form, trade, lines, seen=seen)
    changes = {"business_profile": form.cleaned_data["profile"]}
    known = facts_of(workspace)
    whole = [*known, *(one for one in ready if one not in known)]
    try:
        change_as_seen(workspace, changes, facts=whole, seen=seen, by=by_person(request))
    except FlowError as error:
        tell(form, error)
        # The next save is meant: its writer has read what changed.
        again = version_of(workspace) if isinstance(error, ChangedMeanwhileError) else seen
        return _show(request, workspace, form, trade, lines, seen=again)
    if trade in TRADES:
        beginnings.note(workspace, trade=trade)
    _keep_unfinished(request, workspace, left)
    _tell(request, len(ready), len(left))
    _tell_twofold(request, whole)
    return redirect("start" if ready else "start-facts")


def _add_lines(request: HttpRequest, workspace: Workspace, trade: str) -> HttpResponse:
    untouched = _offered(workspace, request.POST.get("trade", ""))
    typed = [line for line in _typed(request) if line not in untouched]
    labels = {label for label, _value in typed}
    fresh = [line for line in _offered(workspace, trade) if line[0] not in labels]
    form = ProfileForm(initial={"profile": request.POST.get("profile", "")})
    seen = request.POST.get("seen", "")
    return _show(request, workspace, form, trade, [*typed, *fresh], seen=seen)


def _typed(request: HttpRequest) -> Lines:
    typed = list(zip(request.POST.getlist("label"), request.POST.getlist("value"), strict=False))
    lines = [(label.strip(), value.strip()) for label, value in typed[:MOST_FACTS]]
    return [line for line in lines if any(line)]


def _show(
    request: HttpRequest,
    workspace: Workspace,
    form: ProfileForm,
    trade: str,
    lines: Sequence[tuple[str, str]],
    *,
    seen: str | None = None,
) -> HttpResponse:
    known = trade_called(trade, workspace.language)
    context: dict[str, Any] = {
        "form": form,
        "seen": version_of(workspace) if seen is None else seen,
        "trade": trade if known else "",
        "trades": TRADES.items(),
        "example": known.profile if known else "",
        "lines": [(line, bool(any(line)) and not is_complete(*line)) for line in lines],
        "empty": [None] * EMPTY_ROWS,
        "known": workspace.facts.all(),
        "owns": True,
    }
    return render(request, PAGE, in_frame(request, workspace, context))


def _offered(workspace: Workspace, trade: str) -> Lines:
    """Return the trade's lines that the fact sheet does not have yet."""
    found = trade_called(trade, workspace.language)
    known = set(workspace.facts.values_list("label", flat=True))
    return [line for line in found.facts if line[0] not in known] if found else []


def _unfinished(request: HttpRequest, workspace: Workspace) -> Lines:
    whose, lines = request.session.get(UNFINISHED, ("", []))
    return [(label, value) for label, value in lines] if whose == str(workspace.uid) else []


def _keep_unfinished(request: HttpRequest, workspace: Workspace, left: Lines) -> None:
    request.session.pop(UNFINISHED, None)
    if left:
        short = [[one[:LONGEST_KEPT] for one in line] for line in left[:MOST_KEPT]]
        request.session[UNFINISHED] = [str(workspace.uid), short]


def _tell(request: HttpRequest, ready: int, left: int) -> None:
    said = _("Saved.")
    if ready:
        words = ngettext("%(number)s fact saved.", "%(number)s facts saved.", ready)
        said = words % {"number": ready}
    if left:
        words = ngettext(
            "%(number)s line with a blank is no fact yet: it waits here.",
            "%(number)s lines with a blank are no facts yet: they wait here.",
            left,
        )
        said = f"{said} {words % {'number': left}}"
    messages.success(request, said)


def _tell_twofold(request: HttpRequest, facts: list[dict[str, str]]) -> None:
    """Warn of labels that stand on the sheet with more than one answer."""
    labels = Counter(fact["label"].casefold() for fact in facts)
    twofold = dict.fromkeys(one["label"] for one in facts if labels[one["label"].casefold()] > 1)
    if twofold:
        said = _("Two answers stand in the fact sheet for: %(labels)s. Remove the wrong one.")
        messages.warning(request, said % {"labels": ", ".join(twofold)})
