"""Operators' pages about what is planned, earned, replayed, counted, and about the model."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from accounts.admin.trail import Trail
from flowia.lib.admin import HasError, ReadOnlyRows, WordyRows
from flowia.lib.capped import SeenLately
from processing.models import (
    Beginning,
    DailyFigure,
    DmSequence,
    FollowUp,
    ModelState,
    Replay,
    ReplayAnswer,
    ReplayResult,
    ScenarioVersion,
    SequenceStep,
    Trust,
)

WORKSPACE = ("workspace__name", "workspace__uid", "uid")


@admin.register(Beginning)
class Beginnings(ReadOnlyRows):
    """How far workspaces came with their first steps."""

    list_display = (
        "created_at",
        "workspace",
        "trade",
        "tried_at",
        "tool_skipped_at",
        "put_away_at",
    )
    list_filter = ("trade",)
    list_select_related = ("workspace",)
    search_fields = WORKSPACE


@admin.register(ScenarioVersion)
class ScenarioVersions(ReadOnlyRows):
    """Every wording that was in force, and who wrote it."""

    list_display = ("created_at", "workspace", "scenario", "number", "author_uid")
    list_select_related = ("workspace", "scenario")
    search_fields = ("scenario__name", *WORKSPACE)


@admin.register(Trust)
class Trusts(ReadOnlyRows):
    """What each intent has earned."""

    list_display = ("workspace", "scenario", "intent", "stage", "in_a_row", "reason", "changed_at")
    list_filter = ("stage", ("reason", SeenLately))
    list_select_related = ("workspace", "scenario")
    search_fields = ("scenario__name", "intent", *WORKSPACE)


@admin.register(DmSequence)
class Sequences(ReadOnlyRows):
    """Which follow-up scenarios run."""

    list_display = ("workspace", "scenario", "active", "created_at")
    list_filter = ("active",)
    list_select_related = ("workspace", "scenario")
    search_fields = ("scenario__name", *WORKSPACE)


@admin.register(SequenceStep)
class SequenceSteps(ReadOnlyRows):
    """Their steps."""

    list_display = ("workspace", "sequence", "position", "delay_minutes")
    list_select_related = ("workspace", "sequence")
    search_fields = ("sequence__scenario__name", *WORKSPACE)


@admin.register(FollowUp)
class FollowUps(ReadOnlyRows):
    """Planned follow-ups, and the tasks that they became."""

    error = Q(status=FollowUp.Status.TASK)
    list_display = (
        "created_at",
        "workspace",
        "conversation",
        "status",
        "reason",
        "next_at",
        "task_until",
        "attempts",
    )
    list_filter = ("status", HasError, ("reason", SeenLately))
    list_select_related = ("workspace", "conversation")
    search_fields = ("conversation__contact__external_id", "conversation__uid", *WORKSPACE)


@admin.register(Replay)
class Replays(ReadOnlyRows):
    """The time machine's runs."""

    error = Q(status=Replay.Status.FAILED)
    list_display = (
        "created_at",
        "workspace",
        "scenario",
        "status",
        "done",
        "total",
        "calls",
        "cost",
        "error_code",
    )
    list_filter = ("status", HasError)
    list_select_related = ("workspace", "scenario")
    search_fields = ("scenario__name", *WORKSPACE)


@admin.register(ReplayResult)
class ReplayResults(WordyRows):
    """What messages would get; the texts are covered."""

    hidden = ("text",)
    list_display = ("replay", "workspace", "outcome", "reason", "changed", "cached", "cost")
    list_filter = (("outcome", SeenLately), "changed")
    list_select_related = ("workspace", "replay")
    search_fields = ("message__uid", "replay__uid", *WORKSPACE)

    def conversation_of(self, row: ReplayResult) -> int | None:
        """Return the message's conversation."""
        return row.message.conversation_id


@admin.register(ReplayAnswer)
class ReplayAnswers(WordyRows):
    """Answers that are paid for and asked for no more; their texts are covered."""

    hidden = ("answer",)
    list_display = ("created_at", "workspace", "message", "cost")
    list_select_related = ("workspace", "message")
    search_fields = ("message__uid", "prompt", *WORKSPACE)

    def conversation_of(self, row: ReplayAnswer) -> int | None:
        """Return the message's conversation."""
        return row.message.conversation_id


@admin.register(DailyFigure)
class DailyFigures(ReadOnlyRows):
    """Sums of the ledger by local day."""

    list_display = ("day", "workspace", "name", "count", "amount")
    list_select_related = ("workspace",)
    search_fields = ("name", *WORKSPACE)


@admin.register(ModelState)
class ModelStates(Trail, ReadOnlyRows):
    """Why the model is not asked. Delete a row once its cause is mended: the next message tries."""

    list_display = ("code", "since", "retry_at", "failures")

    def has_delete_permission(self, request: HttpRequest, *_args: Any) -> bool:
        """Forgetting a trouble is asking the model again."""
        return request.user.has_perm("processing.delete_modelstate")
