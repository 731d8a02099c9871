"""profile: a contact gets the name that they have on the network, asked for once.

Tools and webhooks are told the name of who is a lead already. No message waits for it and none is
lost when it fails: people may have left, or refuse to be known (meta.md 6.7).
"""

from datetime import datetime, timedelta

from django.db import transaction

from flowia.lib import clock, leases
from flowia.lib.standing import Standing, StandingChange, given
from processing import outbox, pushing
from processing.models import Contact, Conversation, Lead, Message
from processing.wakes import Wake
from social import holds
from social.accounts import credentials_of
from social.contracts import Profile
from social.errors import ProviderError
from social.providers.registry import PROVIDERS

LEASE = timedelta(minutes=5)
LATER = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=2)
TAKE = StandingChange(
    lambda: (
        Contact.objects.filter(pk=given.key("id"), profile_next_at__lte=given.moment("now")),
        {"profile_next_at": given.moment("until")},
    )
)
TAKEN = Standing(
    lambda: Contact.objects.select_related("social_account").filter(pk=given.key("id"))
)
LAST_THREAD = Standing(
    lambda: (
        Conversation.objects.filter(contact=given.key("contact"))
        .order_by("-last_message_at")
        .values_list("kind", "external_id")[:1]
    )
)
LAST_REQUEST = Standing(
    lambda: (
        Message.objects.filter(conversation__contact=given.key("contact"), direction="inbound")
        .order_by("-id")
        .values_list("request_id", flat=True)[:1]
    )
)


def profile(contact_id: int) -> list[Wake]:
    """Ask for one contact's name; what cannot be asked or answered now is asked again later."""
    now = clock.now()
    if not TAKE(id=contact_id, now=now, until=now + LEASE):
        return []
    mine = Contact.objects.filter(pk=contact_id, profile_next_at=now + LEASE)
    leases.held(mine, profile_next_at=now)
    (contact,) = TAKEN(id=contact_id)
    until = holds.admit_reading(contact.social_account, "profile", now=now)
    if until is not None:
        _write(contact, Profile(), next_at=until, now=now)
        return []
    try:
        said = _asked(contact)
    except ProviderError as error:
        later = error.retryable or error.outcome_unknown or error.needs_login
        keep = (later or error.needs_refresh) and now - contact.created_at < GIVE_UP_AFTER
        _write(contact, Profile(), next_at=now + LATER if keep else None, now=now)
    else:
        return _learn(contact, said, now=now)
    return []


def _asked(contact: Contact) -> Profile:
    account = contact.social_account
    ask = PROVIDERS[account.provider].profile
    if ask is None:
        return Profile()
    kind, thread = LAST_THREAD.first(contact=contact.pk) or ("direct", "")
    return ask(credentials_of(account), contact.external_id, kind, thread)


def _learn(contact: Contact, said: Profile, *, now: datetime) -> list[Wake]:
    """Keep what the network said; their lead, if there is one, is told anew."""
    with transaction.atomic():
        # As whoever answers: the lead that they make knows the name, or is found here.
        outbox.lock_all(contact.conversations.all())
        if not _write(contact, said, next_at=None, now=now):
            return []
        rows = Lead.objects.select_for_update(of=("self",), no_key=True)
        rows = rows.select_related("workspace", "contact__social_account")
        lead = rows.filter(contact=contact).first()
        if lead is None:
            return []
        return pushing.tell_outside(lead, now=now, request_id=_asked_for_by(contact))


def _asked_for_by(contact: Contact) -> str:
    """Return the request that brought the contact's last words, for which the name was asked."""
    return LAST_REQUEST.first(contact=contact.pk) or ""


def _write(contact: Contact, said: Profile, *, next_at: datetime | None, now: datetime) -> bool:
    """Return whether a name or a handle was learned."""
    asked_at = None if next_at else now
    rows = Contact.objects.filter(pk=contact.pk)
    rows.update(profile_next_at=next_at, profile_asked_at=asked_at)
    learned = 0
    if said.name:
        learned += rows.filter(name="").update(name=said.name[:200], name_key=None)
    if said.handle:
        learned += rows.filter(handle="").update(handle=said.handle[:200])
    return learned > 0
