"""Proving once more who is there, before what gives the account away or cannot be taken back."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, guessing, refusals
from accounts.models import SignIn, User
from flowia.lib import clock
from flowia.lib.address import client_address
from flowia.lib.errors import ConflictError, InvalidError

RECENT = timedelta(minutes=10)


class SignInAgainError(ConflictError):
    """The person has no password, and their sign-in is not of just now."""

    code = "sign_in_again"
    detail = _("Sign in again, then come back within ten minutes.")


def check_password(
    request: HttpRequest, user: User, password: str, *, field: str = "password"
) -> User:
    """Return `user`, who is signed in, as they are now that `password` was found to be theirs.

    Counted by the sign-in. Raises InvalidError, under `field`, and TooManyAttemptsError.
    """
    wrong = InvalidError(errors={field: [_("This is not your password.")]})
    if not password:
        raise wrong
    by = audit.by(user, client_address(request))
    try:
        attempt = _attempt(request, user)
    except guessing.TooManyAttemptsError:
        refusals.tell_lock_out(user.email, by=by)
        raise
    now = User.objects.filter(pk=user.pk, is_active=True).first()
    if now is None or not now.check_password(password):
        refusals.tell_wrong_password(user.email, by=by)
        raise wrong
    attempt.forgive()
    return now


def prove(request: HttpRequest, user: User, password: str) -> None:
    """Return when the caller is `user` for certain: by their password, or a sign-in just made.

    Who only signs in with Google has no password. Raises InvalidError for a wrong password,
    TooManyAttemptsError after too many, SignInAgainError for a sign-in of over ten minutes ago.
    """
    if user.has_usable_password():
        check_password(request, user, password)
        return
    sign_in = getattr(request, "sign_in", None)
    if not isinstance(sign_in, SignIn) or sign_in.created_at < clock.now() - RECENT:
        raise SignInAgainError


def _attempt(request: HttpRequest, user: User) -> guessing.Attempt:
    sign_in = getattr(request, "sign_in", None)
    if isinstance(sign_in, SignIn):
        return guessing.attempt_inside(sign_in)
    return guessing.attempt(request, user.email)
