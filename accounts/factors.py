"""Operators prove by their telephone, too, that it is them: set up, asked, reset."""

import hashlib
import hmac
import re
import secrets
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase

from accounts import audit, guessing, refusals, totp
from accounts.letters import Kind, write
from accounts.models import AuditEntry, OperatorFactor, User
from flowia.lib import clock
from flowia.lib.crypto import CannotDecryptError, decrypt, encrypt

KEY, OFFERED = "second_factor", "second_factor.offered"
HOURS = 12
RESET, ENROLS_FOR = "operator.factor_reset", timedelta(days=1)
FRESH, FRESH_SECONDS = "second_factor.codes", 900
COOKIE, SALT = "flowia_operator", "accounts.factor.device"
COOKIE_SECONDS = 31_536_000
CODES, WORDS, LETTERS = 10, 4, 4
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody mistakes for each other."""


def is_fresh(request: HttpRequest, user: User) -> bool:
    """Return whether this session proved the person's present factor in the last twelve hours."""
    proved = request.session.get(KEY) or {}
    factor = factor_of(user)
    if factor is None or proved.get("factor") != str(factor.uid):
        return False
    return bool(clock.now().timestamp() - proved.get("at", 0) < HOURS * 3600)


def remember(request: HttpRequest, factor: OperatorFactor) -> None:
    """Keep in the session that the factor was proved now, under a new name of the session."""
    request.session.cycle_key()
    request.session[KEY] = {"factor": str(factor.uid), "at": clock.now().timestamp()}


def factor_of(user: User) -> OperatorFactor | None:
    """Return the factor that the person proved they have; None before they did."""
    return OperatorFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def may_enrol(user: User) -> bool:
    """Return whether the person may set up a factor: not when its reset is older than a day.

    Whoever knows their password could do it first; a superuser's next reset opens it again.
    """
    told = AuditEntry.objects.filter(target_uid=user.uid, action=RESET)
    last = told.order_by("-number").first()
    return last is None or clock.now() - last.at < ENROLS_FOR


def offered(request: HttpRequest, user: User) -> str:
    """Return the key that this session may set up: another session is offered another one.

    Whoever looked at a key before, with the password alone, has nothing of what is set up later.
    """
    context = f"{OFFERED}:{user.uid}"
    with suppress(CannotDecryptError):
        return decrypt(str(request.session.get(OFFERED, "")), context=context)
    secret = totp.new_secret()
    request.session[OFFERED] = encrypt(secret, context=context)
    return secret


def confirm(request: HttpRequest, user: User, code: str, *, by: audit.By) -> list[str]:
    """Set up the key this session was offered, by its first code; the session has proved it then.

    Return the recovery codes, which `fresh_codes` tells too; none for a wrong code, where another
    session was faster, or past the time for it. Raises TooManyAttemptsError.
    """
    if not may_enrol(user):
        return []
    attempt = _attempt(request, user, by)
    secret = offered(request, user)
    counter = _counter_of(secret, code, after=0)
    if counter is None:
        refusals.tell_wrong_code(user, by=by)
        return []
    factor = OperatorFactor(user=user, confirmed_at=clock.now(), last_counter=counter)
    factor.close(secret)
    codes = _new_codes(factor)
    try:
        with transaction.atomic():
            OperatorFactor.objects.filter(user=user, confirmed_at=None).delete()
            factor.save(force_insert=True)
            audit.record("operator.factor_enrolled", by=by, target=user)
            write(Kind.FACTOR_ENROLLED, user=user)
    except IntegrityError:
        return []
    attempt.forgive()
    del request.session[OFFERED]
    remember(request, factor)
    _tell(request, factor, codes)
    return codes


def renew_codes(request: HttpRequest, factor: OperatorFactor, *, by: audit.By) -> None:
    """Make new recovery codes, which `fresh_codes` tells; the ones before open nothing more."""
    with transaction.atomic():
        held = OperatorFactor.objects.select_for_update().get(pk=factor.pk)
        codes = _new_codes(held)
        held.save(update_fields=["recovery"])
        audit.record("operator.codes_renewed", by=by, target=held.user)
        write(Kind.CODES_RENEWED, user=held.user)
    _tell(request, factor, codes)


def fresh_codes(request: HttpRequest, factor: OperatorFactor) -> list[str]:
    """Return the codes that this session made in the last quarter of an hour and has not kept."""
    told = request.session.get(FRESH) or {}
    if clock.now().timestamp() - told.get("at", 0) > FRESH_SECONDS:
        return []
    with suppress(CannotDecryptError):
        return decrypt(told["codes"], context=f"{FRESH}:{factor.uid}").split()
    return []


