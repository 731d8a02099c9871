"""The visitor's page of TikTok: write to an account or under a video, and be the owner as well."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sandbox import settings
from sandbox.tiktok import commenting, happening, talk, tokens, webhooks
from sandbox.tiktok.models import Comment, Message, Writer
from sandbox.tiktok.people import ACCOUNTS, BY_USERNAME, CANADA, PEOPLE, Account, videos_of
from sandbox.world import courier

OFFERED = ("image", "sticker", "share_post", "reaction", "read", "ad", "link", "welcome")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the person's thread with an account and the comments under its videos."""
    return render(request, "sandbox/tiktok.html", _page(request))


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do what the pressed button says, as the person or as the owner, and show the page again."""
    try:
        status = _done(request)
    except talk.CannotDoError:
        page = _page(request, problem=_("Write something first."))
        return render(request, "sandbox/tiktok.html", page, status=400)
    if status == courier.UNREACHABLE:
        sentence = _("Flow IA does not answer at %(url)s; TikTok tries again in a moment.")
        page = _page(request, problem=sentence % {"url": settings.PUBLIC_URL})
        return render(request, "sandbox/tiktok.html", page, status=502)
    account, person = _account(request), _person(request)
    query = urlencode({"account": account.username, "person": person})
    return HttpResponseRedirect(f"{request.path.removesuffix('/act')}?{query}#{_part(request)}")


def _done(request: HttpRequest) -> int | None:
    """Do what the button says; return the product's status, None for an unknown button too."""
    do = ACTS.get(request.POST.get("do", ""))
    return do(request.POST, _account(request), _person(request)) if do else None


Form = Mapping[str, str]


def _say(form: Form, account: Account, person: str) -> int | None:
    return talk.say(account, talk.writer_of(person), text=form.get("text", "")).status


def _by_hand(form: Form, account: Account, person: str) -> int | None:
    return talk.answer_by_hand(account, talk.writer_of(person), form.get("text", "")).status


def _write_comment(form: Form, _account: Account, person: str) -> int | None:
    writer, parent = talk.writer_of(person), form.get("parent", "")
    written = commenting.write(writer, form.get("video", ""), form.get("text", ""), parent=parent)
    return written.status


def _reply_by_hand(form: Form, _account: Account, _person: str) -> int | None:
    return commenting.answer_by_hand(form.get("parent", ""), form.get("text", "")).status


def _hide(form: Form, _account: Account, _person: str) -> int | None:
    return commenting.show(commenting.comment(form.get("parent", "")), commenting.HIDDEN)


def _delete(form: Form, _account: Account, _person: str) -> int | None:
    return commenting.delete(commenting.comment(form.get("parent", "")))


def _event(form: Form, account: Account, person: str) -> int | None:
    asked = {"account": account.username, "person": person}
    return happening.happen({**asked, "event": form.get("event", "")})


def _revoke(_form: Form, account: Account, _person: str) -> int | None:
    tokens.revoke_all(account.open_id)
    return webhooks.announce_removal(account.open_id, 1)


ACTS: Mapping[str, Callable[[Form, Account, str], int | None]] = {
    "say": _say,
    "by_hand": _by_hand,
    "event": _event,
    "comment": _write_comment,
    "reply_by_hand": _reply_by_hand,
    "hide": _hide,
    "delete": _delete,
    "revoke": _revoke,
}
UNDER_VIDEOS = frozenset({"comment", "reply_by_hand", "hide", "delete"})


def _page(request: HttpRequest, *, problem: str = "") -> dict[str, Any]:
    account, person = _account(request), _person(request)
    names = _names(account)
    return {
        "account": account,
        "accounts": list(ACCOUNTS.values()),
        "person": person,
        "people": PEOPLE,
        "bubbles": [_bubble(row) for row in talk.thread(account, person)],
        "videos": [
            {
                "video": video,
                "comments": [_line(row, names) for row in commenting.under(video.item_id)],
            }
            for video in videos_of(account.open_id)
        ],
        "events": [(name, _label(name)) for name in OFFERED],
        "allowed": [one.scope.split(",") for one in tokens.live_grants(account.open_id)],
        "problem": problem,
        "typed": request.POST.get("text", ""),
        "product_url": settings.PUBLIC_URL,
        "return_to": request.get_full_path() if request.method == "GET" else "/tiktok",
    }


def _bubble(row: Message) -> dict[str, Any]:
    return {
        "mine": row.author == Message.Author.PERSON,
        "author": row.author,
        "text": row.content.get("body") or _label(row.type),
        "at": row.at,
        "waits": row.author == Message.Author.PERSON and row.status not in (None, courier.OK),
    }


def _line(row: Comment, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row.comment_id,
        "who": names.get(row.uid, row.uid),
        "author": row.author,
        "reply": bool(row.parent),
        "text": row.text,
        "at": row.at,
        "hidden": row.visibility != commenting.PUBLIC,
    }


def _names(account: Account) -> dict[str, str]:
    writers = dict(Writer.objects.values_list("uid", "display_name"))
    return {**writers, account.open_id: account.display_name}


def _label(kind: str) -> str:
    labels = {
        "image": _("a picture"),
        "video": _("a video"),
        "sticker": _("a sticker"),
        "emoji": _("an animated emoji"),
        "share_post": _("a video of the account, shared"),
        "reaction": _("👍 on the last answer"),
        "read": _("has read everything"),
        "ad": _("comes from an ad"),
        "link": _("comes from a tiktok.me link"),
        "welcome": _("TikTok's automatic welcome"),
        "other": _("something TikTok does not pass on"),
        "template": _("a card with buttons"),
    }
    return labels.get(kind, kind)


def _account(request: HttpRequest) -> Account:
    asked = request.POST if request.method == "POST" else request.GET
    return BY_USERNAME.get(asked.get("account", ""), CANADA)


def _person(request: HttpRequest) -> str:
    asked = request.POST if request.method == "POST" else request.GET
    return asked.get("person") or PEOPLE[0].uid


def _part(request: HttpRequest) -> str:
    return "comments" if request.POST.get("do") in UNDER_VIDEOS else "messages"
