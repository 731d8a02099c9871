"""A slow lock-out for password guessing that cannot be used to lock somebody else out.

Attempts are counted in the database, each before its password is looked at, so that guarding the
door needs no Redis and parallel guesses count too. Three windows are watched:

- one e-mail address from one network address and level of trust: 10 in 15 minutes, 30 in a day;
- one network address over all e-mail addresses: 100 in an hour;
- one e-mail address over all unknown places together: 100 in an hour, and then one a minute: the
  door is never shut to somebody at a new place, and 60 guesses an hour lead nowhere.

Who is signed in and proves it once more is counted by their sign-in alone: no stranger has a part
in that, and a stolen one gets no more guesses from another network. Of an IPv6 address its /64
counts.

A browser, or a program that keeps cookies, carries a signed one after signing in, and a network
address may be one the person signed in from: attempts from there are counted apart, so that
strangers who use up the last window do not shut the person out (OWASP, "Slow Down Online Guessing
Attacks with Device Cookies").
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts.models import SignIn, SignInAttempt, User
from flowia.lib import clock
from flowia.lib.address import client_address, limit_key
from flowia.lib.errors import TooManyRequestsError

PAIR = ((10, timedelta(minutes=15)), (30, timedelta(days=1)))
ADDRESS = ((100, timedelta(hours=1)),)
PERSON = ((100, timedelta(hours=1)),)
TRICKLE = ((1, timedelta(minutes=1)),)
COOKIE, SALT = "flowia_device", "accounts.device"
COOKIE_SECONDS = 31_536_000
PEOPLE_PER_DEVICE = 5
UNKNOWN, KNOWN_ADDRESS, KNOWN_DEVICE = 0, 1, 2


class TooManyAttemptsError(TooManyRequestsError):
    """Too many wrong passwords."""

    code = "too_many_attempts"
    detail = _("Too many attempts to sign in. Wait a little, or choose a new password by e-mail.")


@dataclass(frozen=True)
class Attempt:
    """An attempt that may go on; `forgive` it when the password was right."""

    row: SignInAttempt

    def forgive(self) -> None:
        """Forget this attempt and the failed ones before it from the same place."""
        _of_pair(self.row).delete()


def attempt(request: HttpRequest, email: str) -> Attempt:
    """Count one attempt to sign in as `email`; raises TooManyAttemptsError.

    A refused attempt is not kept: whoever goes on trying does not wait longer for it.
    """
    row = SignInAttempt.objects.create(
        email_key=email_key(email),
        address=limit_key(client_address(request)),
        trust=trust(request, email),
    )
    now = clock.now()
    wait = _wait(_of_pair(row), PAIR, now)
    if row.trust != KNOWN_DEVICE:
        wait = max(wait, _wait(_of_address(row), ADDRESS, now))
    if row.trust == UNKNOWN:
        crowded = _wait(_of_person(row), PERSON, now)
        wait = max(wait, min(crowded, _wait(_of_person(row), TRICKLE, now)))
    return _counted(row, wait)


def attempt_inside(sign_in: SignIn) -> Attempt:
    """Count one attempt to prove, inside a living sign-in, that it is the person's.

    Raises TooManyAttemptsError.
    """
    key = email_key(f"sign-in:{sign_in.uid}")
    row = SignInAttempt.objects.create(email_key=key, address="", trust=KNOWN_DEVICE)
    return _counted(row, _wait(_of_pair(row), PAIR, clock.now()))


def attempt_factor(user: User, *, known: bool) -> Attempt:
    """Count one attempt at an operator's second factor; raises TooManyAttemptsError.

    Counted for the person over all places: whoever comes so far has their password. Browsers that
    proved the factor before are `known` and counted apart, so that a stolen password does not
    shut the person out.
    """
    key = email_key(f"factor:{user.uid}")
    trust = KNOWN_DEVICE if known else UNKNOWN
    row = SignInAttempt.objects.create(email_key=key, address="", trust=trust)
    return _counted(row, _wait(_of_pair(row), PAIR, clock.now()))


def _counted(row: SignInAttempt, wait: int) -> Attempt:
    if wait:
        row.delete()
        raise TooManyAttemptsError(retry_after=wait)
    return Attempt(row)


def remember_device(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Give the browser or program the cookie by which it is known the next time."""
    known = [uid for uid in _known_here(request) if uid != str(user.uid)]
    value = signing.dumps([str(user.uid), *known][:PEOPLE_PER_DEVICE], salt=SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=COOKIE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def trust(request: HttpRequest, email: str) -> int:
    """Return how well the place is known to the person with this address: 0 for not at all."""
    user = User.objects.filter(email=email).only("uid", "pk").first()
    before = SignIn.objects.filter(user__email=email).values_list("address", flat=True).distinct()
    here = limit_key(client_address(request)) in {limit_key(one) for one in before}
    if user is not None and str(user.uid) in _known_here(request):
        return KNOWN_DEVICE
    return KNOWN_ADDRESS if here else UNKNOWN


def _known_here(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_SECONDS)
    except signing.BadSignature:
        return []
    return [str(uid) for uid in found]


def _wait(
    rows: QuerySet[SignInAttempt], limits: tuple[tuple[int, timedelta], ...], now: datetime
) -> int:
    """Return in how many seconds the rows' windows have room again; 0 while they have."""
    wait = 0
    for limit, window in limits:
        recent = rows.filter(created_at__gt=now - window).order_by("-created_at", "-pk")
        moments = list(recent.values_list("created_at", flat=True)[: limit + 1])
        if len(moments) > limit:
            # The attempt at hand is the newest; there is room once the last but one has left.
            wait = max(wait, int((moments[limit] + window - now).total_seconds()) + 1)
    return wait


def _of_pair(row: SignInAttempt) -> QuerySet[SignInAttempt]:
    return SignInAttempt.objects.filter(
        email_key=row.email_key, address=row.address, trust=row.trust
    )


def _of_address(row: SignInAttempt) -> QuerySet[SignInAttempt]:
    return SignInAttempt.objects.filter(address=row.address)


def _of_person(row: SignInAttempt) -> QuerySet[SignInAttempt]:
    return SignInAttempt.objects.filter(email_key=row.email_key, trust=UNKNOWN)


def email_key(email: str) -> str:
    """Return what stands for an address where the address itself must not stand."""
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, email.encode(), hashlib.sha256).hexdigest()
