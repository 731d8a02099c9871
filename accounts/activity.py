"""The audit log for its readers: one sentence per action, in their language."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.db.models.options import Options
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry, Invitation, Membership, User, Workspace

SENTENCES: dict[str, Promise] = {
    "workspace.opened": gettext_lazy("The workspace was opened"),
    "workspace.changed": gettext_lazy("The workspace's settings were changed: %(fields)s"),
    "member.invited": gettext_lazy("%(whom)s was invited as %(role)s"),
    "invitation.withdrawn": gettext_lazy("The invitation of %(whom)s was withdrawn"),
    "member.joined": gettext_lazy("%(whom)s joined as %(role)s"),
    "member.role_changed": gettext_lazy("The role of %(whom)s changed from %(from)s to %(to)s"),
    "member.removed": gettext_lazy("%(whom)s is no longer a member"),
    "sign_in.began": gettext_lazy("Signed in"),
    "sign_in.ended": gettext_lazy("Signed out"),
    "sign_in.others_ended": gettext_lazy("Signed out everywhere else"),
    "sign_in.failed": gettext_lazy("A wrong password was given for %(whom)s, in this hour"),
    "sign_in.locked": gettext_lazy("After many wrong passwords, %(whom)s could not be tried"),
    "sign_in.token_reused": gettext_lazy(
        "An old refresh token was used again; the program was signed out"
    ),
    "password.changed": gettext_lazy("The password was changed"),
    "password.set": gettext_lazy("An operator set the password of %(whom)s"),
    "password.reset": gettext_lazy("A new password was chosen by e-mail"),
    "address.verified": gettext_lazy("The e-mail address was confirmed"),
    "google.linked": gettext_lazy("A Google account was connected"),
    "google.unlinked": gettext_lazy("The Google account was disconnected"),
    "contact.erased": gettext_lazy("A contact's data was erased"),
    "contact.opted_out": gettext_lazy("A contact was opted out by hand"),
    "contact.opted_in": gettext_lazy("A contact was opted in again by hand"),
    "contact.exported": gettext_lazy("A contact's data was exported"),
    "trust.accepted": gettext_lazy("Automatic answers of one kind were allowed"),
    "trust.declined": gettext_lazy("Automatic answers of one kind were declined"),
    "trust.taken_back": gettext_lazy("Automatic answers of one kind were stopped"),
    "export.asked": gettext_lazy("An export was asked for"),
    "export.downloaded": gettext_lazy("An export was downloaded"),
    "member.erased": gettext_lazy("A member erased their account"),
    "person.erased": gettext_lazy("A person was erased"),
    "person.exported": gettext_lazy("A person's data was exported"),
    "workspace.erased": gettext_lazy("The workspace was erased"),
    "scenario.made": gettext_lazy("A scenario was written"),
    "scenario.changed": gettext_lazy("A scenario was changed: %(fields)s"),
    "scenario.put_away": gettext_lazy("A scenario was retired"),
    "scenario.brought_back": gettext_lazy("A retired scenario was brought back"),
    "scenario.replayed": gettext_lazy("A scenario was replayed over old messages"),
    "tool.connected": gettext_lazy("A tool was connected for leads"),
    "tool.table_chosen": gettext_lazy("The table for leads was chosen"),
    "tool.columns_chosen": gettext_lazy("The columns for leads were chosen"),
    "tool.paused": gettext_lazy("Writing leads into a tool was paused"),
    "tool.resumed": gettext_lazy("Writing leads into a tool was resumed"),
    "tool.disconnected": gettext_lazy("A tool was disconnected"),
    "webhook.made": gettext_lazy("An outgoing webhook was added"),
    "webhook.changed": gettext_lazy("An outgoing webhook was changed: %(fields)s"),
    "webhook.paused": gettext_lazy("An outgoing webhook was paused"),
    "webhook.resumed": gettext_lazy("An outgoing webhook was resumed"),
    "webhook.rotated": gettext_lazy("An outgoing webhook was given a new secret"),
    "webhook.removed": gettext_lazy("An outgoing webhook was deleted"),
    "webhook.disabled": gettext_lazy("An outgoing webhook was switched off after failures"),
    "operator.added": gettext_lazy("An operator added by hand: %(row)s"),
    "operator.changed": gettext_lazy("An operator changed by hand: %(row)s (%(fields)s)"),
    "operator.deleted": gettext_lazy("An operator deleted by hand: %(row)s"),
    "operator.moved_away": gettext_lazy("An operator moved to another workspace: %(row)s"),
    "operator.replayed": gettext_lazy("An operator had it tried again: %(row)s"),
    "operator.ran": gettext_lazy("An operator had it run by hand: %(row)s"),
    "operator.lifted": gettext_lazy("An operator let go on what had stopped: %(row)s"),
    "account.connected": gettext_lazy("A social account was connected"),
    "account.reconnected": gettext_lazy("A social account was connected again"),
    "account.disconnected": gettext_lazy("A social account was disconnected"),
    "account.session_given": gettext_lazy("A session was given to a social account"),
    "account.agreed": gettext_lazy("The text about the risk was agreed to again"),
    "account.stopped": gettext_lazy("The browser of a social account was stopped"),
    "account.goes_on": gettext_lazy("The browser of a social account was allowed again"),
    "account.hours_set": gettext_lazy("The working hours of a social account were changed"),
    "account.paused": gettext_lazy("A social account was paused"),
    "account.resumed": gettext_lazy("A social account was resumed"),
    "account.automation_agreed": gettext_lazy(
        "Automatic answers through a social account were agreed to"
    ),
    "account.automation_withdrawn": gettext_lazy(
        "The agreement to automatic answers through a social account was withdrawn"
    ),
    "account.deauthorize": gettext_lazy("The access to a social account was withdrawn"),
    "account.deletion": gettext_lazy(
        "The access to a social account was withdrawn, and its person's data deleted"
    ),
    "plan.checkout_opened": gettext_lazy("The payment page for a plan was opened"),
    "plan.cancelled": gettext_lazy("The plan was cancelled for the end of its period"),
    "plan.resumed": gettext_lazy("The plan's cancellation or pause was taken back"),
    "plan.freemium_chosen": gettext_lazy("The plan Freemium was chosen"),
    "encryption.rotated": gettext_lazy("The stored secrets were encrypted with another key"),
}
"""What each action means; `test_activity` finds the ones that have no sentence yet."""
KINDS: dict[str, Promise] = {
    "workspace": gettext_lazy("Workspace"),
    "member": gettext_lazy("Members"),
    "invitation": gettext_lazy("Invitations"),
    "sign_in": gettext_lazy("Signing in and out"),
    "password": gettext_lazy("Passwords"),
    "address": gettext_lazy("Addresses"),
    "person": gettext_lazy("People"),
    "google": gettext_lazy("Google"),
    "contact": gettext_lazy("Contacts"),
    "export": gettext_lazy("Exports"),
    "trust": gettext_lazy("Trust ladder"),
    "scenario": gettext_lazy("Scenarios"),
    "tool": gettext_lazy("Tools"),
    "webhook": gettext_lazy("Outgoing webhooks"),
    "account": gettext_lazy("Social accounts"),
    "plan": gettext_lazy("Plans"),
    "encryption": gettext_lazy("Encryption"),
    "operator": gettext_lazy("Operators' work"),
}
"""The first word of an action, as the filter offers it."""

FIELDS: dict[str, Promise] = {
    "name": gettext_lazy("name"),
    "language": gettext_lazy("language"),
    "timezone": gettext_lazy("time zone"),
    "business_profile": gettext_lazy("business profile"),
    "assistant_on": gettext_lazy("assistant's switch"),
    "release_after_minutes": gettext_lazy("delay before the assistant answers again"),
    "facts": gettext_lazy("fact sheet"),
    "ai_notice": gettext_lazy("AI notice"),
    "handoff_text": gettext_lazy("words at a handoff"),
    "trust_after": gettext_lazy("approvals before automatic answers"),
}
"""What a changed setting is called."""


@dataclass(frozen=True)
class Line:
    """One entry for its reader; `who` is a name, an address, or what kind of actor it was."""

    number: int
    at: datetime
    who: str
    words: str
    address: str
    action: str


def entries_of(workspace: Workspace, *, person: UUID | None, kind: str) -> QuerySet[AuditEntry]:
    """Select the workspace's entries, the latest first: of one person, of one kind of action."""
    rows = AuditEntry.objects.filter(chain=str(workspace.uid))
    if person is not None:
        rows = rows.filter(actor_uid=person)
    if kind in KINDS:
        rows = rows.filter(action__startswith=f"{kind}.")
    return rows.order_by("-number")


