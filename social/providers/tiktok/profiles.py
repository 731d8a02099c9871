"""How a person calls themselves, where TikTok shows it (tiktok.md 5.4 and 6.2)."""

from social.contracts import COMMENT, Credentials, Profile
from social.providers.tiktok.calling import ask, id_in, objects
from social.providers.tiktok.sending import contents
from social.providers.tiktok.values import MALFORMED, text

THREADS = "3"
"""How many of the newest threads are looked into for somebody whose thread is not told."""


def profile(credentials: Credentials, contact: str, kind: str, thread: str = "") -> Profile:
    """Return the names of `contact`; both "" when TikTok does not show them.

    `thread` is the direct thread, or the video under which they commented. No call tells of a
    person alone: without it, the newest threads are looked into. Raises ProviderError.
    """
    if kind == COMMENT:
        return _commenter(credentials, contact, thread) if thread else Profile()
    for one in [thread] if thread else _newest_threads(credentials):
        for party in objects(contents(credentials, one), "participants"):
            if id_in(party, "id") == contact:
                return Profile(name=_name(party.get("display_name")))
    return Profile()


def _newest_threads(credentials: Credentials) -> list[str]:
    where = {
        "business_id": credentials.account_external_id,
        "conversation_type": "SINGLE",
        "limit": THREADS,
    }
    path = "business/message/conversation/list"
    data = ask(path, credentials.token, where, ability="direct")
    ids = [id_in(one, "conversation_id") for one in objects(data, "conversations")]
    return [one for one in ids if one][: int(THREADS)]


def _commenter(credentials: Credentials, contact: str, video: str) -> Profile:
    where = {
        "business_id": credentials.account_external_id,
        "video_id": video,
        "sort_field": "create_time",
        "sort_order": "desc",
        "max_count": "30",
        "include_replies": "true",
    }
    data = ask("business/comment/list", credentials.token, where, ability="comments")
    tops = objects(data, "comments")
    for one in [*tops, *(reply for top in tops for reply in objects(top, "reply_list"))]:
        if id_in(one, "unique_identifier") == contact:
            return Profile(_name(one.get("display_name")), _name(one.get("username")))
    return Profile()


def _name(value: object) -> str:
    try:
        return text(value)[:200]
    except MALFORMED:
        return ""
