"""Where people are signed in: beginning, seeing, ending."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import SignIn, User
from flowia.lib import clock
from flowia.lib.address import client_address, limit_key

LONGEST = {SignIn.Kind.BROWSER: timedelta(days=30), SignIn.Kind.TOKENS: timedelta(days=90)}
"""After this, a password is asked for again however busy the place was."""
SEEN_EVERY = timedelta(minutes=5)
DEVICE_LENGTH = 300


def begin(user: User, kind: SignIn.Kind, *, address: str, device: str) -> SignIn:
    """Note that `user` is signed in at one more place."""
    now = clock.now()
    return SignIn.objects.create(
        user=user,
        kind=kind,
        address=address,
        device=device[:DEVICE_LENGTH],
        rotated_at=now,
        seen_at=now,
        expires_at=now + LONGEST[kind],
    )


def living(uid: str, *, kind: SignIn.Kind) -> SignIn | None:
    """Return the sign-in `uid` with its person; None when it ended or the person may not."""
    try:
        rows = living_of_all().filter(uid=UUID(uid), kind=kind)
    except ValueError:
        return None
    return rows.select_related("user").first()


def still_lives(sign_in: SignIn) -> bool:
    """Return whether the sign-in may still be used, and keep it so until the transaction ends."""
    rows = living_of_all().select_for_update(of=("self",))
    return rows.filter(pk=sign_in.pk).first() is not None


def living_of_all() -> QuerySet[SignIn]:
    """Select every sign-in that may still be used, by the database's clock."""
    return SignIn.objects.filter(ended_at=None, expires_at__gt=Now(), user__is_active=True)


def living_of(user: User) -> QuerySet[SignIn]:
    """Select the places where `user` is signed in, the one seen last first."""
    return living_of_all().filter(user=user).order_by("-seen_at", "-pk")


def is_new_place(sign_in: SignIn) -> bool:
    """Return whether the person was signed in before, and device or network address is new.

    What a device says of itself anybody can say, and an address is shared by many: only both
    together are a place that is known. Of an IPv6 address its /64 counts.
    """
    before = SignIn.objects.filter(user=sign_in.user, pk__lt=sign_in.pk)
    if not before.exists():
        return False
    known = before.values_list("address", flat=True).distinct()
    near = limit_key(sign_in.address) in {limit_key(one) for one in known}
    return not near or not before.filter(device=sign_in.device).exists()


def see(sign_in: SignIn) -> None:
    """Note that the place was seen, every five minutes at most."""
    now = timezone.now()
    if now - sign_in.seen_at >= SEEN_EVERY:
        SignIn.objects.filter(pk=sign_in.pk).update(seen_at=now)


def end(sign_in: SignIn, reason: SignIn.End) -> bool:
    """End one sign-in; False when it had ended already."""
    rows = SignIn.objects.filter(pk=sign_in.pk, ended_at=None)
    return bool(rows.update(ended_at=clock.now(), end_reason=reason))


def end_all(user: User, reason: SignIn.End, *, but: SignIn | None = None) -> int:
    """End every sign-in of `user`, but one; return how many ended."""
    rows = SignIn.objects.filter(user=user, ended_at=None)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    return rows.update(ended_at=clock.now(), end_reason=reason)


def place_of(request: HttpRequest) -> dict[str, str]:
    """Return where a request comes from: `address` and `device`, as `begin` takes them."""
    device = request.headers.get("User-Agent", "")[:DEVICE_LENGTH]
    return {"address": client_address(request), "device": device}
