"""Whom a Google account opens here: found by `sub`, linked with proof, or new."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit, doors, signins
from accounts.google.errors import (
    GoogleRefusedError,
    GoogleTakenError,
    LinkNeedsPasswordError,
    OtherGoogleError,
    PasswordNeededError,
)
from accounts.google.identities import Identity
from accounts.letters import Kind, write
from accounts.members import UnverifiedError
from accounts.models import SignIn, User
from accounts.proving import SignInAgainError
from flowia.lib import clock


def person_for(identity: Identity, *, address: str = "") -> User:
    """Return the person whom a Google account opens; `address` is the network address.

    By `sub` first. By e-mail address only where Google and we both verified it: it is linked
    then. An address nobody has here, verified by Google, makes a new person with a workspace.

    Raises LinkNeedsPasswordError, GoogleRefusedError, and WrongPasswordError for people who were
    switched off.
    """
    user = User.objects.filter(google_sub=identity.sub).first()
    if user is None and identity.email:
        user = _linked(identity, address) or _new(identity, address)
    if user is None:
        raise GoogleRefusedError(_("Google did not tell your e-mail address. Allow it to."))
    if not user.is_active:
        raise doors.WrongPasswordError(_("This Google account opens no active account here."))
    return user


def connect_google(user: User, identity: Identity, *, sign_in: SignIn, address: str = "") -> None:
    """Let a Google account open the account of `user`; twice is once.

    `sign_in` is where they proved just before that it is them; it has to live still when the
    account is connected, else SignInAgainError is raised.

    Raises UnverifiedError while the person's own address is not proved, GoogleTakenError when it
    is somebody else's, OtherGoogleError when `user` has another.
    """
    if User.objects.filter(pk=user.pk, google_sub=identity.sub).exists():
        return
    if user.email_verified_at is None:
        raise UnverifiedError
    try:
        linked = _link(user, identity, address, behind=sign_in)
    except IntegrityError as error:
        raise GoogleTakenError from error
    if not linked:
        raise OtherGoogleError


def disconnect_google(user: User, *, address: str = "") -> None:
    """Let no Google account open the account of `user` any more; twice is once.

    Raises PasswordNeededError while the person has no password.
    """
    user.refresh_from_db(fields=["password"])
    if not user.has_usable_password():
        raise PasswordNeededError
    with transaction.atomic():
        rows = User.objects.filter(pk=user.pk, password=user.password, google_sub__isnull=False)
        if rows.update(google_sub=None):
            audit.record_for_person("google.unlinked", user, by=audit.by(user, address))


def _linked(identity: Identity, address: str) -> User | None:
    """Return the person with this address, linked; None when nobody has it."""
    user = User.objects.filter(email=identity.email).first()
    if user is None or not user.is_active:
        return user
    proven = identity.email_verified and user.email_verified_at is not None
    if not proven or not _link(user, identity, address):
        raise LinkNeedsPasswordError
    return user


def _link(user: User, identity: Identity, address: str, *, behind: SignIn | None = None) -> bool:
    with transaction.atomic():
        # Not where another Google account is linked: the address may have changed hands there.
        rows = User.objects.filter(pk=user.pk, google_sub=None, is_active=True)
        if not rows.update(google_sub=identity.sub):
            return False
        # After the person's row, which a new password locks first: it ended the sign-in, or waits.
        if behind is not None and not signins.still_lives(behind):
            raise SignInAgainError
        audit.record_for_person("google.linked", user, by=audit.by(user, address))
        write(Kind.GOOGLE_LINKED, user=user)
    return True


def _new(identity: Identity, address: str) -> User:
    if not identity.email_verified:
        raise GoogleRefusedError(
            _("Google has not verified this address. Register with a password, or verify it there.")
        )
    try:
        return _made(identity, address)
    except IntegrityError as error:
        # Two tabs at once: the other one made the person.
        user = User.objects.filter(google_sub=identity.sub).first()
        if user is None:
            raise LinkNeedsPasswordError from error
        return user


def _made(identity: Identity, address: str) -> User:
    with transaction.atomic():
        user = User.objects.create(
            email=identity.email,
            password=make_password(None),
            name=identity.name,
            language=identity.language,
            email_verified_at=clock.now(),
            google_sub=identity.sub,
        )
        person = doors.NewPerson(identity.email, "", language=identity.language)
        doors.open_workspace(user, person, address=address)
        audit.record_for_person("google.linked", user, by=audit.by(user, address))
    return user
