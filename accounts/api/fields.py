"""The JSON of people, workspaces and their doors."""

from typing import Any

from django.conf import settings
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.doors import LONGEST_PASSWORD, SHORTEST_PASSWORD
from accounts.models import Fact, Membership, SignIn, User, Workspace
from accounts.models.people import is_a_time_zone
from flowia.lib.fields import Flag, Text, Whole

STRICT: dict[Any, Any] = {
    **serializers.ModelSerializer.serializer_field_mapping,
    models.CharField: Text,
    models.TextField: Text,
    models.BooleanField: Flag,
}
LANGUAGES = [code for code, _name in settings.LANGUAGES]


class Password(Text):
    """A password: kept as typed, 128 characters at most, never sent back."""

    def __init__(self, **options: Any) -> None:
        options = {"write_only": True, "trim_whitespace": False, **options}
        super().__init__(max_length=LONGEST_PASSWORD, **options)


class NewPassword(Password):
    """A password that somebody chooses; common ones are refused."""

    def __init__(self) -> None:
        super().__init__(min_length=SHORTEST_PASSWORD)


class WorkspaceFields(serializers.Serializer[Any]):
    """A workspace the caller works in, with its plan."""

    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()
    plan = serializers.SerializerMethodField()

    def get_plan(self, workspace: Any) -> str:
        """A workspace without a subscription is on Freemium."""
        subscription = getattr(workspace, "subscription", None)
        return subscription.plan if subscription else "freemium"


class MembershipFields(serializers.Serializer[Any]):
    """A workspace and the caller's role in it."""

    workspace = WorkspaceFields()
    role = serializers.ChoiceField(choices=Membership.Role.choices)
    told_by_mail = serializers.BooleanField()


class PersonFields(serializers.Serializer[Any]):
    """A person; `theme` is the colours of their pages, `system` those of the device."""

    id = serializers.UUIDField(source="uid")
    email = serializers.EmailField()
    name = serializers.CharField()
    language = serializers.ChoiceField(choices=LANGUAGES)
    theme = serializers.ChoiceField(choices=User.Theme.choices)
    email_verified = serializers.SerializerMethodField()

    def get_email_verified(self, user: User) -> bool:
        """Whether the person showed that the address is theirs."""
        return user.email_verified_at is not None


class MeFields(PersonFields):
    """The caller."""

    memberships = serializers.SerializerMethodField()

    @extend_schema_field(MembershipFields(many=True))
    def get_memberships(self, user: User) -> list[dict[str, Any]]:
        """The caller's workspaces, the oldest membership first."""
        rows = user.memberships.select_related("workspace__subscription").order_by("id")
        return list(MembershipFields(rows, many=True).data)


class MeChanges(serializers.Serializer[Any]):
    """What the caller may change of themselves.

    `told_by_mail` is about the workspace the caller works in: e-mails when a human is needed.
    """

    name = Text(max_length=150, allow_blank=True, required=False)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    theme = serializers.ChoiceField(choices=User.Theme.choices, required=False)
    told_by_mail = Flag(required=False)


class TokenFields(serializers.Serializer[Any]):
    """What a caller sends from now on: `Authorization: Bearer <access>`.

    `refresh` is null when it was asked for as a cookie; then `csrf` is what `X-CSRF-Token` must
    repeat beside that cookie, and null otherwise.
    """

    access = serializers.CharField()
    refresh = serializers.CharField(allow_null=True)
    csrf = serializers.CharField(allow_null=True)


class GoogleFields(serializers.Serializer[Any]):
    """Google's ID token; `cookie` puts the refresh token into a cookie."""

    id_token = serializers.CharField(max_length=10_000)
    cookie = Flag(default=False)


class LoginFields(serializers.Serializer[Any]):
    """`email` (in any case) and `password`; `cookie` puts the refresh token into a cookie."""

    email = serializers.EmailField(max_length=254)
    password = Password()
    cookie = Flag(default=False)


