"""Telling people that an AI writes (EU AI Act, article 50, in force since 2 August 2026).

At first contact, after a long silence, and when a human hands back. The notice stands before the
answer, in the same message; the row that proves it is written when the message left.
"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Workspace
from flowia.lib.standing import Standing, StandingChange, given
from processing.language import language_of
from processing.models import Conversation, Message

LONG_SILENCE = timedelta(days=7)
UNSAID = (
    Message.Status.HELD,
    Message.Status.QUEUED,
    Message.Status.REFUSED,
    Message.Status.FAILED,
)

TOLD_AT = Standing(
    lambda: Conversation.objects.filter(pk=given.key("id")).values_list("notice_sent_at", flat=True)
)
TELL = StandingChange(
    lambda: (
        Conversation.objects.filter(
            Q(notice_sent_at__isnull=True) | Q(notice_sent_at__lt=given.moment("written")),
            pk=given.key("id"),
        ),
        {"notice_sent_at": given.moment("now")},
    )
)


def notice_for(question: Message, *, language: str) -> str:
    """Return the notice that the answer to `question` has to carry; empty when none is due.

    The owner's own words, or ours in the language of the answer ("fr" or "en").
    """
    return sentence(question, language=language) if is_due(question) else ""


def notice_again(question: Message, *, language: str, now: datetime) -> str:
    """Return the notice of words that leave at `now`, however old `question` is by then.

    That of a follow-up or of a draft that was approved. Due where the answer to `question` would
    carry it, and when neither side has said anything for long.
    """
    said = Message.objects.filter(conversation_id=question.conversation_id)
    since = said.exclude(status__in=UNSAID).order_by("-sent_at").values_list("sent_at", flat=True)
    last = since.first()
    silent = last is not None and now - last > LONG_SILENCE
    return sentence(question, language=language) if silent or is_due(question) else ""


def is_due(question: Message) -> bool:
    """Return whether the contact has to be told (once more) that an AI writes.

    What was never said, a draft that waited or was refused, breaks no silence.
    """
    told = TOLD_AT.first(id=question.conversation_id)
    if told is None:
        return True
    before = Message.objects.filter(
        conversation_id=question.conversation_id, sent_at__lt=question.sent_at
    ).exclude(status__in=UNSAID)
    last = before.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return _is_due(told, question.sent_at, last)


def notice_of_draft(draft: Message) -> str:
    """Return the notice that would stand before `draft` if it left now; empty when none is due.

    `draft` comes from `reading.with_question`, so that a list of them costs no more than one.
    """
    told, asked = draft.conversation.notice_sent_at, draft.in_reply_to or draft
    last: datetime | None = getattr(draft, "said_before", None)
    due = told is None or _is_due(told, asked.sent_at, last)
    return sentence(draft, language=language_of(draft.text)) if due else ""


def _is_due(told: datetime, asked: datetime, last: datetime | None) -> bool:
    return last is not None and asked - last > LONG_SILENCE and told < asked


def sentence(question: Message, *, language: str) -> str:
    """Return the notice's words."""
    workspace = question.workspace
    if workspace.ai_notice.strip():
        return workspace.ai_notice.strip()
    with translation.override(language if language in {"fr", "en"} else workspace.language):
        return default_sentence(workspace)


def default_sentence(workspace: Workspace) -> str:
    """Return our own words, in the active language, for a workspace that has none."""
    return _("This is the automatic assistant (AI) – %(business)s.") % {"business": workspace.name}


def note_sent(message: Message, *, now: datetime) -> bool:
    """Note that the contact was told; False when that is noted already."""
    return bool(TELL(id=message.conversation_id, written=message.created_at, now=now))


def take_back(message: Message, *, since: datetime) -> None:
    """Note that `message`, which was begun at `since` and never left, told the contact nothing."""
    if message.notice:
        told = Conversation.objects.filter(pk=message.conversation_id, notice_sent_at__gte=since)
        told.update(notice_sent_at=None)
