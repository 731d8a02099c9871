"""Telling a workspace's members that a conversation needs them: one interface for every channel."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import links, mailbox
from accounts.models import Letter, Membership, Workspace
from accounts.wording import Facts, Kind, reader_of, short
from processing.models import Conversation
from processing.reading import conversations_of
from processing.reasons import sentence
from processing.wakes import Wake

PAUSE = timedelta(hours=1)
"""A member hears of the same conversation at most so often."""


@dataclass(frozen=True)
class Subject:
    """What members are told of: a conversation, and the code of why it needs a human."""

    conversation: Conversation
    reason: str


Channel = Callable[[Membership, Subject, datetime], list[Wake]]


def tell_members(workspace: Workspace, subject: Subject, *, now: datetime) -> list[Wake]:
    """Tell every member by the channels they chose; returns what is to be woken.

    Nothing of what the contact wrote is told. Call it in the transaction of what it tells, with
    the conversation locked: two that hand over at once tell once.
    """
    members = workspace.memberships.filter(user__is_active=True).select_related("user")
    return [
        wake
        for member in members.order_by("pk")
        for channel in CHANNELS
        for wake in channel(member, subject, now)
    ]


def facts_of_handoff(letter: Letter) -> Facts | None:
    """Return what the letter tells: whose conversation needs a human, why, and where it is.

    None when somebody has seen to it, the contact was erased, or its reader works there no more
    or wants no such letters.
    """
    user = reader_of(letter)
    if user is None or letter.subject_uid is None:
        return None
    found = Conversation.objects.filter(uid=letter.subject_uid).select_related("workspace").first()
    if found is None or not found.handoff_reason:
        return None
    workspace = found.workspace
    members = Membership.objects.filter(user=user, workspace=workspace, told_by_mail=True)
    member = members.select_related("workspace").first()
    if member is None:
        return None
    thread = conversations_of(workspace).get(pk=found.pk)
    return {
        "member": member,
        "link": links.absolute(f"/inbox/{found.uid}?workspace={workspace.uid}"),
        "workspace": short(workspace.name),
        "contact": short(thread.contact.name),
        "reason": sentence(found.handoff_reason, getattr(thread, "handoff_data", None)),
    }


def _by_mail(member: Membership, subject: Subject, now: datetime) -> list[Wake]:
    user = member.user
    if not member.told_by_mail or user.email_verified_at is None:
        return []
    conversation = subject.conversation
    told = Letter.objects.filter(
        kind=Kind.HUMAN_NEEDED, user=user, subject_uid=conversation.uid, created_at__gt=now - PAUSE
    )
    if told.exists():
        return []
    data = {"reason": subject.reason}
    letter = mailbox.put(Kind.HUMAN_NEEDED, user=user, about=conversation, data=data)
    return [Wake("letter", letter.pk)]


CHANNELS: tuple[Channel, ...] = (_by_mail,)
"""How members are told; another way is one more function."""
