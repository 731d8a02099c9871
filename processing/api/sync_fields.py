"""The JSON of pushes into tools: orders, runs, receipts."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from integrations.connectors.registry import CONNECTORS
from integrations.models import SyncOrder, SyncRun
from integrations.orders import progress_of
from integrations.words import sentence_of
from processing.receipts import STATES

TOOLS = ("notion", "airtable", "google-sheets")
"""The tools as addresses and filters name them."""
MOST = 1000


def kind_of(slug: str) -> str:
    """Return the kind of a tool as rows name it."""
    return slug.replace("-", "_")


def slug_of(kind: str) -> str:
    """Return the tool as addresses name it."""
    return kind.replace("_", "-")


class SyncInput(serializers.Serializer[Any]):
    """Which leads: those named, those changed since a moment, or, without either, every one."""

    leads = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST
    )
    since = serializers.DateTimeField(required=False)


class OrderFields(serializers.Serializer[Any]):
    """An order to write many leads, and how far it has come.

    `waiting` leads are neither written nor found unchanged nor failed yet.
    """

    id = serializers.UUIDField(source="uid")
    tool = serializers.ChoiceField(choices=TOOLS)
    kind = serializers.ChoiceField(choices=SyncOrder.Kind.choices)
    status = serializers.ChoiceField(choices=SyncOrder.Status.choices)
    since = serializers.DateTimeField(allow_null=True)
    total = serializers.IntegerField()
    waiting = serializers.IntegerField()
    written = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: SyncOrder) -> dict[str, Any]:
        """Return the order with its counts; a list has counted for the whole page."""
        progress = getattr(instance, "progress", None) or progress_of(instance)
        moment = serializers.DateTimeField().to_representation
        return {
            "id": str(instance.uid),
            "tool": slug_of(instance.integration.kind),
            "kind": instance.kind,
            "status": instance.status,
            "since": moment(instance.since) if instance.since else None,
            "total": progress.total,
            "waiting": progress.waiting,
            "written": progress.written,
            "unchanged": progress.unchanged,
            "failed": progress.failed,
            "created_at": moment(instance.created_at),
            "finished_at": moment(instance.finished_at) if instance.finished_at else None,
        }


class StartedFields(serializers.Serializer[Any]):
    """What a call to write leads began."""

    run = OrderFields()


class TroubleFields(serializers.Serializer[Any]):
    """The tool's own code, or ours, and what happened and what to do in words."""

    code = serializers.CharField()
    sentence = serializers.CharField()


class RunFields(serializers.Serializer[Any]):
    """One push of one lead into one tool; `error` is null where nothing went wrong."""

    id = serializers.UUIDField(source="uid")
    tool = serializers.SerializerMethodField()
    lead = serializers.UUIDField(source="lead_uid")
    order = serializers.UUIDField(source="order.uid", allow_null=True, default=None)
    status = serializers.ChoiceField(choices=SyncRun.Status.choices)
    attempts = serializers.IntegerField()
    error = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    next_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=TOOLS))
    def get_tool(self, run: SyncRun) -> str:
        """The tool that is written into."""
        return slug_of(run.integration.kind)

    @extend_schema_field(TroubleFields(allow_null=True))
    def get_error(self, run: SyncRun) -> dict[str, str] | None:
        """What the last attempt met."""
        return trouble(run.error_code, _name(run.integration.kind))


class ReceiptFields(serializers.Serializer[Any]):
    """Where a lead stands in one tool.

    `url` leads to its row, `status` is the newest push's (empty: there was none), and `error` says
    what keeps the lead from being written.
    """

    tool = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=list(STATES))
    url = serializers.CharField()
    written_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(choices=SyncRun.Status.choices, allow_blank=True)
    error = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=TOOLS))
    def get_tool(self, receipt: Any) -> str:
        """The tool."""
        return slug_of(receipt.tool)

    @extend_schema_field(TroubleFields(allow_null=True))
    def get_error(self, receipt: Any) -> dict[str, str] | None:
        """What happened and what to do."""
        return trouble(receipt.code, receipt.name)


class RewriteInput(serializers.Serializer[Any]):
    """Into which tool."""

    tool = serializers.ChoiceField(choices=TOOLS)


def trouble(code: str, tool: str) -> dict[str, str] | None:
    """Return a code with its sentence; None without a code."""
    return {"code": code, "sentence": sentence_of(code, tool)} if code else None


def _name(kind: str) -> str:
    connector = CONNECTORS.get(kind)
    return connector.name if connector else kind
