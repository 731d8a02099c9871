"""The figures by HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import workspace_of
from flowia.lib import clock
from processing.analytics import period_of, report_of
from processing.figures import today_of

Whole = serializers.IntegerField


class Period(serializers.Serializer[Any]):
    """`from` and `to`: local days of the workspace, both included; at most 366 of them.

    Without them the last 30 days; `from` alone goes until today, `to` alone begins 30 days before.
    """

    def get_fields(self) -> dict[str, Any]:
        """Return the two fields, of which one has a name that Python keeps for itself."""
        return {
            "from": serializers.DateField(required=False),
            "to": serializers.DateField(required=False),
        }


class ReasonFields(serializers.Serializer[Any]):
    """How often something happened for one reason; numbers of its sentence are left open ("…")."""

    reason = serializers.CharField()
    sentence = serializers.CharField()
    count = Whole()


class TallyFields(serializers.Serializer[Any]):
    """How often, and why, the most frequent reason first."""

    total = Whole()
    reasons = ReasonFields(many=True)


class AnsweredFields(serializers.Serializer[Any]):
    """Answers that left."""

    total = Whole()
    assistant = Whole()
    human = Whole()


class BandFields(serializers.Serializer[Any]):
    """How many answers came in under so many seconds; `more`: an hour or more."""

    lt10 = Whole()
    lt30 = Whole()
    lt60 = Whole()
    lt300 = Whole()
    lt3600 = Whole()
    more = Whole()


class FirstAnswerFields(serializers.Serializer[Any]):
    """Seconds from the contact's first unanswered message to the answer.

    The median is an estimate within its band; in the band `more` it means "at least".
    """

    count = Whole()
    mean_seconds = serializers.FloatField(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True)
    median_band = serializers.CharField()
    bands = BandFields()


class DraftFigures(serializers.Serializer[Any]):
    """What members did with drafts; the share is of those decided, 0 to 1."""

    approved_unedited = Whole()
    approved_edited = Whole()
    rejected = Whole()
    share_unedited = serializers.FloatField(allow_null=True)


class LevelFields(serializers.Serializer[Any]):
    """Leads by level."""

    hot = Whole()
    warm = Whole()
    cold = Whole()


class LeadFigures(serializers.Serializer[Any]):
    """Leads as they stand now; made in the period; that came to a level in the period."""

    now = LevelFields()
    new = LevelFields()
    reached = LevelFields()


class ModelFields(serializers.Serializer[Any]):
    """The model's calls; costs in millionths of a US dollar."""

    calls = Whole()
    tokens = Whole()
    cost = Whole()
    cost_per_lead = Whole(allow_null=True)
    cost_per_hot_lead = Whole(allow_null=True)


class DailyFields(serializers.Serializer[Any]):
    """One local day."""

    day = serializers.DateField()
    received = Whole()
    answered = Whole()
    waited = Whole()
    handed_over = Whole()
    silent = Whole()
    new_leads = Whole()
    calls = Whole()
    cost = Whole()


class ReportFields(serializers.Serializer[Any]):
    """The figures of a period; `complete` is false while an old ledger is still being counted."""

    first = serializers.DateField()
    last = serializers.DateField()
    timezone = serializers.CharField()
    as_of = serializers.DateTimeField()
    complete = serializers.BooleanField()
    received = Whole()
    answered = AnsweredFields()
    waited = TallyFields()
    held = TallyFields()
    handed_over = TallyFields()
    silent = TallyFields()
    first_answer = FirstAnswerFields()
    drafts = DraftFigures()
    leads = LeadFigures()
    model = ModelFields()
    days = DailyFields(many=True)


class Analytics(APIView):
    """How the workspace is doing."""

    @extend_schema(summary="Figures of a period", parameters=[Period], responses=ReportFields)
    def get(self, request: Request) -> Response:
        """Return what was answered, waited, handed over or left silent, and what it cost."""
        workspace = workspace_of(request)
        asked = Period(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        first, last = period_of(given.get("from"), given.get("to"), today=today_of(workspace))
        return Response(ReportFields(report_of(workspace, first, last, now=clock.now())).data)
