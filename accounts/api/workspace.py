"""The workspace by HTTP: its profile and fact sheet, members, invitations, audit log."""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit, limits, members
from accounts.access import owned, owned_workspace_of, person, workspace_of
from accounts.api.doors import read
from accounts.api.fields import (
    AuditFields,
    InvitationFields,
    MemberFields,
    RoleChange,
    WorkspaceDetails,
)
from accounts.models import AuditEntry, Invitation, Membership, Workspace
from accounts.workspaces import change_workspace
from flowia.lib.address import client_address, plain
from flowia.lib.errors import NotFoundError
from flowia.lib.lists import ClosedOrdering, CursorPages


class OneWorkspace(APIView):
    """The workspace the caller works in."""

    @extend_schema(
        summary="The workspace", responses=WorkspaceDetails, operation_id="workspace_read"
    )
    def get(self, request: Request) -> Response:
        """Return profile, fact sheet, language, time zone and the assistant's switch."""
        return Response(WorkspaceDetails(workspace_of(request)).data)

    @extend_schema(
        summary="Change the workspace",
        request=WorkspaceDetails,
        responses=WorkspaceDetails,
        operation_id="workspace_change",
    )
    def patch(self, request: Request) -> Response:
        """Change what is given; `facts` replaces the whole fact sheet. For owners."""
        workspace = owned_workspace_of(request)
        serializer = WorkspaceDetails(workspace, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        facts = changes.pop("facts", None)
        change_workspace(
            workspace,
            changes,
            facts=None if facts is None else [dict(fact) for fact in facts],
            by=by_caller(request),
        )
        return Response(WorkspaceDetails(workspace_of(request)).data)


@extend_schema_view(get=extend_schema(summary="Members", operation_id="members"))
class Members(ListAPIView[Membership]):
    """Who works in the workspace, the oldest membership first."""

    serializer_class = MemberFields
    pagination_class = CursorPages
    filter_backends = (ClosedOrdering,)
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "created_at"

    def get_queryset(self) -> QuerySet[Membership]:
        """Return the memberships of the caller's workspace."""
        if getattr(self, "swagger_fake_view", False):
            return Membership.objects.none()
        return workspace_of(self.request).memberships.select_related("user")


class OneMember(APIView):
    """One member."""

    @extend_schema(
        summary="Change a role",
        request=RoleChange,
        responses=MemberFields,
        operation_id="member_change",
    )
    def patch(self, request: Request, uid: UUID) -> Response:
        """Give the member another role; 409 for the last owner. For owners."""
        member = find_member(owned_workspace_of(request), uid)
        asked = read(RoleChange, request)
        if "role" in asked:
            members.change_role(member, asked["role"], by=by_caller(request))
        return Response(MemberFields(member).data)

    @extend_schema(summary="Take a member out", responses={204: None}, operation_id="member_remove")
    def delete(self, request: Request, uid: UUID) -> Response:
        """Remove a member, or leave oneself; 409 for the last owner. For owners and oneself."""
        workspace = workspace_of(request)
        member = find_member(workspace, uid)
        if member.user_id != person(request.user).pk:
            owned(workspace, request.user)
        members.remove(member, by=by_caller(request))
        return Response(status=204)


@extend_schema_view(get=extend_schema(summary="Open invitations", operation_id="invitations"))
class Invitations(ListAPIView[Invitation]):
    """Who was asked in and has not answered, the newest first. For owners."""

    serializer_class = InvitationFields
    pagination_class = CursorPages
    filter_backends = (ClosedOrdering,)
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at",)
    ordering: ClassVar[str] = "-created_at"

    def get_queryset(self) -> QuerySet[Invitation]:
        """Return the open invitations of the workspace; 403 for members."""
        if getattr(self, "swagger_fake_view", False):
            return Invitation.objects.none()
        return members.open_invitations(owned_workspace_of(self.request))

    @extend_schema(
        summary="Invite somebody",
        request=InvitationFields,
        responses={201: InvitationFields},
        operation_id="invitation_make",
    )
    def post(self, request: Request) -> Response:
        """Send an invitation by e-mail; an open one to the same address is replaced."""
        workspace = owned_workspace_of(request)
        asked = read(InvitationFields, request)
        limits.knock(plain(request), "invitation", email=asked["email"])
        made = members.invite(workspace, **asked, user=person(request.user), by=by_caller(request))
        return Response(InvitationFields(made).data, status=201)


class OneInvitation(APIView):
    """One invitation."""

    @extend_schema(
        summary="Withdraw an invitation", responses={204: None}, operation_id="invitation_withdraw"
    )
    def delete(self, request: Request, uid: UUID) -> Response:
        """Make its link dead. For owners."""
        invitation = find_invitation(owned_workspace_of(request), uid)
        members.withdraw(invitation, by=by_caller(request))
        return Response(status=204)


@extend_schema(summary="The audit log")
class Audit(ListAPIView[AuditEntry]):
    """Who did what in the workspace, latest first. For owners."""

    serializer_class = AuditFields
    pagination_class = CursorPages
    filter_backends = (ClosedOrdering,)
    ordering_fields: ClassVar[tuple[str, ...]] = ("number",)
    ordering: ClassVar[str] = "-number"

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """Return the entries of the workspace's chain; 403 for members."""
        if getattr(self, "swagger_fake_view", False):
            return AuditEntry.objects.none()
        return entries_of(owned_workspace_of(self.request))


def entries_of(workspace: Workspace) -> QuerySet[AuditEntry]:
    """Select the workspace's entries of the audit log."""
    return AuditEntry.objects.filter(chain=str(workspace.uid))


def find_member(workspace: Workspace, uid: UUID) -> Membership:
    """Return a member of the workspace; raises NotFoundError."""
    found = workspace.memberships.select_related("user", "workspace").filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def find_invitation(workspace: Workspace, uid: UUID) -> Invitation:
    """Return an invitation of the workspace; raises NotFoundError."""
    found = workspace.invitations.select_related("workspace").filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def by_caller(request: Request) -> audit.By:
    """Return who calls, for the audit log."""
    return audit.by(request.user, client_address(plain(request)))
