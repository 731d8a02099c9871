"""YouTube's JSON addresses for tests and people, below `/youtube`."""

from typing import Any

from django.http import HttpRequest

from sandbox import demo
from sandbox.controls import json_address
from sandbox.world.phone import CannotSayError
from sandbox.youtube import cast, grants, meter, options, talk
from sandbox.youtube.models import Channel, Comment, Grant, Token, Video

Body = dict[str, Any]


@json_address("POST")
def say(_request: HttpRequest, body: Body) -> Body:
    """Let a person comment a video, or answer a thread: see `talk.say`."""
    return talk.as_json(talk.say(body))


@json_address("POST")
def edit(_request: HttpRequest, body: Body) -> Body:
    """Change a comment's text, status or whether it takes replies: see `talk.edit`."""
    return talk.as_json(talk.edit(body))


@json_address("POST")
def delete(_request: HttpRequest, body: Body) -> Body:
    """Take the comment `comment` away, with its replies."""
    row = talk.find(body.get("comment"))
    told = talk.as_json(row)
    talk.delete(row)
    return told


@json_address("GET", "DELETE")
def comments(request: HttpRequest, _body: Body) -> Body:
    """Return every comment, oldest first, also held ones; DELETE takes all away."""
    if request.method == "DELETE":
        Comment.objects.all().delete()
    return {"comments": [talk.as_json(row) for row in Comment.objects.all()]}


@json_address("POST")
def video(_request: HttpRequest, body: Body) -> Body:
    """Open or close the comments of `video` (`comments_disabled`)."""
    disabled = body.get("comments_disabled") is True
    found = Video.objects.filter(video_id=str(body.get("video") or cast.VIDEO_ID))
    if not found.update(comments_disabled=disabled):
        raise CannotSayError("no video has this id")
    return {"video": found.get().video_id, "comments_disabled": disabled}


@json_address("GET", "POST")
def channel(request: HttpRequest, body: Body) -> Body:
    """List the channels; POST opens one more: `title`, `person` (a Google `sub`), one video."""
    if request.method == "POST":
        _open_channel(body)
    return {"channels": [_channel(row) for row in Channel.objects.all()]}


@json_address("POST")
def grant(_request: HttpRequest, body: Body) -> Body:
    """Let `channel` (or the `person` without one) allow `scope`, as its page would; the tokens."""
    channel_id = str(body.get("channel", cast.CHANNEL_ID))
    row = Channel.objects.filter(channel_id=channel_id).first()
    if channel_id and row is None:
        raise CannotSayError("no channel has this id")
    request = grants.Request(
        person=row.person if row else str(body.get("person") or cast.WITHOUT_CHANNEL.sub),
        channel_id=channel_id,
        redirect_uri="",
        scope=str(body.get("scope", grants.FORCE_SSL)),
        offline=True,
        asks_again=True,
    )
    code = grants.take(grants.allow(request))
    if code is None:
        raise CannotSayError("the code was over at once")
    return grants.exchange(code)


@json_address("POST")
def revoke(_request: HttpRequest, body: Body) -> Body:
    """End the grants of `channel` (without one: all), as its owner would at Google."""
    rows = Grant.objects.filter(revoked_at=None)
    if body.get("channel"):
        rows = rows.filter(channel_id=str(body["channel"]))
    ended = list(rows)
    for row in ended:
        grants.end(row)
    return {"revoked": [row.channel_id for row in ended]}


@json_address("POST")
def expire(_request: HttpRequest, body: Body) -> Body:
    """Let the access tokens of `channel` (without one: all) end now."""
    return {"expired": grants.expire_access_tokens(str(body.get("channel") or ""))}


@json_address("GET")
def tokens(_request: HttpRequest, _body: Body) -> Body:
    """Return every token that was given out: its kind, channel, scope and end."""
    rows = Token.objects.select_related("grant")
    return {"tokens": [_token(row) for row in rows]}


@json_address("GET", "POST", "DELETE")
def manage_options(request: HttpRequest, body: Body) -> Body:
    """Read or change the options; DELETE brings every default back."""
    if request.method == "DELETE":
        options.forget()
    if request.method == "POST":
        options.change(body)
    return options.read()


@json_address("GET", "POST", "DELETE")
def manage_meter(request: HttpRequest, body: Body) -> Body:
    """Return what was spent by day; POST `{"units": n}` sets today's total, DELETE forgets all."""
    if request.method == "DELETE":
        meter.forget()
    if request.method == "POST":
        units = body.get("units")
        if type(units) is not int or units < 0:
            raise CannotSayError("units is a number")
        meter.set_used(units)
    return meter.report()


@json_address("POST")
def reset(_request: HttpRequest, _body: Body) -> Body:
    """Bring everything of YouTube back to how it was at first."""
    cast.reset()
    return {"channels": [_channel(row) for row in Channel.objects.all()]}


def _open_channel(body: Body) -> None:
    title = str(body.get("title") or "")
    if not title:
        raise CannotSayError("title is needed")
    known = {person.sub for person in demo.GOOGLE_PEOPLE}
    person = str(body.get("person") or cast.OWNER.sub)
    if person not in known:
        raise CannotSayError("no Google account has this sub")
    cast.open_channel(title, person)


def _channel(row: Channel) -> Body:
    videos = Video.objects.filter(channel_id=row.channel_id)
    told = {"id": row.channel_id, "title": row.title, "handle": row.handle, "person": row.person}
    return {**told, "videos": [one.video_id for one in videos]}


def _token(row: Token) -> Body:
    ends = row.expires_at.isoformat() if row.expires_at else None
    revoked = row.grant.revoked_at is not None
    told = {"kind": row.kind, "value": row.value, "scope": row.scope, "expires_at": ends}
    return {**told, "channel": row.grant.channel_id, "revoked": revoked}
