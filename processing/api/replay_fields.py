"""The JSON of the time machine. Costs are in millionths of a US dollar."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from processing.models import Replay, ReplayResult
from processing.reasons import sentence
from processing.replays import totals_of

MOST_COST = 100_000_000
"""A hundred dollars: more is a slip of the finger."""


class Period(serializers.Serializer[Any]):
    """`from` until before `to`."""

    def get_fields(self) -> dict[str, Any]:
        """Name the two as the API does; `from` is no name in Python."""
        fields = dict(super().get_fields())
        period = {
            "from": serializers.DateTimeField(source="starts_at"),
            "to": serializers.DateTimeField(source="ends_at"),
        }
        return {**period, **fields}


class ReplayStart(Period):
    """The period, unsaved changes to the scenario, and what it may cost at most."""

    content = serializers.DictField(required=False)
    cost_limit = serializers.IntegerField(min_value=0, max_value=MOST_COST)


class CostLimit(serializers.Serializer[Any]):
    """What the replay may cost at most, in all."""

    cost_limit = serializers.IntegerField(min_value=0, max_value=MOST_COST)


class EstimateFields(serializers.Serializer[Any]):
    """What a replay would take at most."""

    messages = serializers.IntegerField()
    known = serializers.IntegerField()
    cost_per_message = serializers.IntegerField()
    cost = serializers.IntegerField()
    minutes = serializers.IntegerField()


class OutcomeFields(serializers.Serializer[Any]):
    """How many messages got each outcome."""

    reply = serializers.IntegerField()
    hold = serializers.IntegerField()
    handoff = serializers.IntegerField()
    silent = serializers.IntegerField()


class LevelChangeFields(serializers.Serializer[Any]):
    """How many messages left their contact's level there instead of here."""

    before = serializers.CharField()
    now = serializers.CharField()
    messages = serializers.IntegerField()


class DayFields(serializers.Serializer[Any]):
    """Direct messages of one local day, then and now; `unanswered` for the spent plan."""

    day = serializers.DateField()
    then = serializers.IntegerField()
    now = serializers.IntegerField()
    unanswered = serializers.IntegerField()


class TotalsFields(serializers.Serializer[Any]):
    """The figures so far; `daily_limit` is the plan's, null without one."""

    then = OutcomeFields()
    now = OutcomeFields()
    changed = serializers.IntegerField()
    cached = serializers.IntegerField()
    levels = LevelChangeFields(many=True)
    days = DayFields(many=True)
    daily_limit = serializers.IntegerField(allow_null=True)


class ReplayFields(Period):
    """A draft run over a period's messages: how far it is, what it cost, what it found."""

    id = serializers.UUIDField(source="uid")
    scenario = serializers.UUIDField(source="scenario.uid")
    status = serializers.ChoiceField(choices=Replay.Status.choices)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    calls = serializers.IntegerField()
    cost = serializers.IntegerField()
    cost_limit = serializers.IntegerField()
    error_code = serializers.CharField()
    error = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_error(self, replay: Replay) -> str:
        """Why it failed, in words; empty when it did not."""
        return sentence(replay.error_code) if replay.error_code else ""


class ReplayDetails(ReplayFields):
    """A replay with its draft and its figures."""

    content = serializers.DictField()
    totals = serializers.SerializerMethodField()

    @extend_schema_field(TotalsFields)
    def get_totals(self, replay: Replay) -> dict[str, Any]:
        """The figures so far."""
        totals = totals_of(replay)
        levels = [{"before": one, "now": two, "messages": n} for one, two, n in totals.levels]
        found: dict[str, Any] = TotalsFields({**totals.__dict__, "levels": levels}).data
        return found


class BeforeFields(serializers.Serializer[Any]):
    """What the message got when it came."""

    outcome = serializers.CharField()
    text = serializers.CharField()
    level = serializers.CharField()


class ReplayResultFields(serializers.Serializer[Any]):
    """What one message would get now, beside what it got."""

    id = serializers.UUIDField(source="uid")
    message = serializers.UUIDField(source="message.uid")
    conversation = serializers.UUIDField(source="message.conversation.uid")
    said = serializers.CharField(source="message.text")
    sent_at = serializers.DateTimeField(source="message.sent_at")
    before = BeforeFields()
    outcome = serializers.CharField()
    reason = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    text = serializers.CharField()
    level = serializers.CharField()
    level_before = serializers.CharField()
    changed = serializers.BooleanField()
    at = serializers.DateTimeField()
    day = serializers.DateField()
    cost = serializers.IntegerField()
    cached = serializers.BooleanField()

    def get_sentence(self, result: ReplayResult) -> str:
        """The reason in words."""
        return sentence(result.reason, result.data)
