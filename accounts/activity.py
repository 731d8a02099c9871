"""The audit log for its readers: one sentence per action, in their language."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, QuerySet
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
    "letters.stopped": gettext_lazy("The link of an e-mail stopped e-mails to %(whom)s"),
    "letters.resumed": gettext_lazy(
        "E-mails to %(whom)s that a link had stopped just before are sent again"
    ),
    "compliance.made": gettext_lazy("A compliance file was made"),
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
    "operator.stopped": gettext_lazy("An operator paused: %(what)s"),
    "operator.woke": gettext_lazy("An operator woke work that was due"),
    "operator.words_shown": gettext_lazy("An operator read the words of a conversation (%(why)s)"),
    "operator.corrected": gettext_lazy("An operator corrected: %(row)s (%(fields)s; %(why)s)"),
    "operator.quota_corrected": gettext_lazy(
        "An operator corrected the messages of %(day)s by %(amount)s (%(why)s)"
    ),
    "operator.factor_enrolled": gettext_lazy("An operator set up their second factor"),
    "operator.factor_proved": gettext_lazy("An operator proved their second factor"),
    "operator.factor_reset": gettext_lazy("The second factor of %(whom)s was reset"),
    "operator.factor_failed": gettext_lazy(
        "A wrong code was given for the second factor of %(whom)s, in this hour"
    ),
    "operator.factor_locked": gettext_lazy(
        "After many wrong codes, the second factor of %(whom)s could not be tried"
    ),
    "operator.recovery_used": gettext_lazy("An operator came in by a recovery code"),
    "operator.lifted": gettext_lazy("An operator let go on what had stopped: %(what)s"),
    "operator.codes_renewed": gettext_lazy("The recovery codes of %(whom)s were made anew"),
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
    "operator.backup_restored": gettext_lazy("A backup was put back"),
    "encryption.rotated": gettext_lazy("The stored secrets were encrypted with another key"),
}
"""What each action means; `test_activity` finds the ones that have no sentence yet."""
WHYS: dict[str, Promise] = {
    "complaint": gettext_lazy("a complaint"),
    "fault": gettext_lazy("a fault to be found"),
    "asked": gettext_lazy("the workspace asked for it"),
    "abuse": gettext_lazy("a suspicion of abuse"),
    "law": gettext_lazy("a duty by law"),
}
"""For what an operator may look at words or correct something."""
PAUSED: dict[str, Promise] = {
    "everything": gettext_lazy("everything"),
    "model": gettext_lazy("the model"),
}
"""What operators pause as a whole; of a network and an account the name tells."""
KINDS: dict[str, Promise] = {
    "workspace": gettext_lazy("Workspace"),
    "member": gettext_lazy("Members"),
    "invitation": gettext_lazy("Invitations"),
    "sign_in": gettext_lazy("Signing in and out"),
    "password": gettext_lazy("Passwords"),
    "address": gettext_lazy("Addresses"),
    "person": gettext_lazy("People"),
    "google": gettext_lazy("Google"),
    "letters": gettext_lazy("E-mails"),
    "contact": gettext_lazy("Contacts"),
    "export": gettext_lazy("Exports"),
    "compliance": gettext_lazy("Compliance files"),
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


def lines_of(entries: Iterable[AuditEntry], *, known: Iterable[User] = ()) -> Iterator[Line]:
    """Yield the entries as lines; names are looked up once for all of them.

    `known` are people who are read already.
    """
    entries = list(entries)
    names = _names_in(entries, {one.uid: one for one in known})
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
    why = WHYS.get(entry.data.get("why", ""), "")
    words["why"] = f"{why} {entry.data.get('ticket', '')}".strip()
    words |= {name: str(entry.data.get(name, "")) for name in ("day", "amount")}
    table = _table_of(entry)
    words["row"] = str(table.verbose_name) if table else entry.target
    words["what"] = _paused(entry) or words["row"]
    words["fields"] = ", ".join(_field(name, table) for name in entry.data.get("fields", ()))
    return str(sentence) % words


def _paused(entry: AuditEntry) -> str:
    """Return what rested, "" where the entry does not tell: a network by its name, an account."""
    name = str(entry.data.get("what", ""))
    kind, _colon, what = name.partition(":")
    if kind == "network":
        return what
    return str(PAUSED.get(name, ""))


def _table_of(entry: AuditEntry) -> "Options[Any] | None":
    """Return what Django knows of the table whose row the entry speaks of."""
    target = "group" if "group" in entry.data else entry.data.get("table") or entry.target
    tables = (model._meta for model in apps.get_models())  # noqa: SLF001 - Django's documented name
    return next((table for table in tables if table.model_name == target), None)


def _field(name: str, table: "Options[Any] | None") -> str:
    columns = table.get_fields() if table else ()
    called = {one.name: getattr(one, "verbose_name", name) for one in columns}
    return str(FIELDS.get(name) or called.get(name, name))


def _names_in(entries: list[AuditEntry], known: Mapping[UUID, User]) -> dict[str, str]:
    """Return how the people are called that the entries mean, by the ids the entries name.

    One query for what no row of `known` has: a person, a membership or an invitation.
    """
    found = [(one.actor_uid, one.target_uid, one.data.get("person")) for one in entries]
    uids = {UUID(str(uid)) for three in found for uid in three if uid}
    names = {str(uid): known[uid].name or known[uid].email for uid in uids & set(known)}
    left = uids - set(known)
    people = _called(User, "name", "email").filter(uid__in=left)
    members = _called(Membership, "user__name", "user__email").filter(uid__in=left)
    invitations = _called(Invitation, "email", "email").filter(uid__in=left)
    for uid, name, address in people.union(members, invitations, all=True) if left else ():
        names[str(uid)] = name or address
    return names


def _called(model: type[User | Membership | Invitation], name: str, address: str) -> Any:
    rows = model._default_manager.order_by()  # noqa: SLF001 - Django's documented name
    return rows.annotate(called=F(name), address=F(address)).values_list("uid", "called", "address")
