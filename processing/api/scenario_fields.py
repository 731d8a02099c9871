"""The JSON of scenarios, their versions, and what one would do with a text."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Workspace
from processing.api.draft_fields import MarkFields
from processing.api.fields import GateFields
from processing.models import Conversation, Message, Scenario
from processing.trying import LONGEST_TRY
from social.models import SocialAccount

PRIORITIES = 10_000


class ScenarioFields(serializers.Serializer[Any]):
    """When → what to say; `version` counts its wordings."""

    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Scenario.Kind.choices)
    instruction = serializers.CharField()
    trigger = serializers.ChoiceField(choices=Scenario.Trigger.choices)
    keywords = serializers.ListField(child=serializers.CharField())
    channel = serializers.ChoiceField(choices=Scenario.Channel.choices)
    comment_answer = serializers.ChoiceField(choices=Scenario.CommentAnswer.choices)
    accounts = serializers.SerializerMethodField()
    fact_labels = serializers.ListField(child=serializers.CharField())
    hours = serializers.DictField()
    outside_hours = serializers.ChoiceField(choices=Scenario.Outside.choices)
    language = serializers.ChoiceField(choices=Scenario.Language.choices)
    autonomy = serializers.ChoiceField(choices=Scenario.Autonomy.choices)
    priority = serializers.IntegerField()
    version = serializers.IntegerField()
    archived_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_accounts(self, scenario: Scenario) -> list[str]:
        """The ids of the accounts it is for; none means all."""
        return [str(account.uid) for account in scenario.accounts.all()]


class ScenarioChanges(serializers.Serializer[Any]):
    """What may be written of a scenario; `seen` is the version the writer looked at.

    `hours` are `{"mon": [["09:00", "12:30"]], "closed": ["2026-12-25"]}`; none means always.
    `comment_answer` is where comments are answered, if the scenario is for comments at all.
    `accounts` are ids of connected accounts, `fact_labels` labels of the fact sheet; none means
    all of them.
    """

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=Scenario.Kind.choices, required=False)
    instruction = serializers.CharField(max_length=4000)
    trigger = serializers.ChoiceField(choices=Scenario.Trigger.choices, required=False)
    keywords = serializers.ListField(child=serializers.CharField(), required=False)
    channel = serializers.ChoiceField(choices=Scenario.Channel.choices, required=False)
    comment_answer = serializers.ChoiceField(choices=Scenario.CommentAnswer.choices, required=False)
    accounts = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=200)
    fact_labels = serializers.ListField(
        child=serializers.CharField(), required=False, max_length=500
    )
    hours = serializers.DictField(required=False)
    outside_hours = serializers.ChoiceField(choices=Scenario.Outside.choices, required=False)
    language = serializers.ChoiceField(choices=Scenario.Language.choices, required=False)
    autonomy = serializers.ChoiceField(choices=Scenario.Autonomy.choices, required=False)
    priority = serializers.IntegerField(required=False, min_value=-PRIORITIES, max_value=PRIORITIES)
    seen = serializers.IntegerField(required=False, min_value=1, write_only=True)

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


class VersionFields(serializers.Serializer[Any]):
    """One wording: its number, when and by whom it was written."""

    number = serializers.IntegerField()
    author = serializers.UUIDField(source="author_uid", allow_null=True)
    created_at = serializers.DateTimeField()


class PieceFields(serializers.Serializer[Any]):
    """A run of words that stayed, came or went."""

    op = serializers.ChoiceField(choices=["same", "added", "removed"])
    text = serializers.CharField()


class DifferenceFields(serializers.Serializer[Any]):
    """One field that differs, as texts and word by word."""

    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    pieces = PieceFields(many=True)


class VersionDetails(VersionFields):
    """A wording in full; with `against`, what differs from that version to this one."""

    content = serializers.DictField()
    differences = DifferenceFields(many=True)


class Against(serializers.Serializer[Any]):
    """Another version's number, to compare with."""

    against = serializers.IntegerField(required=False, min_value=1)


class Seen(serializers.Serializer[Any]):
    """The version the writer looked at; another one by now answers 409."""

    seen = serializers.IntegerField(required=False, min_value=1)


class TryInput(serializers.Serializer[Any]):
    """A first message to try, the language to answer in, and unsaved changes to the scenario.

    `place` says where it is written; without it, where the scenario answers.
    """

    text = serializers.CharField(max_length=LONGEST_TRY)
    place = serializers.ChoiceField(choices=Conversation.Kind.choices, required=False)
    language = serializers.ChoiceField(choices=["fr", "en"], required=False)
    content = serializers.DictField(required=False)


class TriedDraftFields(serializers.Serializer[Any]):
    """What the model wrote, and what it and our code think of it."""

    text = serializers.CharField()
    notice = serializers.CharField()
    marks = MarkFields(many=True)
    intent = serializers.CharField()
    intent_name = serializers.CharField()
    level = serializers.ChoiceField(choices=["hot", "warm", "cold"])
    evidence = serializers.ListField(child=serializers.CharField())
    confidence = serializers.FloatField()
    language = serializers.CharField()


class CostFields(serializers.Serializer[Any]):
    """What the call cost; `cost` in millionths of a US dollar."""

    model = serializers.CharField()
    prompt = serializers.CharField()
    tokens_in = serializers.IntegerField()
    tokens_out = serializers.IntegerField()
    milliseconds = serializers.IntegerField()
    cost = serializers.IntegerField()


class TriedFields(serializers.Serializer[Any]):
    """The decision it would be; `waits_until` when it would wait first, and why."""

    outcome = serializers.ChoiceField(choices=Message.Outcome.choices)
    reason = serializers.CharField()
    sentence = serializers.CharField()
    gates = GateFields(many=True)
    waits_until = serializers.DateTimeField(allow_null=True)
    waits_sentence = serializers.CharField()
    draft = TriedDraftFields(allow_null=True)
    spent = CostFields(allow_null=True)
