"""The ways in and out: registering, signing in, signing out, a new password."""

from dataclasses import dataclass
from typing import Any

import structlog
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, guessing, limits, links, members, refusals, signins, tokens
from accounts.letters import Kind, write
from accounts.models import Invitation, Membership, SignIn, User, Workspace
from flowia.lib import clock
from flowia.lib.errors import ConflictError, FlowError, InvalidError, Sentence

log = structlog.get_logger("flowia.doors")
SIGN_IN = "sign_in"
"""Where a browser's session keeps the id of its SignIn."""
BACKEND = "django.contrib.auth.backends.ModelBackend"
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128


class WrongPasswordError(FlowError):
    """No active person has this address and password; which of them is wrong is not said."""

    code = "no_active_account"
    status = 401
    detail = _("The e-mail address or the password is wrong.")


class AddressTakenError(InvalidError):
    """Somebody registered with this address before."""

    code = "email_taken"
    detail = _("There is an account with this address. Sign in, or choose a new password.")


class OtherAddressError(ConflictError):
    """The link proves the address of somebody else than the one signed in."""

    code = "other_person"
    detail = _("This link is for another account. Sign in with the address it was sent to.")


class PasswordChangedError(ConflictError):
    """Another password was chosen since the current one was looked at."""

    code = "password_changed"
    detail = _("Your password was changed meanwhile. Sign in again.")


@dataclass(frozen=True)
class NewPerson:
    """What somebody gives who registers."""

    email: str
    password: str
    workspace_name: str = ""
    language: str = "fr"
    timezone: str = "Europe/Paris"


def person_with(request: HttpRequest, email: str, password: str) -> User:
    """Return the active person with this address and password.

    The time is the same for unknown addresses. Raises WrongPasswordError and, after too many
    attempts, TooManyAttemptsError.
    """
    email = email.strip().lower()
    by = audit.by(None, _address(request))
    try:
        attempt = guessing.attempt(request, email)
    except guessing.TooManyAttemptsError:
        refusals.tell_lock_out(email, by=by)
        raise
    user = authenticate(request, username=email, password=password)
    if not isinstance(user, User):
        log.warning("sign-in refused")
        refusals.tell_wrong_password(email, by=by)
        raise WrongPasswordError
    attempt.forgive()
    return user


def enter_program(request: HttpRequest, user: User) -> tokens.Pair:
    """Sign a program in and return its tokens."""
    with transaction.atomic():
        _still_may(user)
        sign_in = signins.begin(user, SignIn.Kind.TOKENS, **signins.place_of(request))
        _tell_entry(sign_in)
    return tokens.pair_of(sign_in)


def enter_browser(request: HttpRequest, user: User) -> SignIn:
    """Sign a browser in; its session gets a new key. Whoever was signed in here is signed out."""
    before = getattr(request, "sign_in", None)
    if isinstance(before, SignIn):
        by = audit.by(before.user, _address(request))
        end_sign_in(before, SignIn.End.SIGNED_OUT, by)
    with transaction.atomic():
        _still_may(user)
        sign_in = signins.begin(user, SignIn.Kind.BROWSER, **signins.place_of(request))
        _tell_entry(sign_in)
    login(request, user, backend=BACKEND)
    request.session[SIGN_IN] = str(sign_in.uid)
    return sign_in


def _still_may(user: User) -> None:
    """Lock the person and see that the password that was looked at is still theirs.

    Looking at a password takes a quarter of a second; one that is changed meanwhile opens nothing.
    """
    now = User.objects.select_for_update().filter(pk=user.pk, is_active=True).first()
    if now is None or now.password != user.password:
        raise WrongPasswordError


def leave(request: HttpRequest, sign_in: SignIn | None) -> None:
    """Sign out here: the sign-in ends, and the browser's session with it."""
    if sign_in is not None:
        end_sign_in(sign_in, SignIn.End.SIGNED_OUT, audit.by(sign_in.user, _address(request)))
    logout(request)


