"""Erasing a contact: their rows in one transaction, then the stored calls that name them.

Nothing is sent to them once their rows are gone. While a message or a push of theirs is on the
wire, nobody can say whether it arrived: what waits is stopped, and the erasure follows in a moment.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.models import Workspace
from flowia.lib import clock, leases
from flowia.lib.errors import NotFoundError
from integrations import removals
from integrations.models import Integration, Removal, SyncRun
from processing import figures, hooking, sequences
from processing.confirming import give_quota_back
from processing.models import (
    Contact,
    Conversation,
    DeadLetter,
    Delivery,
    FollowUp,
    InteractionEvent,
    Lead,
    Message,
)
from processing.privacy import cleaning, exporting
from processing.privacy.catalogue import CONTACT, rows_of
from processing.privacy.models import Erasure
from social import forgotten, polling
from social.models import SocialAccount

log = structlog.get_logger("flowia.erasures")
SOON = timedelta(seconds=5)
LEASE = timedelta(minutes=31)
Status = Erasure.Status


def ask(workspace: Workspace, contact_uid: UUID, *, by: audit.By) -> Erasure:
    """Erase a person as far as possible at once, by one of their contacts in the workspace.

    Who wrote comments and direct messages is several contacts: all are erased, and the erasure of
    the one that was named is returned. Asking twice is asking once. Raises NotFoundError when the
    workspace never had such a contact.
    """
    with transaction.atomic():
        others = _also_known_as(workspace, contact_uid)
        erasure = ask_one(workspace, contact_uid, by=by)
        for other in others:
            ask_one(workspace, other, by=by)
    return erasure


def ask_one(workspace: Workspace, contact_uid: UUID, *, by: audit.By) -> Erasure:
    """Erase this contact alone, whoever else it is; for the rest see `ask`."""
    with transaction.atomic():
        erasure = Erasure.objects.filter(workspace=workspace, contact_uid=contact_uid).first()
        if erasure is not None:
            return erasure
        if not Contact.objects.filter(workspace=workspace, uid=contact_uid).exists():
            raise NotFoundError
        erasure = Erasure(
            workspace=workspace, contact_uid=contact_uid, asked_by_uid=by.uid, next_at=clock.now()
        )
        Erasure.objects.bulk_create([erasure], ignore_conflicts=True)
        erasure = Erasure.objects.get(workspace=workspace, contact_uid=contact_uid)
        audit.record(
            "contact.erased", by=by, workspace=workspace, data={"contact": str(contact_uid)}
        )
        _erase_rows(erasure)
    return erasure


def _also_known_as(workspace: Workspace, contact_uid: UUID) -> list[UUID]:
    """Return the other contacts of the same person, the threads of all locked in their order."""
    contacts = Contact.objects.filter(workspace=workspace)
    contact = contacts.filter(uid=contact_uid).first()
    if contact is None:
        return []
    direct = contact.direct_id or contact.pk
    everyone = contacts.filter(Q(pk=direct) | Q(direct=direct))
    _lock_threads(everyone)
    others = everyone.exclude(pk=contact.pk).order_by("pk")
    return list(others.values_list("uid", flat=True))


def is_queued(contact: Contact) -> bool:
    """Return whether the contact's erasure waits for something that is on the wire."""
    rows = Erasure.objects.filter(workspace=contact.workspace_id, contact_uid=contact.uid)
    return rows.filter(status=Status.QUEUED).exists()


def removals_of(erasure: Erasure) -> QuerySet[Removal]:
    """Select what has to be taken out of the tools for an erasure."""
    if erasure.lead_uid is None:
        return Removal.objects.none()
    rows = Removal.objects.filter(workspace=erasure.workspace_id, lead_uid=erasure.lead_uid)
    return rows.select_related("integration")


def due() -> list[int]:
    """Return the erasures that have something left to do."""
    rows = Erasure.objects.filter(next_at__lte=clock.now())
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:100])


def carry_on(erasure_id: int) -> None:
    """Do what an erasure has left to do; may be called again at any point."""
    now = clock.now()
    if not Erasure.objects.filter(pk=erasure_id, next_at__lte=now).update(next_at=now + LEASE):
        return
    leases.held(Erasure.objects.filter(pk=erasure_id, next_at=now + LEASE), next_at=now)
    erasure = Erasure.objects.select_related("workspace").get(pk=erasure_id)
    if erasure.status == Status.QUEUED:
        with transaction.atomic():
            _erase_rows(erasure)
    if erasure.status == Status.ERASED:
        _clean_calls(erasure)
        exporting.drop_all_of(erasure.workspace)
        erasure.status, erasure.sealed, erasure.next_at = Status.DONE, "", None
        erasure.finished_at = clock.now()
        erasure.save(update_fields=["status", "sealed", "next_at", "finished_at"])


def _erase_rows(erasure: Erasure) -> None:
    """Delete the contact's rows, or only stop what waits while something is on the wire."""
    contact = _locked(erasure)
    lead = Lead.objects.filter(contact=contact).first() if contact else None
    if contact is not None:
        _stop(contact, lead)
        if _on_the_wire(contact, lead):
            erasure.next_at = clock.now() + SOON
            erasure.save(update_fields=["next_at"])
            return
        _forget(contact)
        _take_out_of_tools(lead)
        if lead is not None:
            hooking.tell_erasure(erasure.workspace, lead.uid, now=clock.now())
        _count(contact)
        _delete(contact)
        erasure.seal({"account": str(contact.social_account_id), "person": contact.external_id})
    erasure.status = Status.ERASED if contact else Status.DONE
    erasure.lead_uid = lead.uid if lead else None
    erasure.next_at = clock.now() if contact else None
    erasure.save(update_fields=["status", "lead_uid", "sealed", "next_at"])
    # Who restores a backup finds here which erasures to repeat.
    workspace, number = str(erasure.workspace.uid), str(erasure.contact_uid)
    log.info("erased", workspace=workspace, contact=number)


