"""The JSON of outgoing webhooks and their calls."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from flowia.lib.fields import Flag, Text
from integrations.hooks.queueing import EVENTS, TEST
from integrations.hooks.standing import Standing
from integrations.hooks.words import met
from integrations.models import Hook, HookCall

STATES = ("new", "working", "failing", "paused", "beyond_plan", "disabled")
NAMES = [*EVENTS, TEST]


class HookStateFields(serializers.Serializer[Any]):
    """How it stands: a code, and a sentence for people."""

    code = serializers.ChoiceField(choices=STATES)
    sentence = serializers.CharField()


class HookFields(serializers.Serializer[Any]):
    """An address that is told of leads; its secret is never told again.

    `url` is shortened to its host for those who do not own the workspace: with some services the
    address itself is the secret. `secret_hint` is the end of the secret.
    """

    id = serializers.UUIDField(source="hook.uid")
    name = serializers.CharField(source="hook.name")
    url = serializers.CharField()
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=list(EVENTS)), source="hook.events"
    )
    status = serializers.ChoiceField(choices=Hook.Status.choices, source="hook.status")
    state = HookStateFields()
    secret_hint = serializers.CharField(source="hook.secret_hint")
    failing_since = serializers.DateTimeField(source="hook.failing_since", allow_null=True)
    last_taken_at = serializers.DateTimeField(source="hook.called_at", allow_null=True)
    created_at = serializers.DateTimeField(source="hook.created_at")


class MadeHookFields(HookFields):
    """A new hook, with the secret that its receiver verifies signatures with."""

    secret = serializers.SerializerMethodField()

    def get_secret(self, _standing: Standing) -> str:
        """`whsec_` and the base64 of 32 bytes; told this once."""
        return str(self.context["secret"])


class HookValues(serializers.Serializer[Any]):
    """What a hook is made of."""

    name = Text(max_length=80)
    url = Text(max_length=500)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=list(EVENTS)), allow_empty=False, min_length=1
    )


class HookChanges(serializers.Serializer[Any]):
    """What may be changed; resuming (`paused: false`) also brings back what was switched off."""

    name = Text(max_length=80, required=False)
    url = Text(max_length=500, required=False)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=list(EVENTS)),
        allow_empty=False,
        min_length=1,
        required=False,
    )
    paused = Flag(required=False)


class SecretFields(serializers.Serializer[Any]):
    """The new secret, told this once; until `previous_until` the former one signs, too."""

    secret = serializers.CharField()
    previous_until = serializers.DateTimeField(allow_null=True)


class HookCallFields(serializers.Serializer[Any]):
    """One event for one address; `id` is the `webhook-id` of each of its attempts."""

    id = serializers.UUIDField(source="uid")
    event = serializers.ChoiceField(choices=NAMES)
    lead = serializers.UUIDField(source="lead_uid", allow_null=True)
    status = serializers.ChoiceField(choices=HookCall.Status.choices)
    attempts = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)
    http_status = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField(allow_null=True)
    error_code = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.CharField())
    def get_sentence(self, call: HookCall) -> str:
        """What the last attempt met; empty where it went through."""
        return met(call)


class OneHookCallFields(HookCallFields):
    """A call with what is sent."""

    payload = serializers.DictField()


class HookCallFilters(serializers.Serializer[Any]):
    """`status` and `event` by their codes."""

    status = serializers.ChoiceField(choices=HookCall.Status.choices, required=False)
    event = serializers.ChoiceField(choices=NAMES, required=False)


class SinceFields(serializers.Serializer[Any]):
    """From when on: what failed, or everything."""

    since = serializers.DateTimeField()
    everything = Flag(required=False, default=False)


class ReplayedFields(serializers.Serializer[Any]):
    """How many calls are made again."""

    calls = serializers.IntegerField()
