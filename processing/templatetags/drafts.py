"""Drafts in templates: how many wait, and their doubtful words marked."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from flowia.lib import clock
from processing import by_hand
from processing.links import digest_of
from processing.models import Conversation, Message
from processing.notices import notice_of_draft
from processing.reading import said_since, why_held
from processing.reasons import sentence
from social.models import SocialAccount
from social.sessions import has_session

register = template.Library()
SINCE = "read_with_it"
"""Where a draft keeps what its page shows of what was said since: the form then says the same."""
NEWS = "plan_news"
"""Where the header leaves the news of the plan for the notes below it, None for none."""
HAS_STOPS = "has_stops"
"""And whether operators paused anything, of whomever."""


@register.filter
def why(draft: Message) -> str:
    """Return the sentence that tells why the draft waits."""
    return sentence(why_held(draft), getattr(draft, "why_data", None))


@register.filter
def notice(draft: Message) -> str:
    """Return the AI notice that would stand before the draft; empty when none is due."""
    return notice_of_draft(draft)


@register.filter
def seal(draft: Message) -> str:
    """Return what stands for the draft's words in a form."""
    return digest_of(draft)


@register.filter
def deep_link(conversation: Conversation) -> str:
    """Return where a member opens the thread on its network; "" where that is not possible."""
    gone = conversation.social_account.status == SocialAccount.Status.DISCONNECTED
    return "" if gone else by_hand.link_of(conversation)


@register.filter
def reading(conversation: Conversation) -> by_hand.Reading | None:
    """Return when the network is read next; None when nobody knows."""
    return by_hand.reading_of(conversation.social_account, now=clock.now())


@register.filter
def written_since(message: Message) -> bool:
    """Return whether the contact wrote after what the message answers."""
    return said_since(message).exists()


@register.filter
def since(draft: Message) -> list[Message]:
    """Return what the contact wrote after the question, where who approves must have read that."""
    found: list[Message] | None = getattr(draft, SINCE, None)
    if found is None:
        found = list(said_since(draft)) if has_session(draft.social_account) else []
        setattr(draft, SINCE, found)
    return found


@register.filter
def moment(said: list[Message]) -> str:
    """Return when the last of them was written, for a form; empty for none."""
    return said[-1].sent_at.isoformat() if said else ""


@register.filter
def marked(draft: Message) -> SafeString:
    """Return the draft's text with its doubtful words in `<mark>`, everything escaped."""
    parts: list[tuple[str, SafeString]] = []
    at = 0
    for mark in _in_order(draft.marks, len(draft.text)):
        words = format_html("<mark>{}</mark>", draft.text[mark[0] : mark[1]])
        parts.append((draft.text[at : mark[0]], words))
        at = mark[1]
    return format_html("{}{}", format_html_join("", "{}{}", parts), draft.text[at:])


def _in_order(marks: list[dict[str, Any]], length: int) -> list[tuple[int, int]]:
    """Return the marks by their place, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((int(one["start"]), min(int(one["end"]), length)) for one in marks):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found
