"""What each kind of letter says, in its receiver's language; links are made at this moment.

Letters about what this app does not know get their facts from the app that does (`told_by`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import Truncator

from accounts import links
from accounts.devices import device_in_words, short_address
from accounts.models import Letter, Membership, SignIn, User
from accounts.notifications import links_for

HOME_ZONE = "Europe/Paris"
NAME_LENGTH = 60
Facts = dict[str, Any]


class Kind(StrEnum):
    """Every letter there is; each has its templates in `templates/letters/`."""

    VERIFY_ADDRESS = "verify_address"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a letter's name
    RESET_UNKNOWN = "reset_unknown"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a letter's name
    ADDRESS_TAKEN = "address_taken"
    INVITATION = "invitation"
    NEW_SIGN_IN = "new_sign_in"
    GOOGLE_LINKED = "google_linked"
    ADDRESS_CHANGED = "address_changed"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a letter's name
    FACTOR_ENROLLED = "factor_enrolled"
    FACTOR_RESET = "factor_reset"
    RECOVERY_USED = "recovery_used"
    CODES_RENEWED = "codes_renewed"
    HUMAN_NEEDED = "human_needed"
    DRAFT_WAITING = "draft_waiting"
    ACCOUNT_STATE = "account_state"
    PLAN_NEWS = "plan_news"
    QUOTA_WAITING = "quota_waiting"
    WEBHOOK_OFF = "webhook_off"
    TOOL_STATE = "tool_state"


@dataclass(frozen=True)
class Wording:
    """A letter as it leaves.

    `member` is who gets it as a member of one workspace, where that is why; `stop` the address
    that stops such letters.
    """

    subject: str
    text: str
    html: str
    member: Membership | None = None
    stop: str = ""


def wording_of(letter: Letter) -> Wording | None:
    """Return what the letter says; None when it has nothing to say to anybody any more.

    Facts that name the `member` it is for get the links with which they choose their letters.
    """
    with translation.override(letter.language), timezone.override(_zone_of(letter.user)):
        facts = FACTS[Kind(letter.kind)](letter)
        if facts is None:
            return None
        member: Membership | None = facts.get("member")
        ways = links_for(letter.kind, member) if member else {}
        subject, text, html = (
            render_to_string(f"letters/{letter.kind}{ending}", {**facts, **ways})
            for ending in (".subject.txt", ".txt", ".html")
        )
    one_line = " ".join(subject.split())
    return Wording(one_line, text.strip() + "\n", html, member, ways.get("stop", ""))


def _verification(letter: Letter) -> Facts | None:
    # A link that proves the new address must not go to the one before.
    user = reader_of(letter)
    if user is None:
        return None
    return {"link": links.absolute(f"/verify/{links.verification_token(user)}")}


def _reset(letter: Letter) -> Facts | None:
    user = reader_of(letter)
    if user is None:
        return None
    return {"link": links.absolute(f"/password/reset/{links.reset_token(user)}")}


def reader_of(letter: Letter) -> User | None:
    """Return the letter's person while they are active and the address is still theirs."""
    user = letter.user
    return user if user and user.is_active and user.email == letter.email else None


def _nobody(_letter: Letter) -> Facts | None:
    return None


def _warning(_letter: Letter) -> Facts | None:
    return {"link": links.absolute("/login")}


def _recovery(letter: Letter) -> Facts | None:
    return {"link": links.absolute("/login"), "left": int(letter.data.get("left", 0))}


def _invitation(letter: Letter) -> Facts | None:
    found = links.open_invitation(letter.subject_uid) if letter.subject_uid else None
    if found is None:
        return None
    return {
        "link": links.absolute(f"/invitation/{links.invitation_token(found)}"),
        "workspace": short(found.workspace.name),
        "inviter": short(found.invited_by.name) if found.invited_by else "",
        "until": found.expires_at,
    }


def _place(letter: Letter) -> Facts | None:
    known = SignIn.objects.filter(uid=letter.subject_uid) if letter.subject_uid else None
    sign_in = known.first() if known else None
    if sign_in is None:
        return None
    begun = letter.kind == Kind.NEW_SIGN_IN
    return {
        "link": links.absolute("/sessions"),
        "device": device_in_words(sign_in.device),
        "address": short_address(sign_in.address),
        "at": sign_in.created_at if begun else sign_in.ended_at or letter.created_at,
        "zone": _zone_of(letter.user).key,
    }


def short(name: str) -> str:
    """Shorten what somebody else wrote, in one line: the letter is ours, not theirs."""
    # A dot between letters would become a link in the reader's mail program.
    plain = re.sub(r"(?<=\w)\.(?=\w)", ". ", " ".join(name.replace("://", " ").split()))
    return Truncator(plain).chars(NAME_LENGTH)


def _zone_of(user: User | None) -> ZoneInfo:
    workspace = user.workspaces.order_by("pk").first() if user else None
    return ZoneInfo(workspace.timezone if workspace else HOME_ZONE)


FACTS: dict[Kind, Callable[[Letter], Facts | None]] = {
    Kind.VERIFY_ADDRESS: _verification,
    Kind.RESET_PASSWORD: _reset,
    Kind.RESET_UNKNOWN: _nobody,
    Kind.PASSWORD_CHANGED: _warning,
    Kind.ADDRESS_TAKEN: _warning,
    Kind.GOOGLE_LINKED: _warning,
    Kind.ADDRESS_CHANGED: _warning,
    Kind.FACTOR_ENROLLED: _warning,
    Kind.FACTOR_RESET: _warning,
    Kind.RECOVERY_USED: _recovery,
    Kind.CODES_RENEWED: _warning,
    Kind.INVITATION: _invitation,
    Kind.NEW_SIGN_IN: _place,
    Kind.TOKEN_REUSED: _place,
}


def told_by(kind: Kind, facts: Callable[[Letter], Facts | None]) -> None:
    """Let `facts` say what letters of `kind` tell: called by the app that knows, when it is ready.

    So such a letter keeps ids alone, and tells what is true at the moment it is posted; None when
    it has nothing to say any more.
    """
    FACTS[kind] = facts
