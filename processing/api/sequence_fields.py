"""The JSON of follow-up sequences and of the follow-ups they plan."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Workspace
from flowia.lib.fields import Flag, Text, Whole
from processing.api.fields import ContactFields
from processing.models import DmSequence, FollowUp, Scenario
from processing.reasons import sentence
from processing.steps import LONGEST_DELAY, LONGEST_INSTRUCTION, MOST_STEPS
from social.models import SocialAccount

PRIORITIES = 10_000


class StepFields(serializers.Serializer[Any]):
    """One message of a sequence: how long after the message before, and what it should say."""

    delay_minutes = Whole(min_value=1, max_value=LONGEST_DELAY)
    instruction = Text(max_length=LONGEST_INSTRUCTION)


class SequenceFields(serializers.Serializer[Any]):
    """A follow-up scenario with its steps; `version` counts its wordings."""

    id = serializers.UUIDField(source="uid")
    scenario = serializers.UUIDField(source="scenario.uid")
    name = serializers.CharField(source="scenario.name")
    instruction = serializers.CharField(source="scenario.instruction")
    channel = serializers.ChoiceField(choices=Scenario.Channel.choices, source="scenario.channel")
    accounts = serializers.SerializerMethodField()
    fact_labels = serializers.ListField(
        child=serializers.CharField(), source="scenario.fact_labels"
    )
    language = serializers.ChoiceField(
        choices=Scenario.Language.choices, source="scenario.language"
    )
    autonomy = serializers.ChoiceField(
        choices=Scenario.Autonomy.choices, source="scenario.autonomy"
    )
    priority = serializers.IntegerField(source="scenario.priority")
    version = serializers.IntegerField(source="scenario.version")
    active = serializers.BooleanField()
    steps = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_accounts(self, sequence: DmSequence) -> list[str]:
        """The ids of the accounts it is for; none means all."""
        return [str(account.uid) for account in sequence.scenario.accounts.all()]

    @extend_schema_field(StepFields(many=True))
    def get_steps(self, sequence: DmSequence) -> list[dict[str, Any]]:
        """The messages, in their order."""
        return list(StepFields(sequence.steps.all(), many=True).data)


class SequenceChanges(serializers.Serializer[Any]):
    """What may be written of a sequence; `seen` is the version the writer looked at.

    `accounts` are ids of connected accounts, `fact_labels` labels of the fact sheet; none means
    all of them. `steps` replace those there are.
    """

    name = Text(max_length=120)
    instruction = Text(max_length=4000)
    channel = serializers.ChoiceField(choices=Scenario.Channel.choices, required=False)
    accounts = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=200)
    fact_labels = serializers.ListField(child=Text(), required=False, max_length=500)
    language = serializers.ChoiceField(choices=Scenario.Language.choices, required=False)
    autonomy = serializers.ChoiceField(choices=Scenario.Autonomy.choices, required=False)
    priority = Whole(required=False, min_value=-PRIORITIES, max_value=PRIORITIES)
    active = Flag(required=False)
    steps = serializers.ListField(child=StepFields(), min_length=1, max_length=MOST_STEPS)
    seen = Whole(required=False, min_value=1)

    @property
    def workspace(self) -> Workspace:
        """The workspace whose accounts and facts may be named."""
        found: Workspace = self.context["workspace"]
        return found

    def validate_accounts(self, value: list[Any]) -> list[SocialAccount]:
        """Return the accounts; those of others do not exist."""
        found = list(SocialAccount.objects.filter(workspace=self.workspace, uid__in=value))
        if len(found) != len(set(value)):
            raise serializers.ValidationError(_("One of these accounts does not exist."))
        return found

    def validate_fact_labels(self, value: list[str]) -> list[str]:
        """Return the labels; each has to stand in the fact sheet."""
        known = set(self.workspace.facts.values_list("label", flat=True))
        unknown = [label for label in value if label not in known]
        if unknown:
            sentence = _("The fact sheet has no line “%(label)s”.") % {"label": unknown[0]}
            raise serializers.ValidationError(sentence)
        return list(dict.fromkeys(value))


class FollowUpFields(serializers.Serializer[Any]):
    """A planned message, or the task for a human it became.

    `due_at` is when it is written by itself, `task_until` until when a human may.
    """

    id = serializers.UUIDField(source="uid")
    status = serializers.ChoiceField(choices=FollowUp.Status.choices)
    reason = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    due_at = serializers.SerializerMethodField()
    task_until = serializers.DateTimeField(allow_null=True)
    sequence = serializers.UUIDField(source="sequence.uid")
    name = serializers.CharField(source="sequence.scenario.name")
    step = serializers.IntegerField(source="position")
    conversation = serializers.UUIDField(source="conversation.uid")
    contact = ContactFields(source="conversation.contact")
    message = serializers.UUIDField(source="message.uid", allow_null=True, default=None)
    created_at = serializers.DateTimeField()

    def get_sentence(self, follow_up: FollowUp) -> str:
        """Why it stands there, in words; empty when there is nothing to tell."""
        return sentence(follow_up.reason) if follow_up.reason else ""

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_due_at(self, follow_up: FollowUp) -> Any:
        """When it is written; null unless it is planned."""
        planned = follow_up.status == FollowUp.Status.PENDING
        field = serializers.DateTimeField()
        return field.to_representation(follow_up.next_at) if planned and follow_up.next_at else None
