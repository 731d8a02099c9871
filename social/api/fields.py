"""The JSON of connected accounts: what is true about each, never anything that opens it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import LANGUAGES
from flowia.lib.fields import Flag, Text
from social.api.session_fields import HoursFields, SessionFields, session_told
from social.models import SocialAccount
from social.providers.registry import CAPABILITIES
from social.truth import LABELS, Truth


class ActionFields(serializers.Serializer[Any]):
    """What the owner does next, and on which of our pages."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the framework's own name
    address = serializers.CharField()


class HealthFields(serializers.Serializer[Any]):
    """One state, one sentence, one next action."""

    state = serializers.ChoiceField(choices=list(LABELS))
    label = serializers.CharField()  # type: ignore[assignment]  # the framework's own name
    sentence = serializers.CharField()
    action = ActionFields(allow_null=True)
    held_until = serializers.DateTimeField(allow_null=True)


class AbilityFields(serializers.Serializer[Any]):
    """Something the account can do, or cannot with the reason."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the framework's own name
    possible = serializers.BooleanField()
    why = serializers.CharField()


class LimitFields(serializers.Serializer[Any]):
    """What the network allows this kind of account; null means without limit."""

    text_limit = serializers.IntegerField()
    text_limit_in_bytes = serializers.BooleanField()
    comment_limit = serializers.IntegerField()
    reply_window_hours = serializers.IntegerField(allow_null=True)
    human_window_hours = serializers.IntegerField(allow_null=True)
    messages_per_window = serializers.IntegerField(allow_null=True)
    private_reply_days = serializers.IntegerField()


class ScopeFields(serializers.Serializer[Any]):
    """One permission and why we ask for it."""

    name = serializers.CharField()
    why = serializers.CharField()
    needed = serializers.BooleanField()


class QuotaFields(serializers.Serializer[Any]):
    """Units of the network's day that all accounts share; `own` is what this one used."""

    own = serializers.IntegerField()
    used = serializers.IntegerField()
    most = serializers.IntegerField()


class AutomationFields(serializers.Serializer[Any]):
    """Whether the network wants the owner to agree to automatic answers, and since when they do."""

    agreement_needed = serializers.BooleanField()
    agreed_at = serializers.DateTimeField(allow_null=True)


class SocialAccountFields(serializers.Serializer[Truth]):
    """A connected account: what is possible, whether it works, what ends when."""

    id = serializers.UUIDField(source="account.uid")
    provider = serializers.CharField(source="account.provider")
    kind = serializers.CharField(source="account.kind")
    login = serializers.CharField(source="account.login")
    name = serializers.CharField(source="account.name")
    handle = serializers.CharField(source="account.handle")
    external_id = serializers.CharField(source="account.external_id")
    status = serializers.ChoiceField(choices=SocialAccount.Status.choices, source="account.status")
    paused = serializers.SerializerMethodField()
    health = HealthFields(source="*")
    capabilities = AbilityFields(source="abilities", many=True)
    limits = serializers.SerializerMethodField()
    automation = serializers.SerializerMethodField()
    scopes_granted = ScopeFields(source="granted", many=True)
    scopes_missing = ScopeFields(source="missing", many=True)
    webhook_fields = serializers.ListField(child=serializers.CharField(), source="fields")
    webhook_fields_lost = serializers.ListField(child=serializers.CharField(), source="lost")
    connected_at = serializers.DateTimeField(source="account.connected_at", allow_null=True)
    token_issued_at = serializers.DateTimeField(source="account.token_issued_at", allow_null=True)
    token_expires_at = serializers.DateTimeField(source="account.token_expires_at", allow_null=True)
    grant_ends_at = serializers.DateTimeField(source="account.refresh_expires_at", allow_null=True)
    last_webhook_at = serializers.DateTimeField(source="account.last_webhook_at", allow_null=True)
    last_poll_at = serializers.DateTimeField(source="account.last_poll_at", allow_null=True)
    checked_at = serializers.DateTimeField(source="account.checked_at", allow_null=True)
    unannounced = serializers.IntegerField(source="account.unannounced")
    quota = QuotaFields(allow_null=True)
    session = serializers.SerializerMethodField()

    def get_paused(self, truth: Truth) -> bool:
        """Whether a member paused it; what is being connected is so once it works."""
        account = truth.account
        connecting = account.status == SocialAccount.Status.CONNECTING
        return account.status == SocialAccount.Status.PAUSED or (connecting and account.was_paused)

    @extend_schema_field(LimitFields)
    def get_limits(self, truth: Truth) -> Any:
        """What its network allows."""
        return LimitFields(CAPABILITIES[truth.account.kind]).data

    @extend_schema_field(AutomationFields)
    def get_automation(self, truth: Truth) -> Any:
        """What the owner agreed to."""
        needed = CAPABILITIES[truth.account.kind].automation_needs_consent
        agreed_at = truth.account.automation_agreed_at if truth.automated else None
        return {"agreement_needed": needed, "agreed_at": agreed_at}

    @extend_schema_field(SessionFields(allow_null=True))
    def get_session(self, truth: Truth) -> Any:
        """How the owner's own session stands; null for networks with an interface."""
        return session_told(truth.standing) if truth.standing else None


class SocialAccountChanges(serializers.Serializer[Any]):
    """What an owner may change.

    `automation_agreed`: true says that the owner wants the assistant to answer here without
    anybody's approval, which the network allows nobody but the owner to decide. Where there is a
    text to agree to, `consent_version` is the one that was read and `consent_language` in which
    language, as they were told with it; without that it is the call's own. `stopped` and `hours`
    are for accounts that a browser acts for with the owner's own session.
    """

    paused = Flag(required=False)
    automation_agreed = Flag(required=False)
    consent_version = Text(required=False, max_length=20)
    consent_language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    stopped = Flag(required=False)
    hours = HoursFields(required=False)


class AuthUrlAsked(serializers.Serializer[Any]):
    """`return_to` is a path of this site, `login` one way of several, `again` asks for more."""

    return_to = Text(required=False, allow_blank=True, max_length=500)
    login = Text(required=False, allow_blank=True, max_length=20)
    again = serializers.BooleanField(required=False, default=False)


class AuthUrlFields(serializers.Serializer[Any]):
    """Where to send the browser."""

    url = serializers.URLField()


class OptionFields(serializers.Serializer[Any]):
    """One account that can be connected, or cannot with the sentence why.

    `state`: "" when nothing is against it, "here" when it is connected already and would be
    connected anew, "elsewhere" and "problem" when it cannot be.
    """

    key = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    handle = serializers.CharField()
    external_id = serializers.CharField()
    state = serializers.ChoiceField(choices=["", "here", "elsewhere", "problem"])
    sentence = serializers.CharField()


class ChoiceFields(serializers.Serializer[Any]):
    """A list to choose from; it lives for half an hour."""

    id = serializers.UUIDField()
    options = OptionFields(many=True)


class ConnectOutcomeFields(serializers.Serializer[Any]):
    """What came back: connected accounts, or a list to choose from."""

    accounts = SocialAccountFields(many=True)
    choose = ChoiceFields(allow_null=True)


class ChosenFields(serializers.Serializer[Any]):
    """The keys of the accounts to connect."""

    accounts = serializers.ListField(child=Text(max_length=200), allow_empty=False, max_length=100)


class CallbackAsked(serializers.Serializer[Any]):
    """What the network adds to the address: a code and our state, or an error."""

    code = Text(required=False, allow_blank=True, max_length=4000)
    state = Text(required=False, allow_blank=True, max_length=200)
    error = Text(required=False, allow_blank=True, max_length=200)