def end_sign_in(sign_in: SignIn, reason: SignIn.End, by: audit.By) -> None:
    """End one sign-in and write it down; twice is once."""
    with transaction.atomic():
        if signins.end(sign_in, reason):
            audit.record_for_person(
                "sign_in.ended", sign_in.user, by=by, target=sign_in, data={"reason": reason}
            )


def end_other_sign_ins(user: User, keep: SignIn | None, by: audit.By) -> int:
    """End every sign-in of the person but the one at hand; return how many ended."""
    with transaction.atomic():
        ended = signins.end_all(user, SignIn.End.SIGNED_OUT_ELSEWHERE, but=keep)
        audit.record_for_person("sign_in.others_ended", user, by=by, data={"ended": ended})
    return ended


def register(request: HttpRequest, person: NewPerson) -> tuple[User, Workspace]:
    """Make a person with a workspace of their own, as its owner.

    Raises InvalidError for a password that is too weak, AddressTakenError when the address has
    an account; the password is hashed in both cases, so that the time tells nothing.
    """
    try:
        with transaction.atomic():
            user = _new_user(person)
            workspace = open_workspace(user, person, address=_address(request))
            write(Kind.VERIFY_ADDRESS, user=user)
    except IntegrityError as error:
        if limits.may_write("address_taken", person.email):
            with transaction.atomic():
                write(Kind.ADDRESS_TAKEN, user=_person_at(person.email))
        raise AddressTakenError(errors={"email": [AddressTakenError.detail]}) from error
    return user, workspace


def register_invited(
    request: HttpRequest, invitation: Invitation, *, password: str, name: str, language: str
) -> User:
    """Make a person for the invited address, who joins the workspace at once.

    Raises what `register` raises, and ConflictError when the invitation is no longer open.
    """
    person = NewPerson(invitation.email, password, language=language)
    try:
        with transaction.atomic():
            user = _new_user(person, name=name)
            members.accept(invitation, user, by=audit.by(user, _address(request)))
    except IntegrityError as error:
        raise AddressTakenError from error
    return user


def _new_user(person: NewPerson, *, name: str = "") -> User:
    email = person.email.strip().lower()
    check_new_password(person.password, User(email=email, name=name))
    hashed = make_password(person.password)
    return User.objects.create(email=email, password=hashed, language=person.language, name=name)


def _person_at(email: str) -> User | None:
    return User.objects.filter(email=email.strip().lower()).first()


def open_workspace(user: User, person: NewPerson, *, address: str = "") -> Workspace:
    """Make a workspace that `user` owns."""
    name = person.workspace_name.strip() or user.email.partition("@")[0][:150]
    workspace = Workspace.objects.create(
        name=name, language=person.language, timezone=person.timezone
    )
    owner = Membership.Role.OWNER
    member = Membership.objects.create(workspace=workspace, user=user, role=owner)
    by = audit.by(user, address)
    audit.record("workspace.opened", by=by, workspace=workspace, target=workspace)
    audit.record("member.joined", by=by, workspace=workspace, target=member, data={"role": owner})
    return workspace


def change_password(
    user: User,
    new: str,
    *,
    by: audit.By,
    action: str,
    keep: SignIn | None = None,
    keep_google: bool = False,
    field: str = "password",
) -> None:
    """Give the person a new password and end every sign-in but `keep`, and the link to Google.

    `user` is as it was when the current password, or the link, was looked at. Raises InvalidError,
    under `field`, for a password that may not be used, PasswordChangedError when another was
    chosen since: a change under way must not undo a reset.
    """
    check_new_password(new, user, field=field)
    before, user.password = user.password, make_password(new)
    with transaction.atomic():
        rows = User.objects.filter(pk=user.pk, password=before, is_active=True)
        if not rows.update(password=user.password):
            raise PasswordChangedError
        end_for_new_password(user, by=by, action=action, keep=keep, keep_google=keep_google)


