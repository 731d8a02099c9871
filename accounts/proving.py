"""Proving once more who is there, before what gives the account away or cannot be taken back."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import guessing
from accounts.models import SignIn, User
from flowia.lib import clock
from flowia.lib.errors import ConflictError, InvalidError

RECENT = timedelta(minutes=10)


class SignInAgainError(ConflictError):
    """The person has no password, and their sign-in is not of just now."""

    code = "sign_in_again"
    detail = _("Sign in again, then come back within ten minutes.")


def prove(request: HttpRequest, user: User, password: str) -> None:
    """Return when the caller is `user` for certain: by their password, or a sign-in just made.

    Who only signs in with Google has no password. Raises InvalidError for a wrong password,
    TooManyAttemptsError after too many, SignInAgainError for a sign-in of over ten minutes ago.
    """
    if user.has_usable_password():
        _prove_by_password(request, user, password)
        return
    sign_in = getattr(request, "sign_in", None)
    if not isinstance(sign_in, SignIn) or sign_in.created_at < clock.now() - RECENT:
        raise SignInAgainError


def _prove_by_password(request: HttpRequest, user: User, password: str) -> None:
    wrong = InvalidError(errors={"password": [_("This is not your password.")]})
    if not password:
        raise wrong
    attempt = guessing.attempt(request, user.email)
    if not user.check_password(password):
        raise wrong
    attempt.forgive()
