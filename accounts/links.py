"""Signed, expiring links for letters; nothing of them is stored.

A token names a row by its public id and is signed for one purpose. What makes it dead is read from
the rows when it comes back. It is made of letters, digits, `-`, `_` and `.`, so that no mail
program cuts it.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, User
from flowia.lib import clock
from flowia.lib.errors import FlowError

VERIFY, INVITE = "accounts.links.verify", "accounts.links.invite"
VERIFY_FOR = timedelta(days=3)
SEPARATOR = "."
DEAD_VERIFICATION = _(
    "This link no longer confirms your address. Sign in and ask for a new e-mail."
)
DEAD_RESET = _("This link no longer changes your password. Ask for a new e-mail and use its link.")
DEAD_INVITATION = _(
    "This invitation has ended or was used. Ask the person who invited you for a new one."
)


class DeadLinkError(FlowError):
    """The link was changed, is too old, or has done what it was for."""

    code = "dead_link"
    status = 400
    detail = _("This link is no longer valid. Ask for a new one.")


class _Resets(PasswordResetTokenGenerator):
    """Django's tokens, which die with the password and the address.

    Not with a sign-in: a thief who knows the password could keep its owner from changing it.
    """

    key_salt = "accounts.links.reset"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{user.pk}:{user.password}:{timestamp}:{user.email}"


RESETS = _Resets()


def absolute(path: str) -> str:
    """Return the address of our page `path`, whatever host a request was sent to."""
    return str(settings.PUBLIC_URL).rstrip("/") + path


def verification_token(user: User) -> str:
    """Return what proves, for three days, that `user` reads the letters to their address."""
    return _signer().sign_object([user.uid.hex, _address_key(user)])


def read_verification(token: str) -> User:
    """Return the person whose address is proven; raises DeadLinkError.

    The token is dead when the address is no longer theirs. Using it twice is harmless.
    """
    try:
        uid, address = _signer().unsign_object(token, max_age=VERIFY_FOR)
    except BadSignature:
        raise DeadLinkError(DEAD_VERIFICATION) from None
    user = _person(uid)
    if user is None or not constant_time_compare(address, _address_key(user)):
        raise DeadLinkError(DEAD_VERIFICATION)
    return user


def reset_token(user: User) -> str:
    """Return what lets `user` choose a new password, once and within the hour."""
    return f"{user.uid.hex}{SEPARATOR}{RESETS.make_token(user)}"


def read_reset(token: str) -> User:
    """Return the person who may choose a new password; raises DeadLinkError.

    The token is dead once the password or the address changed.
    """
    uid, _dot, secret = token.partition(SEPARATOR)
    user = _person(uid)
    if user is None or not RESETS.check_token(user, secret):
        raise DeadLinkError(DEAD_RESET)
    return user


def invitation_token(invitation: Invitation) -> str:
    """Return what lets the person who was invited come in, as long as the invitation is open."""
    return Signer(salt=INVITE, sep=SEPARATOR).sign(invitation.uid.hex)


def read_invitation(token: str) -> Invitation:
    """Return the open invitation with its workspace; raises DeadLinkError."""
    try:
        uid = UUID(Signer(salt=INVITE, sep=SEPARATOR).unsign(token))
    except (BadSignature, ValueError):
        raise DeadLinkError(DEAD_INVITATION) from None
    found = open_invitation(uid)
    if found is None:
        raise DeadLinkError(DEAD_INVITATION)
    return found


def open_invitation(uid: UUID) -> Invitation | None:
    """Return the invitation with its workspace and who invited; None when it is over."""
    still = Invitation.objects.filter(uid=uid, accepted_at=None, withdrawn_at=None)
    still = still.filter(expires_at__gt=clock.now())
    return still.select_related("workspace", "invited_by").first()


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=VERIFY, sep=SEPARATOR)


def _address_key(user: User) -> str:
    """Stand for the address in the token, which may be seen by others, without naming it."""
    return salted_hmac(VERIFY, user.email, algorithm="sha256").hexdigest()[:32]


def _person(uid: Any) -> User | None:
    try:
        return User.objects.filter(uid=UUID(str(uid)), is_active=True).first()
    except ValueError:
        return None