def keep_codes(request: HttpRequest) -> None:
    """Tell the fresh codes no more: their person has them."""
    request.session.pop(FRESH, None)


def check(request: HttpRequest, user: User, code: str, *, by: audit.By) -> bool:
    """Return whether `code` is the telephone's or a recovery code, neither of them used before.

    The session has proved it then. Raises TooManyAttemptsError.
    """
    attempt = _attempt(request, user, by)
    factor = factor_of(user)
    if factor is None:
        return False
    if not (_by_telephone(factor, code, by) or _by_recovery(factor, code, by)):
        refusals.tell_wrong_code(user, by=by)
        return False
    attempt.forgive()
    remember(request, factor)
    return True


def know_browser(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give a browser that has just proved the factor the cookie by which it is known later.

    It proves nothing: its tries are counted apart. Another factor ends what it says.
    """
    response.set_cookie(
        COOKIE,
        signing.dumps(request.session[KEY]["factor"], salt=SALT),
        max_age=COOKIE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def reset(user: User, *, by: audit.By) -> bool:
    """Forget a person's factor and tell them; return whether there was anything to be done.

    They set up another within a day. Where they did not, the next reset gives them another day.
    """
    with transaction.atomic():
        gone, _tables = OperatorFactor.objects.filter(user=user).delete()
        done = bool(gone) or not may_enrol(user)
        if done:
            audit.record(RESET, by=by, target=user)
            write(Kind.FACTOR_RESET, user=user)
    return done


def _tell(request: HttpRequest, factor: OperatorFactor, codes: list[str]) -> None:
    sealed = encrypt(" ".join(codes), context=f"{FRESH}:{factor.uid}")
    request.session[FRESH] = {"codes": sealed, "at": clock.now().timestamp()}


def _attempt(request: HttpRequest, user: User, by: audit.By) -> guessing.Attempt:
    factor = factor_of(user)
    known = ""
    with suppress(signing.BadSignature):
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_SECONDS)
    try:
        return guessing.attempt_factor(user, known=factor is not None and known == str(factor.uid))
    except guessing.TooManyAttemptsError:
        refusals.tell_code_lock_out(user, by=by)
        raise


def _by_telephone(factor: OperatorFactor, code: str, by: audit.By) -> bool:
    counter = _counter_of(factor.opened(), code, after=factor.last_counter)
    if counter is None:
        return False
    # Of two requests with the same code one changes the row.
    rows = OperatorFactor.objects.filter(pk=factor.pk, last_counter__lt=counter)
    with transaction.atomic():
        taken = bool(rows.update(last_counter=counter))
        if taken:
            audit.record("operator.factor_proved", by=by, target=factor.user)
    return taken


def _counter_of(secret: str, code: str, *, after: int) -> int | None:
    """Return the half minute that the code is of; None for a wrong or an older one."""
    code = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    return totp.counter_of(secret, code, now=clock.now().timestamp(), after=after)


def _by_recovery(factor: OperatorFactor, code: str, by: audit.By) -> bool:
    digest = _digest(factor, code)
    with transaction.atomic():
        held = OperatorFactor.objects.select_for_update().filter(pk=factor.pk).first()
        if held is None or not any(hmac.compare_digest(one, digest) for one in held.recovery):
            return False
        held.recovery = [one for one in held.recovery if one != digest]
        held.save(update_fields=["recovery"])
        left = {"left": len(held.recovery)}
        audit.record("operator.recovery_used", by=by, data=left)
        write(Kind.RECOVERY_USED, user=held.user, data=left)
    return True


def _new_codes(factor: OperatorFactor) -> list[str]:
    """Return ten codes whose digests the row has now; the caller saves."""
    codes = [_recovery_code() for _number in range(CODES)]
    factor.recovery = [_digest(factor, one) for one in codes]
    return codes


def _recovery_code() -> str:
    words = ("".join(secrets.choice(ALPHABET) for _letter in range(LETTERS)) for _ in range(WORDS))
    return "-".join(words)


def _digest(factor: OperatorFactor, code: str) -> str:
    """Return a recovery code's digest; it has 79 random bits, so that a plain hash will do."""
    plain = re.sub(r"[^a-z0-9]", "", code.lower())
    return hashlib.sha256(f"{factor.uid}:{plain}".encode()).hexdigest()
