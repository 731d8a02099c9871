"""Google's page when YouTube is asked for: the person, then the channel, then what is allowed.

Links and no form: a policy that keeps forms on their own site would stop the way back.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sandbox import demo
from sandbox.youtube import grants
from sandbox.youtube.models import Channel

NO_CHANNEL = "none"
SCOPE_WORDS: dict[str, Promise] = {
    grants.FORCE_SSL: _("See, edit and delete your YouTube videos, ratings and comments"),
    grants.FULL: _("Manage your YouTube account"),
    grants.READ_ONLY: _("See your YouTube account"),
}


@dataclass(frozen=True)
class Choice:
    """One thing on the page and the link that chooses it; `ticked` for what can be allowed."""

    name: str
    address: str
    detail: str | Promise = ""
    ticked: bool = True


def show(request: HttpRequest, person: demo.GooglePerson) -> HttpResponse:
    """Ask for the channel, then for the consent; `?allow=1` sends the person back with a code."""
    channels = list(Channel.objects.filter(person=person.sub))
    by_id = {channel.channel_id: channel for channel in channels}
    chosen = request.GET.get("channel", "") if channels else NO_CHANNEL
    if chosen not in by_id and chosen != NO_CHANNEL:
        return _page(request, person, channels=[_channel(request, one) for one in channels])
    channel = by_id.get(chosen)
    if request.GET.get("allow"):
        return _allowed(request, person, channel)
    asked = [word for word in request.GET["scope"].split() if word in SCOPE_WORDS]
    return _page(
        request,
        person,
        identity=channel.title if channel else person.name,
        without_channel=channel is None,
        scopes=[_scope(request, word) for word in asked],
        allow=link(request, allow="1"),
    )


def back(request: HttpRequest, answer: dict[str, str]) -> HttpResponseRedirect:
    """Send the person back to the product with `answer` and the state it gave."""
    answer["state"] = request.GET.get("state", "")
    return HttpResponseRedirect(f"{request.GET['redirect_uri']}?{urlencode(answer)}")


def link(request: HttpRequest, **changes: str) -> str:
    """Return the address of this very page with some of its parameters changed."""
    asked = request.GET.copy()
    for name, value in changes.items():
        asked[name] = value
    return f"{request.path}?{asked.urlencode()}"


def _page(request: HttpRequest, person: demo.GooglePerson, **step: object) -> HttpResponse:
    refuse = link(request, person="nobody")
    page = {"person": person, "refuse": refuse, "return_to": request.get_full_path(), **step}
    return render(request, "sandbox/youtube_consent.html", page)


def _channel(request: HttpRequest, channel: Channel) -> Choice:
    address = link(request, channel=channel.channel_id)
    return Choice(channel.title, address, detail=channel.handle)


def _unticked(request: HttpRequest) -> list[str]:
    return request.GET.get("unticked", "").split()


def _scope(request: HttpRequest, scope: str) -> Choice:
    left_out = _unticked(request)
    ticked = scope not in left_out
    changed = [*left_out, scope] if ticked else [one for one in left_out if one != scope]
    address = link(request, unticked=" ".join(changed))
    return Choice(scope, address, detail=SCOPE_WORDS[scope], ticked=ticked)


def _allowed(
    request: HttpRequest, person: demo.GooglePerson, channel: Channel | None
) -> HttpResponseRedirect:
    asked = request.GET
    left_out = _unticked(request)
    scope = " ".join(word for word in asked["scope"].split() if word not in left_out)
    code = grants.allow(
        grants.Request(
            person=person.sub,
            channel_id=channel.channel_id if channel else "",
            redirect_uri=asked["redirect_uri"],
            scope=scope,
            nonce=asked.get("nonce", ""),
            challenge=asked.get("code_challenge", ""),
            offline=asked.get("access_type") == "offline",
            asks_again="consent" in asked.get("prompt", "").split(),
            keeps_granted=asked.get("include_granted_scopes") == "true",
        )
    )
    return back(request, {"code": code, "scope": scope})
