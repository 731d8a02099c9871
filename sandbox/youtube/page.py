"""The visitor's YouTube: a channel's videos, what is said below them, and Flow IA's answers."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sandbox import settings
from sandbox.world.phone import CannotSayError
from sandbox.youtube import cast, grants, meter, talk
from sandbox.youtube.models import Channel, Comment, Video


@dataclass(frozen=True)
class Shown:
    """One comment on the page; `mine` for the visitor's own, `product` for Flow IA's."""

    row: Comment
    mine: bool
    product: bool
    owner: bool
    replies: tuple["Shown", ...] = ()

    @property
    def edited(self) -> bool:
        """Whether its text changed since it was written."""
        return self.row.updated_at > self.row.published_at

    @property
    def hidden(self) -> bool:
        """Whether it is held back from the others."""
        return self.row.status != Comment.Status.PUBLISHED


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show the page; a POST writes, edits or deletes a comment, or takes a consent back."""
    if request.method != "POST":
        return render(request, "sandbox/youtube.html", _page(request))
    act = ACTS.get(request.POST.get("act", ""), _write)
    try:
        act(request)
    except CannotSayError:
        page = _page(request, problem=_("Write something first."))
        return render(request, "sandbox/youtube.html", page, status=400)
    where = urlencode({"video": _video(request).video_id, "as": _person(request)})
    return HttpResponseRedirect(f"{request.path}?{where}")


def _write(request: HttpRequest) -> None:
    asked = request.POST
    text = asked.get("suggestion") or asked.get("text", "")
    said = {"text": text, "author": _person(request), "parent": asked.get("parent", "")}
    talk.say({**said, "video": _video(request).video_id})


def _edit(request: HttpRequest) -> None:
    talk.edit({"comment": _own(request), "text": request.POST.get("text", "").strip()})


def _delete(request: HttpRequest) -> None:
    talk.delete(talk.find(_own(request)))


def _publish(request: HttpRequest) -> None:
    comment = request.POST.get("comment")
    talk.edit({"comment": comment, "status": Comment.Status.PUBLISHED.value})


def _revoke(request: HttpRequest) -> None:
    for grant in grants.living_grants(_video(request).channel_id):
        grants.end(grant)


ACTS: dict[str, Callable[[HttpRequest], None]] = {
    "edit": _edit,
    "delete": _delete,
    "publish": _publish,
    "revoke": _revoke,
}


def _page(request: HttpRequest, *, problem: str = "") -> dict[str, object]:
    video, person = _video(request), _person(request)
    channel = Channel.objects.get(channel_id=video.channel_id)
    spent = meter.report()
    return {
        "videos": Video.objects.filter(channel_id=channel.channel_id),
        "channels": _first_videos(),
        "video": video,
        "channel": channel,
        "people": cast.COMMENTERS,
        "person": person,
        "threads": _threads(video, person),
        "connected": bool(grants.living_grants(channel.channel_id)),
        "used": spent["used"],
        "limit": spent["limit"],
        "suggestions": _suggestions(),
        "problem": problem,
        "product_url": settings.PUBLIC_URL,
        "return_to": request.get_full_path(),
    }


def _threads(video: Video, person: str) -> list[Shown]:
    me = cast.author(person).channel_id
    rows = list(Comment.objects.filter(video_id=video.video_id))
    replies: dict[str, list[Shown]] = {}
    for row in rows:
        if row.parent_id:
            replies.setdefault(row.parent_id, []).append(_shown(row, me))
    top = [row for row in rows if not row.parent_id]
    return [_shown(row, me, tuple(replies.get(row.comment_id, ()))) for row in reversed(top)]


def _shown(row: Comment, me: str, replies: tuple[Shown, ...] = ()) -> Shown:
    return Shown(
        row,
        mine=bool(me) and row.author_channel_id == me,
        product=row.by_api,
        owner=row.author_channel_id == row.channel_id,
        replies=replies,
    )


def _first_videos() -> list[tuple[Channel, str]]:
    found = []
    for channel in Channel.objects.all():
        video = Video.objects.filter(channel_id=channel.channel_id).first()
        if video:
            found.append((channel, video.video_id))
    return found


def _asked(request: HttpRequest, name: str) -> str:
    asked = request.POST if request.method == "POST" else request.GET
    return str(asked.get(name, ""))


def _video(request: HttpRequest) -> Video:
    found = Video.objects.filter(video_id=_asked(request, "video")).first()
    return found or Video.objects.get(video_id=cast.VIDEO_ID)


def _person(request: HttpRequest) -> str:
    person = _asked(request, "as")
    return person if person in cast.COMMENTERS else cast.COMMENTERS[0]


def _own(request: HttpRequest) -> str:
    """Return the comment's id if the visitor wrote it; raises CannotSayError."""
    row = talk.find(request.POST.get("comment"))
    if row.author_channel_id != cast.author(_person(request)).channel_id:
        raise CannotSayError("somebody else wrote this comment")
    return row.comment_id


def _suggestions() -> list[str]:
    return [
        _("How much is the Aube lamp?"),
        _("Do you ship to Belgium?"),
        _("Great video!"),
    ]
