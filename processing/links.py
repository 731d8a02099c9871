"""The signed link that approves one draft from a letter; nothing of it is stored.

It names the draft, the member it was written to, the words as they then stood and how often it
had been approved. Whether it still may do anything is read from the rows when it comes back: an
approval ends the links of before, also when it is taken back.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.links import SEPARATOR, DeadLinkError, absolute
from accounts.models import Membership, User
from processing.models import InteractionEvent, Message
from processing.reading import said_since, with_question

APPROVE = "processing.links.approve"
APPROVE_FOR = timedelta(hours=24)
DEAD_APPROVAL = _("This link has ended. You find the drafts that wait under Drafts.")


@dataclass(frozen=True)
class Opened:
    """What a link opens: the draft, for whom, what stood for its words, and its turn."""

    draft: Message
    member: User
    digest: str
    turn: int

    def has_words_of(self, draft: Message) -> bool:
        """Return whether the words are still those of the letter."""
        return constant_time_compare(self.digest, digest_of(draft))

    def is_spent(self) -> bool:
        """Return whether somebody approved the draft since the letter, whatever came of it."""
        return self.turn != _times_approved(self.draft)


def approval_link(draft: Message, member: User) -> str:
    """Return the address that lets `member` approve `draft` as it stands, for 24 hours."""
    values = [member.uid.hex, draft.uid.hex, digest_of(draft), _times_approved(draft)]
    token = _signer().sign_object(values)
    return absolute(f"/approve/{token}")


def read_approval(token: str) -> Opened:
    """Return what the link opens, whatever became of the draft; raises DeadLinkError.

    Dead when it was changed or is too old, when the draft is gone, and when the person is no
    longer a member of its workspace.
    """
    try:
        member, draft, digest, turn = _signer().unsign_object(token, max_age=APPROVE_FOR)
    except (BadSignature, ValueError, TypeError):
        raise DeadLinkError(DEAD_APPROVAL) from None
    found = _draft(draft)
    seat = _seat(found, member) if found else None
    if found is None or seat is None:
        raise DeadLinkError(DEAD_APPROVAL)
    return Opened(found, seat.user, digest, turn)


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=APPROVE, sep=SEPARATOR)


def digest_of(draft: Message) -> str:
    """Stand for the draft's words where others may see it."""
    return salted_hmac(APPROVE, draft.text, algorithm="sha256").hexdigest()[:32]


def digest_of_said(draft: Message) -> str:
    """Stand for the newest message after the one that the draft answers; empty for none."""
    uid = said_since(draft).values_list("uid", flat=True).last()
    return salted_hmac(APPROVE, uid.hex, algorithm="sha256").hexdigest()[:32] if uid else ""


def _times_approved(draft: Message) -> int:
    told = InteractionEvent.objects.filter(message=draft, kind=InteractionEvent.Kind.DRAFT)
    return told.filter(reason__in=["approved", "approved_edited"]).count()


def _draft(uid: Any) -> Message | None:
    try:
        return with_question(Message.objects.filter(uid=UUID(str(uid)))).first()
    except ValueError:
        return None


def _seat(draft: Message, member: Any) -> Membership | None:
    seats = Membership.objects.filter(workspace=draft.workspace_id, user__is_active=True)
    try:
        return seats.filter(user__uid=UUID(str(member))).select_related("user").first()
    except ValueError:
        return None
