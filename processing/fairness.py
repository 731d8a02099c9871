"""Sharing a day that is too short: what the gate `quota` knows of those who wait as well."""

from dataclasses import replace

from billing.quotas import Usage, kept_of
from processing import quota_line
from processing.decision import Situation
from processing.models import Conversation, Lead, Message
from processing.phones import phone_in
from processing.situations import unanswered_texts


def in_line(situation: Situation, message: Message, usage: Usage) -> Situation:
    """Return the situation of `message` with its place among those who wait.

    `usage` was read before this is called: who takes a message in between is then in neither
    number, and the one statement that reserves has the last word.
    """
    if usage.remaining is None:
        return situation
    workspace, now, mine = message.workspace, situation.now, message.conversation_id
    others = quota_line.number_waiting(workspace, now=now, but=mine)
    closes = situation.window_closes_at
    short = usage.remaining <= usage.kept + others
    waited = short or bool(others) or message.reason == quota_line.WAITS
    before = quota_line.first_of(message) if waited else None
    first = before or quota_line.First(message.sent_at, closes, phone=False)
    phone = short and (first.phone or phone_in(" \n".join(unanswered_texts(message))) is not None)
    hot = phone or _is_hot(message)
    key = quota_line.key_of(message.pk, hot=hot, first=first)
    ahead = quota_line.number_before(workspace, key, now=now, but=mine) if others else 0
    return replace(
        situation,
        quota_ahead=ahead,
        quota_phone=phone,
        quota_priority=hot or quota_line.cannot_wait(closes, usage),
        quota_kept=usage.kept,
        quota_since=first.since,
        quota_closed=first.closes,
        quota_opens_at=usage.opens_at,
        quota_renews_at=usage.renews_at,
    )


def behind(situation: Situation, message: Message, usage: Usage) -> Situation:
    """Return the situation of a follow-up to `message`: behind everybody, and of nothing kept."""
    if usage.remaining is None:
        return situation
    return replace(
        situation,
        quota_ahead=quota_line.number_waiting(message.workspace, now=situation.now),
        quota_kept=kept_of(usage.limit),
        quota_renews_at=usage.renews_at,
    )


def _is_hot(message: Message) -> bool:
    contact = Conversation.objects.filter(pk=message.conversation_id).values("contact")
    return Lead.objects.filter(contact__in=contact, level=Lead.Level.HOT).exists()
