"""Members of a workspace: inviting, joining, roles, leaving."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.letters import Kind, write
from accounts.models import Invitation, Membership, User, Workspace
from flowia.lib import clock
from flowia.lib.errors import ConflictError, NotFoundError

OPEN_FOR = timedelta(days=7)
OWNER = Membership.Role.OWNER


class LastOwnerError(ConflictError):
    """The workspace would be left without an owner."""

    code = "last_owner"
    detail = _("A workspace needs an owner. Make another member an owner first.")


class UnverifiedError(ConflictError):
    """Letters to others are sent for people whose own address is proved."""

    code = "address_not_verified"
    detail = _("Confirm your own e-mail address first: the link is in the message we sent you.")


class AlreadyMemberError(ConflictError):
    """The invited address is a member's."""

    code = "already_member"
    detail = _("This person is a member already.")


class OtherPersonError(ConflictError):
    """The invitation was sent to another address than the one signed in with."""

    code = "other_person"
    detail = _(
        "This invitation was sent to another address. Sign in with that one, or ask for a new"
        " invitation."
    )


def open_invitations(workspace: Workspace) -> QuerySet[Invitation]:
    """Select the invitations that can still be accepted, the newest first."""
    rows = workspace.invitations.filter(accepted_at=None, withdrawn_at=None)
    return rows.filter(expires_at__gt=clock.now()).order_by("-pk")


def invite(workspace: Workspace, email: str, role: str, *, user: User, by: audit.By) -> Invitation:
    """Invite an address; an open invitation to it is replaced, its link dies.

    Raises UnverifiedError, and AlreadyMemberError when the address is a member's already.
    """
    email = email.strip().lower()
    if user.email_verified_at is None:
        raise UnverifiedError
    if workspace.memberships.filter(user__email=email).exists():
        raise AlreadyMemberError(errors={"email": [AlreadyMemberError.detail]})
    now = clock.now()
    try:
        with transaction.atomic():
            before = workspace.invitations.filter(email=email, accepted_at=None, withdrawn_at=None)
            before.update(withdrawn_at=now)
            invitation = Invitation.objects.create(
                workspace=workspace,
                email=email,
                role=role,
                invited_by=user,
                expires_at=now + OPEN_FOR,
            )
            audit.record(
                "member.invited",
                by=by,
                workspace=workspace,
                target=invitation,
                data={"role": role},
            )
            write(Kind.INVITATION, email=email, about=invitation, language=workspace.language)
    except IntegrityError as error:
        # Two owners invited the same person in the same moment.
        raise ConflictError from error
    return invitation


def withdraw(invitation: Invitation, *, by: audit.By) -> None:
    """Make an invitation's link dead; twice is once."""
    with transaction.atomic():
        rows = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
        if rows.update(withdrawn_at=clock.now()):
            workspace = invitation.workspace
            audit.record("invitation.withdrawn", by=by, workspace=workspace, target=invitation)


def accept(invitation: Invitation, user: User, *, by: audit.By) -> Membership:
    """Make the invited person a member, once; returns their membership.

    The link came to the invited address: that proves the address too. Raises OtherPersonError
    for another address, ConflictError when the invitation is no longer open.
    """
    if user.email != invitation.email:
        raise OtherPersonError
    now = clock.now()
    with transaction.atomic():
        rows = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
        if not rows.filter(expires_at__gt=now).update(accepted_at=now):
            raise ConflictError(_("This invitation is no longer open. Ask for a new one."))
        User.objects.filter(pk=user.pk, email_verified_at=None).update(email_verified_at=now)
        member, _made = Membership.objects.get_or_create(
            workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
        )
        audit.record(
            "member.joined",
            by=by,
            workspace=invitation.workspace,
            target=member,
            data={"role": member.role},
        )
    return member


def change_role(member: Membership, role: str, *, by: audit.By) -> Membership:
    """Give a member another role; raises LastOwnerError."""
    with transaction.atomic():
        _keep_an_owner(member, leaves=role != OWNER)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        if role != OWNER:
            _withdraw_all_of(member)
        audit.record(
            "member.role_changed",
            by=by,
            workspace=member.workspace,
            target=member,
            data={"from": before, "to": role},
        )
    return member


def remove(member: Membership, *, by: audit.By) -> None:
    """Take a member out of the workspace; raises LastOwnerError."""
    with transaction.atomic():
        _keep_an_owner(member, leaves=True)
        audit.record(
            "member.removed",
            by=by,
            workspace=member.workspace,
            target=member,
            data={"person": str(member.user.uid), "role": member.role},
        )
        _withdraw_all_of(member)
        member.delete()


def _withdraw_all_of(member: Membership) -> None:
    """Make the links dead that somebody sent who may no longer invite."""
    sent = member.workspace.invitations.filter(invited_by=member.user)
    sent.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=clock.now())


def _keep_an_owner(member: Membership, *, leaves: bool) -> None:
    # Locked, so that two owners who leave at once do not both count on the other; by the row
    # that whoever is erased locks too.
    locked(Workspace.objects.filter(pk=member.workspace_id))
    owners = set(member.workspace.memberships.filter(role=OWNER).values_list("pk", flat=True))
    if not Membership.objects.filter(pk=member.pk).exists():
        raise NotFoundError
    if leaves and owners == {member.pk}:
        raise LastOwnerError


def locked(workspaces: QuerySet[Workspace]) -> list[Workspace]:
    """Hold workspaces until the transaction ends, always in the same order; return them.

    Whoever changes who works in them waits; rows may still be added.
    """
    pks = list(workspaces.order_by().values_list("pk", flat=True))
    rows = Workspace.objects.select_for_update(no_key=True).filter(pk__in=pks)
    return list(rows.order_by("pk"))
