"""Connected accounts by HTTP: the list, one of them, pausing, disconnecting, looking again."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import owned, owned_workspace_of, workspace_of
from accounts.api.workspace import by_caller
from flowia.lib import clock
from flowia.lib.lists import ClosedOrdering, CursorPages
from social.accounts import accounts_of, find_account
from social.api.changes import change
from social.api.fields import SocialAccountChanges, SocialAccountFields
from social.checking import check_now
from social.disconnecting import disconnect
from social.models import SocialAccount
from social.truth import truth_of, truths_of


class AccountFilters(serializers.Serializer[Any]):
    """`status` and `provider` by their codes; `search` looks into names and handles."""

    status = serializers.ChoiceField(choices=SocialAccount.Status.choices, required=False)
    provider = serializers.CharField(required=False, allow_blank=True)
    search = serializers.CharField(required=False, allow_blank=True)


class Accounts(ListAPIView[SocialAccount]):
    """The workspace's connected accounts, the newest first."""

    # Its serializer is given truths, of which each tells one row.
    serializer_class = SocialAccountFields  # type: ignore[assignment]
    pagination_class = CursorPages
    filter_backends = (ClosedOrdering,)
    ordering_fields: ClassVar[tuple[str, ...]] = ("created_at", "name")
    ordering: ClassVar[str] = "-created_at"

    @extend_schema(
        summary="Connected accounts", parameters=[AccountFilters], operation_id="social_accounts"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return each with what is possible, whether it works, and what to do next."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[SocialAccount]:
        """Return the accounts that fit the filters."""
        if getattr(self, "swagger_fake_view", False):
            return SocialAccount.objects.none()
        asked = AccountFilters(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        wanted = {name: one for name, one in asked.validated_data.items() if one}
        search = wanted.pop("search", "")
        found = Q(name__icontains=search) | Q(handle__icontains=search)
        return accounts_of(workspace_of(self.request)).filter(found, **wanted)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Tell the truth of a whole page at once."""
        if args:
            args = (truths_of(args[0], now=clock.now()), *args[1:])
        return super().get_serializer(*args, **kwargs)


class OneAccount(APIView):
    """One connected account."""

    @extend_schema(
        summary="A connected account",
        responses=SocialAccountFields,
        operation_id="social_account_read",
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """Return what is true about it now."""
        return _told(find_account(workspace_of(request), uid))

    @extend_schema(
        summary="Pause or stop an account, set its hours, agree to automatic answers",
        request=SocialAccountChanges,
        responses=SocialAccountFields,
        operation_id="social_account_change",
    )
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change what is given; 409 in a state that does not allow it. For owners."""
        account = find_account(owned_workspace_of(request), uid)
        asked = SocialAccountChanges(data=request.data)
        asked.is_valid(raise_exception=True)
        change(account, asked.validated_data, request)
        return _told(find_account(account.workspace, uid))

    @extend_schema(
        summary="Disconnect an account",
        responses={204: None},
        operation_id="social_account_disconnect",
    )
    def delete(self, request: Request, uid: UUID) -> Response:
        """Forget its credentials and leave the network; its conversations stay. For owners.

        Twice is once. Connected again, it lives on where it was.
        """
        account = find_account(owned_workspace_of(request), uid)
        disconnect(account, by=by_caller(request))
        return Response(status=204)


class CheckAccount(APIView):
    """A look at the network, now."""

    @extend_schema(
        summary="Look at an account now",
        request=None,
        responses=SocialAccountFields,
        operation_id="social_account_check",
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Ask the network what is granted and subscribed; 429 beyond a dozen an hour. Owners."""
        workspace = workspace_of(request)
        account = find_account(workspace, uid)
        owned(workspace, request.user)
        return _told(check_now(account))


def _told(account: SocialAccount) -> Response:
    return Response(SocialAccountFields(truth_of(account, now=clock.now())).data)
