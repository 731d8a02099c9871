"""The demo's channels and videos, and the people who comment them."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox import demo
from sandbox.youtube.models import Channel, Code, Comment, Grant, Option, Token, Usage, Video

OWNER, NEWCOMER, WITHOUT_CHANNEL = demo.GOOGLE_PEOPLE
CHANNEL_ID = demo.YOUTUBE_CHANNEL_ID
SECOND_CHANNEL_ID = demo.YOUTUBE_SECOND_CHANNEL_ID
NEWCOMER_CHANNEL_ID = demo.YOUTUBE_NEWCOMER_CHANNEL_ID
VIDEO_ID, SECOND_VIDEO_ID = demo.YOUTUBE_VIDEO_ID, demo.YOUTUBE_SECOND_VIDEO_ID
COMMENTERS = ("Zoé Martin", "Léo Bernard", "Inès Caron")
OPENED = datetime(2026, 8, 4, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Author:
    """Who writes a comment, as the others see it."""

    channel_id: str
    name: str


CHANNELS = (
    (CHANNEL_ID, "@atelier-lumiere", demo.WORKSPACE_NAME, OWNER.sub),
    (SECOND_CHANNEL_ID, "@atelier-lumiere-coulisses", "Les coulisses de l’atelier", OWNER.sub),
    (NEWCOMER_CHANNEL_ID, "@cafe-des-brumes", "Café des Brumes", NEWCOMER.sub),
)
VIDEOS = (
    (VIDEO_ID, CHANNEL_ID, "Visite de l’atelier", datetime(2026, 9, 14, 8, tzinfo=UTC)),
    (SECOND_VIDEO_ID, CHANNEL_ID, "Tourner une tasse Galet", datetime(2026, 11, 2, 8, tzinfo=UTC)),
    ("sbxCuisson3", SECOND_CHANNEL_ID, "Une nuit de cuisson", datetime(2026, 10, 5, 8, tzinfo=UTC)),
    ("sbxFiltre04", NEWCOMER_CHANNEL_ID, "Le café filtre", datetime(2026, 10, 9, 8, tzinfo=UTC)),
)


def restore() -> None:
    """Bring back the demo's channels and videos as they are above; others stay."""
    for channel_id, handle, title, person in CHANNELS:
        told = {"handle": handle, "title": title, "person": person, "published_at": OPENED}
        Channel.objects.update_or_create(channel_id=channel_id, defaults=told)
    for video_id, channel_id, title, at in VIDEOS:
        told = {"channel_id": channel_id, "title": title, "published_at": at}
        known = {**told, "comments_disabled": False}
        Video.objects.update_or_create(video_id=video_id, defaults=known)


def reset() -> None:
    """Forget every comment, grant, token, option and unit, and bring the demo's cast back."""
    for table in (Comment, Code, Token, Grant, Usage, Option, Video, Channel):
        table.objects.all().delete()
    restore()


def open_channel(title: str, person: str) -> Channel:
    """Give the Google account `person` one more channel with one video, and return it."""
    identifier = secrets.token_urlsafe(17)[:22]
    told = {"title": title, "handle": handle_of(title), "person": person}
    row = Channel.objects.create(channel_id=f"UC{identifier}", published_at=OPENED, **told)
    video_id = secrets.token_urlsafe(9)[:11]
    video = {"video_id": video_id, "channel_id": row.channel_id, "title": title}
    Video.objects.create(**video, published_at=OPENED)
    return row


def author(name: str) -> Author:
    """Return who writes under `name`: a channel (by its id), or somebody who watches.

    An empty name is an account that is gone: it has neither a name nor a channel.
    """
    channel = Channel.objects.filter(channel_id=name).first()
    if channel:
        return Author(channel.channel_id, channel.handle)
    if not name:
        return Author("", "")
    handle = handle_of(name)
    return Author(f"UC{hashlib.sha256(handle.encode()).hexdigest()[:22]}", handle)


def handle_of(name: str) -> str:
    """Return the handle that YouTube would make of a name: `Zoé Martin` is `@zoe-martin`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return "@" + ("-".join(words) or hashlib.sha256(name.encode()).hexdigest()[:8])
