"""The fourth of the first steps: the scenario put to a message, with the live gates and model."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import chosen_workspace, owns
from accounts.forms import tell
from accounts.models import Workspace
from flowia.lib.errors import FlowError, TooManyRequestsError
from processing import replays
from processing.beginnings import Standing, standing_of
from processing.scenario_forms import TryForm
from processing.taking_up import scenario_to_try
from processing.trades import language_of, trade_called
from processing.trials import try_out
from processing.views.frame import in_frame
from processing.views.start import ANY_TRADE, owners_of

OK = 200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def try_one(request: HttpRequest) -> HttpResponse:
    """Show messages of the trade to try; a POST of `sample` or `text` tries one. For members."""
    workspace = chosen_workspace(request)
    before = standing_of(workspace)
    samples = _samples(workspace, before)
    context: dict[str, Any] = {"samples": samples, "form": TryForm(), "owns": owns(workspace)}
    status = OK
    if request.method == "POST":
        status = _try(request, workspace, context)
    context |= {
        "standing": standing_of(workspace) if "tried" in context else before,
        "owners": "" if context["owns"] else owners_of(workspace),
        "samples_language": language_of(workspace.language),
    }
    page = in_frame(request, workspace, context)
    return render(request, "start/try.html", page, status=status)


def _try(request: HttpRequest, workspace: Workspace, context: dict[str, Any]) -> int:
    """Put what was tried into `context`, or the form's error; return the answer's status."""
    form = context["form"] = TryForm({"text": _text(request, context["samples"])})
    if not form.is_valid():
        return OK
    text = form.cleaned_data["text"]
    found = scenario_to_try(workspace, text)
    if found is None:
        return OK
    try:
        # On a Sunday the salon's hours would leave the message to a human: no answer to look at.
        content = replays.draft_content(found, {"hours": {}}, None)
        tried = try_out(found, text, content=content, place="direct")
    except FlowError as error:
        tell(form, error)
        return error.status if isinstance(error, TooManyRequestsError) else OK
    context |= {"tried": tried, "said": text, "scenario": found}
    return OK


def _text(request: HttpRequest, samples: tuple[str, ...]) -> str:
    number = request.POST.get("sample", "")
    if number.isascii() and number.isdigit() and 0 < int(number) <= len(samples):
        return samples[int(number) - 1]
    return request.POST.get("text", "")


def _samples(workspace: Workspace, standing: Standing) -> tuple[str, ...]:
    trade = trade_called(standing.trade or ANY_TRADE, workspace.language)
    return trade.samples if trade else ()
