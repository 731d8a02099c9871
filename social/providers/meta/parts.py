"""Parts of a message: its attachments, what it quotes, where its writer came from."""

from typing import Any

from social.providers.meta.values import (
    MID_LONGEST,
    ORIGIN_LONGEST,
    TITLE_LONGEST,
    id_of,
    list_in,
    object_in,
    text_in,
    text_of,
)

STORY = "story"
"""What stands for a story of ours that a message answers."""
UNSUPPORTED = {"type": "unsupported"}


def attachments_of(message: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the attachments by kind, a shared link with its title.

    Their addresses die within hours and are secrets of their own: they are never kept.
    """
    kept: list[dict[str, Any]] = []
    stickers: set[str] = set()
    for one in list_in(message, "attachments"):
        payload = object_in(one, "payload")
        sticker = str(payload.get("sticker_id") or "")
        # Until 30 Aug 2026 one sticker came both as a sticker and as an image (meta.md 4.2).
        if not sticker or sticker not in stickers:
            kept.append(_attachment(one, payload, sticker=bool(sticker)))
        stickers.add(sticker)
    if message.get("is_unsupported"):
        kept.append(UNSUPPORTED)
    return tuple(kept)


def _attachment(one: dict[str, Any], payload: dict[str, Any], *, sticker: bool) -> dict[str, Any]:
    kind = "sticker" if sticker else text_of(one.get("type", "unknown"), longest=40)
    if kind != "fallback":
        return {"type": kind}
    title = text_in(one, "title", longest=TITLE_LONGEST)
    title = title or text_in(payload, "title", longest=TITLE_LONGEST)
    return {"type": kind, "title": title} if title else {"type": kind}


def quoted_in(message: dict[str, Any]) -> str:
    """Return the id of the message that this one answers, or that it answers a story."""
    answered = object_in(message, "reply_to")
    if "mid" in answered:
        return id_of(answered["mid"], longest=MID_LONGEST)
    return STORY if "story" in answered else ""


def origin_of(referral: dict[str, Any]) -> str:
    """Return where a person came from in Meta's words: kind of link, its mark, the ad's title."""
    ad = object_in(referral, "ads_context_data")
    title = text_in(ad, "ad_title") or text_in(referral, "ad_id")
    parts = (text_in(referral, "source"), text_in(referral, "ref"), title)
    return " · ".join(part for part in parts if part)[:ORIGIN_LONGEST]
