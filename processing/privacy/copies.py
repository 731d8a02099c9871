"""What a copy of somebody's data holds: a contact's, a workspace's, a member's."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, User, Workspace
from processing.models import Contact, Lead
from processing.privacy.archive import Table
from processing.privacy.catalogue import CONTACT, LEAD, MEMBER, WORKSPACE, columns_of, rows_of
from processing.threads import hidden_comment
from social import scrubbing
from social.models import SocialAccount

CHUNK = 500


def of_contact(contact: Contact) -> list[Table]:
    """Return everything kept about a contact, the stored calls that name them included."""
    lead = Lead.objects.filter(contact=contact).values_list("uid", flat=True).first()
    account = SocialAccount.objects.filter(pk=contact.social_account_id)
    return [
        *_tables(CONTACT, contact.pk),
        *(_tables(LEAD, lead) if lead else ()),
        _table(account, only={"uid", "provider", "kind", "external_id", "name"}),
        Table(
            "webhook_entries",
            _("What the network sent about this person"),
            {"created_at": _("received"), "entry": _("as it came")},
            lambda: _entries(contact),
        ),
    ]


def of_workspace(workspace: Workspace) -> list[Table]:
    """Return all rows of a workspace, its audit log and its members' names included."""
    members = User.objects.filter(memberships__workspace=workspace)
    return [
        *_tables(WORKSPACE, workspace.pk),
        _table(members, only={"uid", "email", "name", "language", "theme"}),
        _table(AuditEntry.objects.filter(chain=str(workspace.uid))),
    ]


def of_member(user: User) -> list[Table]:
    """Return everything about a person who signs in; entries of the audit log are those by them."""
    values = {"pk": user.pk, "email": user.email, "actor_uid": user.uid}
    return [
        _table(rows_of(model, **{path: values.get(path, user.pk)}))
        for model, path in MEMBER.items()
    ]


def size_of(tables: Iterable[Table]) -> int:
    """Return how many rows `tables` have."""
    return sum(sum(1 for _row in table.rows()) for table in tables)


def _tables(paths: dict[type[Model], str], value: Any) -> Iterator[Table]:
    for model, path in reversed(paths.items()):
        yield _table(rows_of(model, **{path: value}))


def _table(rows: QuerySet[Any], *, only: set[str] | None = None) -> Table:
    columns = [one for one in columns_of(rows.model) if only is None or one.name in only]
    names = [column.name for column in columns]
    lookups = [column.lookup for column in columns]
    ordered = rows.order_by("pk")

    def read() -> Iterator[dict[str, Any]]:
        for values in ordered.values_list(*lookups).iterator(chunk_size=CHUNK):
            yield dict(zip(names, values, strict=True))

    meta = rows.model._meta  # noqa: SLF001 - Django's documented name
    labels = {column.name: column.label for column in columns}
    choices = {column.name: column.choices for column in columns}
    return Table(str(meta.model_name), str(meta.verbose_name_plural), labels, read, choices)


def _entries(contact: Contact) -> Iterator[dict[str, Any]]:
    person, account = contact.external_id, contact.social_account
    comment = hidden_comment(person)
    parted = scrubbing.without_message if comment else scrubbing.split
    events = scrubbing.holding(scrubbing.calls_to(account), comment or person)
    for event in events.order_by("pk").iterator(chunk_size=CHUNK):
        body = bytes(event.body)
        for entry in parted(body, comment or person, account=account.external_id)[1]:
            yield {"created_at": event.created_at, "entry": entry}
