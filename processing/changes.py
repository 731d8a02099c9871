"""What happens to messages after they arrived: edits, removals, reactions, other apps.

Each function returns the outcome's code for the call's row; what concerns a message that is not
here is *ignored* with its reason. Everything may run twice.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import F

from processing import holding, inbox, leads, ledger, outbox
from processing.models import Conversation, InteractionEvent, Message
from social import forgotten, polling, scrubbing
from social.accounts import mark_needs_login
from social.contracts import (
    ControlChange,
    Edit,
    PollWanted,
    Reaction,
    Referral,
    Removal,
    Revocation,
    Showing,
    ThreadRead,
)
from social.models import SocialAccount

Log = InteractionEvent.Kind
Outcome = Message.Outcome
UNKNOWN_MESSAGE = "unknown_message"
UNKNOWN_THREAD = "unknown_thread"
STANDBY = "another_app_in_control"
HIDDEN = "comment_hidden"
TOLD_BEFORE = timedelta(hours=1)
"""How far our clock may be behind the network's that dates its messages."""


def edited(account: SocialAccount, entry: Edit, *, now: datetime) -> str:
    """Take in the words as they stand now; what was not answered yet is judged anew."""
    message = _message(account, entry.external_id)
    if message is None or message.removed_at is not None:
        return UNKNOWN_MESSAGE
    # Some edits are dated in whole seconds: of two in the same one, the later to come counts.
    if message.edited_at is not None and message.edited_at > entry.at:
        return "overtaken"
    if message.text == entry.text:
        return "duplicate"
    message.text, message.edited_at = entry.text, entry.at
    message.save(update_fields=["text", "edited_at"])
    return _judge_anew(message, now=now)


def _judge_anew(message: Message, *, now: datetime) -> str:
    """Decide again on a changed message, unless its answer has left already."""
    if message.direction != Message.Direction.INBOUND:
        return "edited"
    _take_answer_back(message, "edited_since", now=now)
    closed = [Message.Status.REFUSED, Message.Status.FAILED]
    if message.replies.exclude(status__in=closed).exists():
        ledger.tell(message, Log.RECEIVED, "edited_after_answer")
        return "edited"
    inbox.reopen(message, now=now)
    ledger.tell(message, Log.RECEIVED, "edited")
    return "edited"


def shown(account: SocialAccount, entry: Showing, *, now: datetime) -> str:
    """Judge a comment anew that was hidden from others, and is there again."""
    return shown_again(account, entry.external_id, at=entry.at, now=now)


def shown_again(
    account: SocialAccount, external_id: str, *, at: datetime | None, now: datetime
) -> str:
    """Judge a hidden comment anew; `at` is None where the network does not say since when."""
    message = _message(account, external_id)
    if message is None:
        return UNKNOWN_MESSAGE
    if message.hidden_at is None or (at is not None and message.hidden_at > at):
        return "duplicate"
    message.hidden_at = None
    message.save(update_fields=["hidden_at"])
    ledger.tell(message, Log.STATUS, "shown")
    if message.reason == HIDDEN:
        inbox.reopen(message, now=now)
    return "shown"


def _take_answer_back(message: Message, reason: str, *, now: datetime) -> None:
    """Let no answer leave, or wait for approval, that answers what is no longer there."""
    conversation = message.conversation
    waiting = holding.waiting_to_leave(conversation, in_hand=True).filter(in_reply_to=message)
    for answer in holding.take_back(waiting, reason, now=now):
        ledger.tell(answer, Log.DELIVERY, reason, outcome="refused")
    inbox.unflag_if_nothing_waits(conversation)


def removed(account: SocialAccount, entry: Removal, *, now: datetime) -> str:
    """Erase our copy of what its writer took back; of a hidden comment, only note that it is.

    What is taken back before it arrived is not stored when it does.
    """
    message = _message(account, entry.external_id)
    if message is None:
        if not entry.hidden:
            forgotten.remember_messages(account, [entry.external_id])
        return UNKNOWN_MESSAGE
    if entry.hidden:
        if message.hidden_at is None:
            message.hidden_at = entry.at
            message.save(update_fields=["hidden_at"])
            ledger.tell(message, Log.STATUS, "hidden")
        return "hidden"
    if message.removed_at is not None:
        return "duplicate"
    _erase_words(message, at=entry.at)
    leads.forget_words(message)
    if message.direction == Message.Direction.INBOUND and message.outcome == Outcome.PENDING:
        Message.objects.filter(pk=message.pk, outcome="").update(
            outcome=Outcome.SILENT, reason="taken_back", next_at=None
        )
    _take_answer_back(message, "taken_back", now=now)
    ledger.tell(message, Log.STATUS, "removed")
    return "removed"