def end_for_new_password(
    user: User,
    *,
    by: audit.By,
    action: str,
    keep: SignIn | None = None,
    keep_google: bool = False,
) -> None:
    """End every sign-in but `keep`, write it down and tell the person, whose password changed.

    Google opens the account no more, unless the person keeps that. Call it in the transaction of
    the change.
    """
    if not keep_google:
        _forget_google(user, by)
    ended = signins.end_all(user, SignIn.End.PASSWORD_CHANGED, but=keep)
    audit.record_for_person(action, user, by=by, data={"sign_ins_ended": ended})
    write(Kind.PASSWORD_CHANGED, user=user)


def ask_for_reset(email: str) -> None:
    """Send the person with this address a link to choose a new password.

    For an address that nobody has, the same work is done and nothing is sent.
    """
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    with transaction.atomic():
        write(Kind.RESET_PASSWORD if user else Kind.RESET_UNKNOWN, user=user)


def reset_password(token: str, new: str, *, address: str) -> User:
    """Give the person behind a link a new password, once; every sign-in ends.

    The link came by e-mail: that proves the address too. Raises DeadLinkError and InvalidError.
    """
    found = links.read_reset(token)
    check_new_password(new, found)
    with transaction.atomic():
        # Locked, and the link read again: of two at once, one finds it used.
        User.objects.select_for_update().get(pk=found.pk)
        user = links.read_reset(token)
        _prove_address(user, audit.by(user, address))
        change_password(user, new, by=audit.by(user, address), action="password.reset")
    return user


def _forget_google(user: User, by: audit.By) -> None:
    """Let no Google account open the account any more: it may be that of whoever came before.

    The person's own is linked again by itself, since both sides verified the same address.
    """
    if User.objects.filter(pk=user.pk, google_sub__isnull=False).update(google_sub=None):
        user.google_sub = None
        audit.record_for_person("google.unlinked", user, by=by)


def ask_for_verification(user: User) -> None:
    """Send the person a link that proves their address; nothing when it is proved already."""
    if user.email_verified_at is None:
        with transaction.atomic():
            write(Kind.VERIFY_ADDRESS, user=user)


def verify_address(token: str, user: User, *, address: str) -> None:
    """Note that `user`, who is signed in, reads the letters to their address.

    The link alone is not enough: else whoever registered with a stranger's address could wait
    for the stranger to click. Raises DeadLinkError and OtherAddressError.
    """
    if links.read_verification(token).pk != user.pk:
        raise OtherAddressError
    with transaction.atomic():
        _prove_address(user, audit.by(user, address))


def _prove_address(user: User, by: audit.By) -> None:
    rows = User.objects.filter(pk=user.pk, email_verified_at=None)
    if rows.update(email_verified_at=clock.now()):
        audit.record_for_person("address.verified", user, by=by)


def keep_session(request: HttpRequest, user: User) -> None:
    """Let the browser at hand stay signed in after its person's password changed."""
    update_session_auth_hash(request, user)


def check_new_password(password: str, user: User, *, field: str = "password") -> None:
    """Raise InvalidError, under `field`, unless the password may be used."""
    if len(password) > LONGEST_PASSWORD:
        sentence = _("A password has 128 characters at most.")
        raise InvalidError(errors={field: [sentence]})
    try:
        validate_password(password, user)
    except ValidationError as error:
        sentences: list[Sentence] = list(error.messages)
        raise InvalidError(errors={field: sentences}) from error


def _tell_entry(sign_in: SignIn) -> None:
    data: dict[str, Any] = {"kind": sign_in.kind}
    by = audit.by(sign_in.user, sign_in.address)
    audit.record_for_person("sign_in.began", sign_in.user, by=by, target=sign_in, data=data)
    if signins.is_new_place(sign_in):
        write(Kind.NEW_SIGN_IN, user=sign_in.user, about=sign_in)


def _address(request: HttpRequest) -> str:
    return signins.place_of(request)["address"]
