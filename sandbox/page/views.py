"""The page: a phone with a chat, and beside it the ledger of that conversation."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sandbox import demo, settings
from sandbox.page import accounts, product, publication
from sandbox.page import faults as offers
from sandbox.page.places import MESSAGES, POST, account_of, back, every, network_of, place_of
from sandbox.page.thread import bubbles_of, steps_of, wait_of
from sandbox.world import comments, courier, faults, phone
from sandbox.world.meta import ACCOUNTS
from sandbox.world.models import Comment, Fault

REAL_SETTLE_SECONDS = 8
REAL_SPACING_MINUTES = 5


def home(request: HttpRequest) -> HttpResponse:
    """Show the page; a POST says something, or lets the owner answer by hand."""
    if request.method != "POST":
        return render(request, "sandbox/phone.html", _page(request))
    text = request.POST.get("suggestion") or request.POST.get("text") or ""
    account, contact = account_of(request), request.POST.get("contact", "")
    try:
        contact, reached = _spoken(request, account, contact, text)
    except phone.CannotSayError:
        return render(request, "sandbox/phone.html", _page(request, problem=_empty(request)))
    product.expect_news(contact)
    if reached == courier.UNREACHABLE:
        page = _page(request, problem=_unreachable(), typed=text)
        return render(request, "sandbox/phone.html", page, status=502)
    return back(request, contact)


def _spoken(request: HttpRequest, account: str, contact: str, text: str) -> tuple[str, int]:
    """Let the person, or the owner, write or comment; return the contact and the status."""
    by_hand = "by_hand" in request.POST
    if place_of(request) == MESSAGES:
        if by_hand:
            sent = phone.answer_by_hand(account=account, contact=contact, text=text, retry=False)
            return contact, sent.status
        said = phone.say(account=account, contact=contact, text=text, retry=False)
        return said.message.contact, said.status
    above = publication.open_comment(contact, network_of(account))
    if by_hand:
        row, where = comments.find(above), network_of(account)
        if not text.strip():
            raise phone.CannotSayError("text is empty")
        owner = Comment.Author.OWNER
        return contact, comments.answer(where, row, text, post=row.post, author=owner).status
    made = comments.write(account=account, contact=contact, text=text, parent=above, retry=False)
    return made.comment.contact, made.status


@require_GET
def to_account(_request: HttpRequest, provider: str, account: str) -> HttpResponse:
    """Lead to where one writes to an account that the product knows by its network and its id."""
    if provider in {"tiktok", "youtube", "linkedin"}:
        return redirect(provider)
    return redirect(f"{reverse('phone')}?{urlencode({'account': account})}")


@require_GET
def thread(request: HttpRequest) -> HttpResponse:
    """Return the moving parts of the page as JSON: lists of {key, html}, and two fragments.

    The fragments change only with what they tell: no token and no running seconds are in them.
    """
    shown = _moving_parts(request)
    return JsonResponse(
        {
            "contact": shown["contact"],
            "bubbles": [_part("bubble", bubble, bubble["key"]) for bubble in shown["bubbles"]]
            + [_part("comment", comment, comment.key) for comment in shown["comments"]],
            "parent": shown["parent"],
            "steps": [_part("step", step, step.key) for step in shown["steps"]],
            "state": render_to_string("sandbox/_state.html", shown),
            "lead": render_to_string("sandbox/_lead.html", shown),
        }
    )


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Take the conversation over or release it in the product, as the owner would."""
    contact, account = request.POST.get("contact", ""), account_of(request)
    try:
        external_id = network_of(account).external_id
        product.act(contact, external_id, request.POST.get("action", ""))
    except product.UnreachableError:
        page = _page(request, problem=_unreachable())
        return render(request, "sandbox/phone.html", page, status=502)
    return back(request, contact)