def _erase_words(message: Message, *, at: datetime) -> None:
    message.text, message.attachments, message.removed_at = "", [], at
    message.payload, message.reactions = "", {}
    message.save(update_fields=["text", "attachments", "removed_at", "payload", "reactions"])
    account = message.social_account
    calls = scrubbing.calls_to(account).filter(created_at__gte=message.sent_at - TOLD_BEFORE)
    scrubbing.take_message_out(calls, message.external_id, account=account.external_id)


def reacted(account: SocialAccount, entry: Reaction, *, now: datetime) -> str:
    """Keep the person's reaction with the message; what they took away is kept as none."""
    del now  # the same for all of these
    message = _message(account, entry.external_id)
    if message is None:
        return UNKNOWN_MESSAGE
    before = message.reactions.get(entry.contact_external_id) or {"emoji": "", "at": ""}
    told = {"emoji": entry.emoji[:40], "at": entry.at.astimezone(UTC).isoformat()}
    if before["emoji"] == told["emoji"] and before["at"]:
        return "duplicate"
    if before["at"] > told["at"]:
        return "overtaken"
    message.reactions = {**message.reactions, entry.contact_external_id: told}
    message.save(update_fields=["reactions"])
    if entry.emoji:
        ledger.tell(message, Log.STATUS, "reacted")
    return "reacted"


def referred(account: SocialAccount, entry: Referral, *, now: datetime) -> str:
    """Keep where the person came from this time."""
    del now
    thread = _thread(account, entry.contact_external_id)
    if thread is None:
        return UNKNOWN_THREAD
    Conversation.objects.filter(pk=thread.pk).update(origin=entry.origin[:200])
    ledger.record(Log.STATUS, workspace=account.workspace, conversation=thread, reason="referred")
    return "referred"


def control_changed(account: SocialAccount, entry: ControlChange, *, now: datetime) -> str:
    """Stay out of a thread that another app took; answer again once it gave it back."""
    thread = _thread(account, entry.contact_external_id)
    if thread is None:
        return UNKNOWN_THREAD
    if thread.control_told_at is not None and thread.control_told_at > entry.at:
        return "overtaken"
    since = thread.other_app_since
    late = since is not None and since > entry.at
    told: dict[str, datetime | None] = {"control_told_at": entry.at}
    if not late:
        told["other_app_since"] = None if entry.ours else since or entry.at
    Conversation.objects.filter(pk=thread.pk).update(**told)
    if late or (since is None) == entry.ours:
        return "duplicate"
    reason = "control_given_back" if entry.ours else "control_taken"
    ledger.record(Log.TAKEOVER, workspace=account.workspace, conversation=thread, reason=reason)
    if entry.ours:
        last = thread.messages.filter(direction=Message.Direction.INBOUND).order_by("-sent_at")
        waiting = last.first()
        if waiting is not None and waiting.reason == STANDBY:
            inbox.reopen(waiting, now=now - timedelta(seconds=settings.SETTLE_SECONDS))
    return reason


def revoked(account: SocialAccount, entry: Revocation, *, now: datetime) -> str:
    """Note that the account must be connected again: its owner took our access back."""
    del now
    if account.connected_at is not None and account.connected_at > entry.at:
        return "overtaken"
    mark_needs_login(account, "revoked")
    return "revoked"


def wanted(account: SocialAccount, entry: PollWanted, *, now: datetime) -> str:
    """Read what the network announced without showing it."""
    polling.want(account, entry.stream, now=now)
    return "poll_wanted"


def thread_read(account: SocialAccount, entry: ThreadRead, *, now: datetime) -> str:
    """Note that nothing of a thread is missing any more; what waited for that is looked at."""
    threads = Conversation.objects.filter(
        social_account=account,
        contact__external_id=entry.contact_external_id,
        external_id=entry.thread_external_id,
    )
    said = Message.objects.filter(conversation__in=threads, sent_at__lte=entry.at)
    said.filter(unseen_before__gt=0).update(unseen_before=0)
    soon = now + timedelta(seconds=settings.SETTLE_SECONDS)
    said.filter(outcome="", reason="reading_thread").update(next_at=soon)
    return "thread_read"


def _message(account: SocialAccount, external_id: str) -> Message | None:
    """Return the message, its thread locked before it is looked at."""
    rows = Message.objects.filter(social_account=account, external_id=external_id)
    found = rows.exclude(external_id="").select_related("conversation").first()
    if found is None or not outbox.lock(found.conversation):
        return None
    related = ("conversation__workspace", "workspace", "social_account")
    return rows.select_related(*related).first()


def _thread(account: SocialAccount, contact: str) -> Conversation | None:
    threads = Conversation.objects.filter(
        social_account=account, contact__external_id=contact, kind=Conversation.Kind.DIRECT
    )
    # Of several threads with somebody, the one in which something was said last.
    found = threads.order_by(F("last_message_at").desc(nulls_last=True), "-pk").first()
    if found is None or not outbox.lock(found):
        return None
    found.refresh_from_db()
    return found