def lines_of(entries: Iterable[AuditEntry]) -> Iterator[Line]:
    """Yield the entries as lines; names are looked up once for all of them."""
    entries = list(entries)
    names = _names_in(entries)
    for entry in entries:
        who = names.get(str(entry.actor_uid)) if entry.actor_kind == "member" else None
        yield Line(
            number=entry.number,
            at=entry.at,
            who=who or str(entry.get_actor_kind_display()),
            words=words_of(entry, names),
            address=entry.address,
            action=entry.action,
        )


def words_of(entry: AuditEntry, names: dict[str, str]) -> str:
    """Return what happened in a sentence; `names` holds people's by the ids in the entry."""
    sentence = SENTENCES.get(entry.action)
    if sentence is None:
        return entry.action
    whom = names.get(str(entry.data.get("person"))) or names.get(str(entry.target_uid))
    roles = dict(Membership.Role.choices)
    words: dict[str, Any] = {"whom": whom or _("somebody"), "role": "", "from": "", "to": ""}
    for key in ("role", "from", "to"):
        if entry.data.get(key) in roles:
            words[key] = roles[entry.data[key]]
    table = _table_of(entry)
    words["row"] = str(table.verbose_name) if table else entry.target
    words["fields"] = ", ".join(_field(name, table) for name in entry.data.get("fields", ()))
    return str(sentence) % words


def _table_of(entry: AuditEntry) -> "Options[Any] | None":
    """Return what Django knows of the table whose row the entry speaks of."""
    target = "group" if "group" in entry.data else entry.data.get("table") or entry.target
    tables = (model._meta for model in apps.get_models())  # noqa: SLF001 - Django's documented name
    return next((table for table in tables if table.model_name == target), None)


def _field(name: str, table: "Options[Any] | None") -> str:
    columns = table.get_fields() if table else ()
    called = {one.name: getattr(one, "verbose_name", name) for one in columns}
    return str(FIELDS.get(name) or called.get(name, name))


def _names_in(entries: list[AuditEntry]) -> dict[str, str]:
    """Return how the people are called that the entries mean, by the ids the entries name."""
    found = [(one.actor_uid, one.target_uid, one.data.get("person")) for one in entries]
    uids = {uid for three in found for uid in three if uid}
    names = {str(user.uid): user.name or user.email for user in User.objects.filter(uid__in=uids)}
    for member in Membership.objects.filter(uid__in=uids).select_related("user"):
        names[str(member.uid)] = member.user.name or member.user.email
    for invitation in Invitation.objects.filter(uid__in=uids):
        names[str(invitation.uid)] = invitation.email
    return names