def _locked(erasure: Erasure) -> Contact | None:
    """Lock the contact's conversations, as everybody does first, then the contact."""
    rows = Contact.objects.filter(workspace=erasure.workspace_id, uid=erasure.contact_uid)
    _lock_threads(rows)
    rows.select_for_update().values_list("pk", flat=True).first()
    return rows.select_related("social_account").first()


def _lock_threads(contacts: QuerySet[Contact]) -> None:
    threads = Conversation.objects.select_for_update().filter(contact__in=contacts.values("pk"))
    list(threads.order_by("pk").values_list("pk", flat=True))
    # Who queues a member's order holds the leads that it reads: theirs are queued before, and
    # stopped here, or not found any more.
    leads = Lead.objects.select_for_update().filter(contact__in=contacts.values("pk"))
    list(leads.order_by("pk").values_list("pk", flat=True))


def _stop(contact: Contact, lead: Lead | None) -> None:
    """Let nothing more begin: no answer is decided, no reply sent, nothing pushed."""
    said = Message.objects.filter(conversation__contact=contact)
    for message in said.filter(quota_day__isnull=False).exclude(delivery__status="sending"):
        give_quota_back(message)
    for follow_up in FollowUp.objects.filter(conversation__contact=contact):
        sequences.finish(follow_up, FollowUp.Status.CANCELLED, "erased")
    waiting = Delivery.objects.filter(message__conversation__contact=contact, status="queued")
    waiting.update(status="refused", next_at=None, error_code="erased")
    said.filter(status="queued", delivery__status="refused").update(
        status="refused", reason="erased"
    )
    said.filter(outcome="", next_at__isnull=False).update(
        outcome="silent", reason="erased", next_at=None
    )
    if lead is not None:
        SyncRun.objects.filter(lead_uid=lead.uid, status="queued", attempts=0).delete()
        hooking.stop(lead.uid)


def _on_the_wire(contact: Contact, lead: Lead | None) -> bool:
    sending = Delivery.objects.filter(message__conversation__contact=contact, status="sending")
    pushing = SyncRun.objects.filter(lead_uid=lead.uid, status="running") if lead else None
    if lead is not None and hooking.is_under_way(lead.uid):
        return True
    return sending.exists() or (pushing is not None and pushing.exists())


def _forget(contact: Contact) -> None:
    """Keep as hashes what must stay known: the messages, and a wish for silence.

    Calls that are stored and not taken in yet hold messages too: they must not make the person
    anew a second later.
    """
    account = contact.social_account
    said = Message.objects.filter(conversation__contact=contact).exclude(external_id="")
    forgotten.remember_messages(account, said.values_list("external_id", flat=True))
    # What may have left without an answer, or by a member's own hand: its echo can still come.
    unseen = Q(status="unconfirmed") | Q(delivery__status="by_hand")
    lost = Message.objects.filter(unseen, conversation__contact=contact)
    texts = lost.filter(external_id="").values_list("text", flat=True)
    unnamed = [forgotten.unnamed(contact.external_id, text) for text in texts]
    forgotten.remember_messages(account, unnamed)
    cleaning.take_person_out(account, contact.external_id, statuses=["received", "failed"])
    _close_threads(contact)
    if contact.opted_out_at is not None:
        forgotten.remember_opt_out(account, contact.external_id)


def _close_threads(contact: Contact) -> None:
    """Let no thread of theirs be opened any more, nor bring back what was never stored of it."""
    account = contact.social_account
    if not polling.reads_threads(account):
        return
    threads = Conversation.objects.filter(contact=contact).values_list("external_id", flat=True)
    polling.forget(account, frozenset({contact.external_id, *threads} - {""}))
    forgotten.remember_person(account, contact.external_id, now=clock.now())


def _take_out_of_tools(lead: Lead | None) -> None:
    if lead is not None:
        runs = SyncRun.objects.filter(lead_uid=lead.uid).values("pk")
        DeadLetter.objects.filter(kind="sync", object_id__in=runs).delete()
        tools = Integration.objects.filter(workspace=lead.workspace_id)
        removals.queue_removals(tools, lead.uid)


def _count(contact: Contact) -> None:
    """Add what the ledger tells of the contact to the figures, which know nobody: it goes now."""
    threads = Conversation.objects.filter(contact=contact)
    told = InteractionEvent.objects.filter(conversation__in=threads)
    # All of them, before a figure is changed: a digest that holds some adds them up first, and
    # the digests that follow pass them over.
    held = told.select_for_update().order_by("workspace_id", "id")
    list(held.values_list("pk", flat=True))
    while figures.digest_rows(told):
        pass


def _delete(contact: Contact) -> None:
    """Delete the rows, the dead letters about them, and what the admin's history calls them."""
    for model, path in CONTACT.items():
        rows = rows_of(model, **{path: contact.pk})
        cleaning.drop_letters(model, list(rows.values_list("pk", flat=True)))
        cleaning.drop_history(rows)
    # What hangs on a contact goes with it.
    Contact.objects.filter(pk=contact.pk).delete()


def _clean_calls(erasure: Erasure) -> None:
    sealed = erasure.person
    account = SocialAccount.objects.filter(pk=int(sealed["account"])).first()
    if account is not None:
        cleaning.take_person_out(account, sealed["person"])