class TimeZone(Text):
    """A name of the tz database ("Europe/Paris")."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=64, validators=[is_a_time_zone], **options)


class RegisterFields(LoginFields):
    """A person and the workspace they open."""

    password = NewPassword()
    workspace_name = Text(max_length=150, allow_blank=True, default="")
    language = serializers.ChoiceField(choices=LANGUAGES, default="fr")
    timezone = TimeZone(default="Europe/Paris")


class RegisteredFields(TokenFields):
    """The new person, their workspace and their tokens."""

    user = PersonFields()
    workspace = WorkspaceFields()


class RefreshFields(serializers.Serializer[Any]):
    """The refresh token, for clients that keep it themselves."""

    refresh = Text(max_length=2000, allow_blank=True, default="")


class PasswordChange(serializers.Serializer[Any]):
    """The password until now, and the next one."""

    current = Password()
    new = NewPassword()
    keep_google = serializers.BooleanField(default=False)


class EmailOnly(serializers.Serializer[Any]):
    """An e-mail address."""

    email = serializers.EmailField(max_length=254)


class LinkFields(serializers.Serializer[Any]):
    """The token of a link that came by e-mail."""

    token = Text(max_length=1000)


class PasswordReset(LinkFields):
    """The token of the link, and the new password."""

    password = NewPassword()


class SignInFields(serializers.Serializer[Any]):
    """A place where the caller is signed in."""

    id = serializers.UUIDField(source="uid")
    kind = serializers.ChoiceField(choices=SignIn.Kind.choices)
    address = serializers.CharField()
    device = serializers.CharField()
    created_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    here = serializers.SerializerMethodField()

    def get_here(self, sign_in: SignIn) -> bool:
        """Whether this very call came with it."""
        here = self.context.get("here")
        return bool(here and here.pk == sign_in.pk)


class FactFields(serializers.ModelSerializer[Fact]):
    """One line of the fact sheet."""

    serializer_field_mapping = STRICT

    class Meta:
        model = Fact
        fields = ("label", "value")


class WorkspaceDetails(serializers.ModelSerializer[Workspace]):
    """A workspace with everything its members may see."""

    serializer_field_mapping = STRICT

    id = serializers.UUIDField(source="uid", read_only=True)
    plan = serializers.SerializerMethodField()
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    timezone = TimeZone(required=False)
    release_after_minutes = Whole(min_value=1, max_value=43_200, required=False)
    trust_after = Whole(min_value=1, max_value=1000, required=False)
    facts = FactFields(many=True, required=False)

    class Meta:
        model = Workspace
        fields = (
            "id",
            "name",
            "plan",
            "language",
            "timezone",
            "business_profile",
            "assistant_on",
            "release_after_minutes",
            "ai_notice",
            "handoff_text",
            "trust_after",
            "facts",
            "created_at",
        )
        read_only_fields = ("created_at",)

    def get_plan(self, workspace: Workspace) -> str:
        """A workspace without a subscription is on Freemium."""
        return WorkspaceFields().get_plan(workspace)


class MemberFields(serializers.Serializer[Any]):
    """A member of the workspace."""

    id = serializers.UUIDField(source="uid")
    person = PersonFields(source="user")
    role = serializers.ChoiceField(choices=Membership.Role.choices)
    created_at = serializers.DateTimeField()


class RoleChange(serializers.Serializer[Any]):
    """The member's new role."""

    role = serializers.ChoiceField(choices=Membership.Role.choices, required=False)


class InvitationFields(serializers.Serializer[Any]):
    """An open invitation."""

    id = serializers.UUIDField(source="uid", read_only=True)
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Membership.Role.choices, default="member")
    expires_at = serializers.DateTimeField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


class AuditFields(serializers.Serializer[Any]):
    """One entry of the audit log."""

    id = serializers.UUIDField(source="uid")
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="actor_kind")
    person = serializers.UUIDField(source="actor_uid", allow_null=True)
    action = serializers.CharField()
    target = serializers.CharField()
    target_id = serializers.UUIDField(source="target_uid", allow_null=True)
    address = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # a column of that name
    digest = serializers.CharField()
