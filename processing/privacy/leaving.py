"""Erasing a whole workspace, and a person who signs in."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit, members
from accounts.models import Invitation, Letter, Membership, User, Workspace
from billing import closing
from billing.models import Subscription
from flowia.lib.errors import ConflictError, InvalidError, NotFoundError
from integrations.connectors.registry import CONNECTORS
from integrations.models import Integration, Removal
from processing.models import Delivery
from processing.privacy import cleaning, exporting
from processing.privacy.catalogue import WORKSPACE, rows_of
from processing.privacy.models import Export
from social.models import SocialAccount


class OnlyOwnerError(ConflictError):
    """The person owns a workspace that others work in, alone."""

    code = "only_owner"
    detail = _(
        "You are the only owner of a workspace that other people work in. "
        "Make one of them an owner, or delete the workspace first."
    )


class OnTheWireError(ConflictError):
    """Messages of the workspace are leaving right now."""

    code = "messages_are_leaving"
    detail = _("Messages are leaving at this very moment. Try again in a minute.")


@dataclass(frozen=True)
class LeftOutside:
    """Rows that stay in a tool of the customer's own: `rows` of them in `tool`."""

    tool: str
    rows: int


def erase_workspace(workspace: Workspace, *, confirm: str, by: audit.By) -> list[LeftOutside]:
    """Erase a workspace with all rows, files and tokens; return what stays in its tools.

    `confirm` is its name, written by the person who asks; raises InvalidError when it is another,
    OnTheWireError while messages are leaving, NotFoundError when it is gone already.
    """
    if confirm != workspace.name:
        raise InvalidError(errors={"confirm": [_("This is not the name of the workspace.")]})
    with transaction.atomic():
        if not members.locked(Workspace.objects.filter(pk=workspace.pk)):
            raise NotFoundError
        outside = left_outside(workspace)
        audit.record("workspace.erased", by=by, data=_erase(workspace))
    return outside


def erase_person(user: User, *, by: audit.By) -> None:
    """Erase a person who signs in, and the workspaces in which nobody else is left.

    Raises OnlyOwnerError while others need them, OnTheWireError while messages are leaving.
    """
    with transaction.atomic():
        workspaces = members.locked(user.workspaces.all())
        if needed_in(user).exists():
            raise OnlyOwnerError
        left_empty = list(left_empty_by(user))
        erased = []
        for workspace in workspaces:
            if workspace in left_empty:
                erased.append(_erase(workspace))
            else:
                _drop_copies(workspace)
                audit.record("member.erased", by=by, workspace=workspace, target=user)
        # The operators' chain comes last, after every workspace's.
        for told in erased:
            audit.record("workspace.erased", by=by, data=told)
        audit.record("person.erased", by=by, target=user)
        _delete_person(user)


def _drop_copies(workspace: Workspace) -> None:
    """Drop the copies that name the person: at once, and those made until nobody sees them."""
    exporting.drop_all_of(workspace)
    transaction.on_commit(partial(exporting.drop_all_of, workspace))


def _delete_person(user: User) -> None:
    """Delete a person's rows, and what the admin remembers of them; the rest goes with them."""
    own: list[QuerySet[Any]] = [
        Letter.objects.filter(Q(email=user.email) | Q(user=user)),
        Invitation.objects.filter(email=user.email),
        user.memberships.all(),
        user.sign_ins.all(),
        User.objects.filter(pk=user.pk),
    ]
    cleaning.drop_mentions(user.email)
    for rows in own:
        cleaning.drop_history(rows)
        rows.delete()


def _erase(workspace: Workspace) -> dict[str, Any]:
    """Erase a locked workspace with its chain; return what the operators' chain is told."""
    if Delivery.objects.filter(workspace=workspace, status="sending").exists():
        raise OnTheWireError(retry_after=60)
    exporting.drop(Export.objects.filter(workspace=workspace))
    for account in SocialAccount.objects.filter(workspace=workspace):
        cleaning.take_account_out(account)
    invited = Invitation.objects.filter(workspace=workspace)
    Letter.objects.filter(subject_uid__in=invited.values("uid")).delete()
    return {"workspace": str(workspace.uid), **_delete_rows(workspace)}


def left_outside(workspace: Workspace) -> list[LeftOutside]:
    """Count what is in the tools: pushed leads, and those whose removal has not succeeded yet."""
    removed = Q(removals__status=Removal.Status.DONE)
    tools = Integration.objects.filter(workspace=workspace).annotate(
        rows=Count("synced_rows", distinct=True) + Count("removals", filter=~removed, distinct=True)
    )
    return [
        LeftOutside(CONNECTORS[tool.kind].name if tool.kind in CONNECTORS else tool.kind, tool.rows)
        for tool in tools.order_by("kind")
        if tool.rows
    ]


def _delete_rows(workspace: Workspace) -> dict[str, Any]:
    """Delete table by table, the dependent ones first: one cascade would load every row.

    Twice: workers may add rows until nobody can refer to the workspace any more, and whoever
    shuts them out at once makes them wait for each other. Nothing may be charged for what is gone:
    the customer is noted before the plan's row goes, and once more when none can be added. That
    row is locked after the conversations, as whoever sends does, and before the chain, which is
    dropped in between; returns what `audit.close_chain` does.
    """
    _delete_tables(workspace, but=(Subscription, Workspace))
    closing.close_workspace(workspace)
    chain = audit.close_chain(str(workspace.uid))
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    closing.close_workspace(workspace)
    _delete_tables(workspace)
    return chain


def _delete_tables(workspace: Workspace, *, but: tuple[type[Model], ...] = ()) -> None:
    for model, path in WORKSPACE.items():
        if model not in but:
            rows = rows_of(model, **{path: workspace.pk})
            cleaning.drop_history(rows)
            rows.delete()


def needed_in(user: User) -> QuerySet[Workspace]:
    """Select the workspaces that others work in and nobody else owns."""
    others = Membership.objects.filter(workspace=OuterRef("pk")).exclude(user=user)
    owners = others.filter(role=Membership.Role.OWNER)
    return Workspace.objects.filter(Exists(others), ~Exists(owners), memberships__user=user)


def left_empty_by(user: User) -> QuerySet[Workspace]:
    """Select the workspaces that go with the person: nobody else works in them."""
    others = Membership.objects.filter(workspace=OuterRef("pk")).exclude(user=user)
    return Workspace.objects.filter(~Exists(others), memberships__user=user)
