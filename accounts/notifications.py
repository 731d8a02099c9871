"""The letters each member wants of each workspace, and the links that stop one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.signing import BadSignature, Signer, TimestampSigner
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import audit, links, mailrules
from accounts.models import AuditEntry, Membership
from flowia.lib.errors import NotFoundError

WISHES = ("letters", "told_by_mail", "quiet_from", "quiet_until")
STOP, AGAIN = "accounts.notifications.stop", "accounts.notifications.again"
TAKEN_BACK_FOR = timedelta(minutes=15)
DEAD_STOP = _("This link does not stop any e-mail. Sign in and choose your e-mails there.")


@dataclass(frozen=True)
class Stopping:
    """What a link stops: one kind of letter to one member."""

    member: Membership
    kind: str

    @property
    def wanted(self) -> bool:
        """Return whether the member gets such letters now."""
        return self.kind not in wishes_of(self.member).never


def kinds_for(member: Membership) -> tuple[str, ...]:
    """Return the letters that this member may choose."""
    owner = member.role == Membership.Role.OWNER
    return mailrules.CHOSEN if owner else mailrules.FOR_EVERYBODY


def wishes_of(member: Membership) -> mailrules.Wishes:
    """Return what the member wants; without a word of theirs, every letter at any hour."""
    never = {kind for kind, wish in member.letters.items() if wish == mailrules.NEVER}
    if not member.told_by_mail:
        never |= set(mailrules.ABOUT_PEOPLE)
    quiet = (member.quiet_from, member.quiet_until)
    return mailrules.Wishes(frozenset(never), None if None in quiet else quiet)  # type: ignore[arg-type]


def moment_for(kind: str, member: Membership, *, now: datetime) -> datetime | None:
    """Return when a letter of `kind` may leave to this member; None when they want none."""
    zone = ZoneInfo(member.workspace.timezone)
    return mailrules.moment_of(kind, wishes_of(member), now=now, zone=zone)


def choose(member: Membership, wanted: set[str], quiet: tuple[time, time] | None) -> None:
    """Keep which of the letters this member may choose they want, and the quiet hours."""
    with transaction.atomic():
        _hold(member)
        _keep(member, kinds_for(member), wanted, quiet)


def switch(stopping: Stopping, *, wanted: bool) -> None:
    """Stop one kind of letter to one member, or begin again; the others stay as they are.

    Also one that is for owners alone, of a member who was one when it was sent.
    """
    member = stopping.member
    with transaction.atomic():
        _hold(member)
        kind, wishes = {stopping.kind}, wishes_of(member)
        mine = {*kinds_for(member), *kind}
        now = mine - wishes.never
        _keep(member, mine, now | kind if wanted else now - kind, wishes.quiet)


def tell_by_mail(member: Membership, *, wanted: bool) -> None:
    """Switch the letters about people who wait on or off together.

    What the member switched off one by one stays off, but for somebody who would get none at all.
    """
    with transaction.atomic():
        _hold(member)
        letters = member.letters
        if wanted and all(letters.get(kind) == mailrules.NEVER for kind in mailrules.FOR_EVERYBODY):
            about = mailrules.ABOUT_PEOPLE
            letters = {kind: wish for kind, wish in letters.items() if kind not in about}
        member.letters, member.told_by_mail = letters, wanted
        member.save(update_fields=["letters", "told_by_mail"])


def _hold(member: Membership) -> None:
    """Read again what the member wants, and let nobody else change it until the transaction ends.

    Raises NotFoundError where they left meanwhile.
    """
    rows = Membership.objects.select_for_update()
    try:
        member.refresh_from_db(fields=["role", *WISHES], from_queryset=rows)
    except Membership.DoesNotExist:
        raise NotFoundError from None


def _keep(
    member: Membership, mine: Iterable[str], wanted: set[str], quiet: tuple[time, time] | None
) -> None:
    off = {kind: mailrules.NEVER for kind in mine if kind not in wanted}
    kept = {kind: wish for kind, wish in member.letters.items() if kind not in mine}
    about_people = set(mine) & set(mailrules.ABOUT_PEOPLE)
    member.letters = {**kept, **off}
    member.told_by_mail = bool(about_people & wanted)
    member.quiet_from, member.quiet_until = quiet or (None, None)
    member.save(update_fields=WISHES)


def links_for(kind: str, member: Membership) -> dict[str, str]:
    """Return `manage` and `stop` for a letter of `kind`; nothing for one nobody may stop."""
    if kind not in mailrules.CHOSEN:
        return {}
    what = [member.uid.hex, kind, _address_key(member)]
    token = Signer(salt=STOP, sep=links.SEPARATOR).sign_object(what)
    page = f"/settings/notifications?workspace={member.workspace.uid}"
    return {"manage": links.absolute(page), "stop": links.absolute(f"/letters/stop/{token}")}


def read_stop(token: str) -> Stopping:
    """Return what a link stops; raises DeadLinkError.

    It never ends by itself: a letter may be found years later, and must still be stoppable. It is
    dead once its reader has another address.
    """
    try:
        uid, kind, address = Signer(salt=STOP, sep=links.SEPARATOR).unsign_object(token)
        rows = Membership.objects.filter(uid=UUID(uid), user__is_active=True)
    except (BadSignature, ValueError, TypeError):
        raise links.DeadLinkError(DEAD_STOP) from None
    member = rows.select_related("workspace", "user").first()
    if member is None or kind not in mailrules.CHOSEN:
        raise links.DeadLinkError(DEAD_STOP)
    if not constant_time_compare(address, _address_key(member)):
        raise links.DeadLinkError(DEAD_STOP)
    return Stopping(member, kind)


def stop_by_link(stopping: Stopping, *, address: str) -> str:
    """Stop what the link of a letter stops, from a network address; the activity keeps it.

    Returns what takes it back within some minutes (`take_back`); nothing where it was stopped
    before: the link alone may not bring back what somebody does not want.
    """
    with transaction.atomic():
        _hold(stopping.member)
        if not stopping.wanted:
            return ""
        switch(stopping, wanted=False)
        _note("letters.stopped", stopping, address)
    return _second_thoughts().sign_object([stopping.member.uid.hex, stopping.kind])


def take_back(stopping: Stopping, proof: str, *, address: str) -> bool:
    """Send again what was stopped just now; return whether `proof` allows that."""
    try:
        meant = _second_thoughts().unsign_object(proof, max_age=TAKEN_BACK_FOR)
    except BadSignature:
        return False
    if meant != [stopping.member.uid.hex, stopping.kind]:
        return False
    with transaction.atomic():
        switch(stopping, wanted=True)
        _note("letters.resumed", stopping, address)
    return True


def _note(action: str, stopping: Stopping, address: str) -> None:
    member = stopping.member
    # Whoever holds the link, signed in or not: it says nothing of who they are.
    by = audit.By(audit.Actor.NOBODY, None, address)
    data = {"kind": stopping.kind}
    audit.record(action, by=by, workspace=member.workspace, target=member, data=data)


def stopped_by_link(member: Membership) -> dict[str, datetime]:
    """Return when a link last stopped each kind that the member does not get now."""
    rows = AuditEntry.objects.filter(target_uid=member.uid, action="letters.stopped")
    never = wishes_of(member).never
    last = {entry.data["kind"]: entry.at for entry in rows.order_by("number")}
    return {kind: at for kind, at in last.items() if kind in never}


def _second_thoughts() -> TimestampSigner:
    return TimestampSigner(salt=AGAIN, sep=links.SEPARATOR)


def _address_key(member: Membership) -> str:
    return salted_hmac(STOP, member.user.email, algorithm="sha256").hexdigest()[:32]


def member_behind(workspace_id: int, user_id: int) -> Membership:
    """Return the membership with its workspace; raises NotFoundError."""
    rows = Membership.objects.filter(workspace=workspace_id, user=user_id)
    found = rows.select_related("workspace").first()
    if found is None:
        raise NotFoundError
    return found