@require_POST
def change_faults(request: HttpRequest) -> HttpResponse:
    """Add the chosen fault, or take all away."""
    offer = offers.offered(request.POST.get("fault", ""))
    if "clear" in request.POST:
        Fault.objects.all().delete()
    elif offer:
        service, _colon, kind = offer.value.partition(":")
        chosen = request.POST.get("times", "1")
        endless = chosen == "always" or kind in offers.ENDLESS
        faults.add(
            {
                "service": service,
                "kind": kind,
                "times": None if endless else int(chosen) if chosen.isdigit() else 1,
                "seconds": offer.seconds,
            }
        )
    return back(request, request.POST.get("contact", ""), "faults")


def _moving_parts(request: HttpRequest) -> dict[str, Any]:
    asked = request.POST if request.method == "POST" else request.GET
    contact = asked.get("contact", "")
    account, place = account_of(request), place_of(request)
    network = network_of(account)
    language = translation.get_language() or "fr"
    journey = product.journey_of(contact, network.external_id, language=language)
    in_public = place == POST
    return {
        "contact": contact,
        "account": account,
        "kind": network.kind,
        "elsewhere": account not in ACCOUNTS,
        "journey": journey,
        "place": place,
        "bubbles": [] if in_public else bubbles_of(phone.thread(contact), journey),
        "comments": publication.shown(contact, network) if in_public else [],
        "parent": publication.open_comment(contact, network) if in_public else "",
        "steps": steps_of(journey),
        "wait": wait_of(journey),
        "settle": f"{settings.SETTLE_SECONDS:g}",
        "spacing": f"{settings.MIN_SECONDS_BETWEEN_MESSAGES:g}",
        "real_settle": REAL_SETTLE_SECONDS,
    }


def _page(request: HttpRequest, *, problem: str = "", typed: str = "") -> dict[str, Any]:
    known = accounts.known()
    return {
        **_moving_parts(request),
        "whole_page": True,
        "problem": problem,
        "typed": typed,
        "unreachable": _unreachable(),
        "business": _called(account_of(request)),
        "others": [(key, one) for key, one in every() if key not in ACCOUNTS],
        "publication": publication.publication_of(network_of(account_of(request))),
        "suggestions": _suggestions() if place_of(request) == MESSAGES else _remarks(),
        "accounts": known,
        "ended": not all(one.alive for one in known),
        "offers": offers.OFFERS,
        "times": offers.TIMES,
        "active_faults": [offers.shown(fault) for fault in Fault.objects.all()],
        "product_url": settings.PUBLIC_URL,
        "rules_answer": settings.RULES_ANSWER,
        "real_spacing": REAL_SPACING_MINUTES,
        "logins": (
            (_("owner"), demo.OWNER_EMAIL, demo.MEMBERS_PASSWORD),
            (_("member"), demo.MEMBER_EMAIL, demo.MEMBERS_PASSWORD),
            (_("operator (admin)"), demo.OPERATOR_EMAIL, demo.OPERATOR_PASSWORD),
        ),
        "return_to": request.get_full_path() if request.method == "GET" else "/",
    }


def _called(account: str) -> str:
    """Return whom the person believes to write to."""
    return demo.WORKSPACE_NAME if account in ACCOUNTS else network_of(account).name


def _suggestions() -> list[str]:
    return [
        _("Hello, how much is it?"),
        _("Are you open on Saturday?"),
        _("I would like to order the Brume lamp"),
        _("Call me back on 02 61 91 88 07"),
        _("I want to talk to a human"),
        _("My mug arrived broken!"),
        _("Thank you 👍"),
    ]


def _remarks() -> list[str]:
    return [
        _("How much is it?"),
        _("Do you deliver to Belgium?"),
        _("Is it still available?"),
        _("I would like to order one"),
        _("Beautiful 😍"),
    ]


def _part(name: str, item: Any, key: str) -> dict[str, str]:
    return {"key": key, "html": render_to_string(f"sandbox/_{name}.html", {name: item})}


def _unreachable() -> str:
    return _("Flow IA does not answer at %(url)s: nothing was sent, your text is still here.") % {
        "url": settings.PUBLIC_URL
    }


def _empty(request: HttpRequest) -> str:
    if "by_hand" in request.POST and not request.POST.get("contact"):
        return _("Write something first: answering by hand needs a message to answer.")
    return _("Write something first.")
