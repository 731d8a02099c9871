"""The JSON of leads."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from integrations.models import SyncRun
from processing.api.fields import ContactFields
from processing.api.sync_fields import ReceiptFields
from processing.lead_reading import pushes_of
from processing.models import Lead
from processing.pushing import thread_of
from processing.receipts import receipts_of


class EvidenceFields(serializers.Serializer[Any]):
    """The contact's own words, the message they stand in, and the level they speak for.

    `level` is null where it was not kept, before it was; "cold" is a word of disinterest.
    """

    quote = serializers.CharField()
    message = serializers.CharField(allow_null=True, default=None)
    level = serializers.ChoiceField(choices=Lead.Level.choices, allow_null=True, default=None)


class LeadFields(serializers.Serializer[Any]):
    """How interested a contact is, with the words that say so.

    `level_by_member`: a member set the level, and neither words nor time change it. `warmed_at`:
    the last sign of interest, from which a lead cools.
    """

    id = serializers.UUIDField(source="uid")
    level = serializers.ChoiceField(choices=Lead.Level.choices)
    level_by_member = serializers.BooleanField()
    stage = serializers.ChoiceField(choices=Lead.Stage.choices)
    evidence = EvidenceFields(many=True)
    summary = serializers.ListField(child=serializers.CharField())
    phone = serializers.CharField()
    phone_message = serializers.UUIDField(allow_null=True)
    intent = serializers.CharField()
    contact = ContactFields()
    warmed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PushFields(serializers.Serializer[Any]):
    """The newest push of a lead into one tool."""

    tool = serializers.CharField(source="integration.kind")
    status = serializers.ChoiceField(choices=SyncRun.Status.choices)
    error_code = serializers.CharField()
    queued_at = serializers.DateTimeField(source="created_at")
    finished_at = serializers.DateTimeField(allow_null=True)


class OneLeadFields(LeadFields):
    """A lead with its conversation and its receipts: where it was written outside, and when."""

    conversation = serializers.SerializerMethodField()
    pushes = serializers.SerializerMethodField()
    receipts = serializers.SerializerMethodField()

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_conversation(self, lead: Lead) -> str | None:
        """The thread with the lead's contact."""
        thread = thread_of(lead)
        return None if thread is None else str(thread.uid)

    @extend_schema_field(PushFields(many=True))
    def get_pushes(self, lead: Lead) -> Any:
        """The newest push into each tool."""
        return PushFields(pushes_of(lead), many=True).data

    @extend_schema_field(ReceiptFields(many=True))
    def get_receipts(self, lead: Lead) -> Any:
        """Where the lead stands in each connected tool, and what to do where it does not."""
        return ReceiptFields(receipts_of(lead), many=True).data


class LeadChanges(serializers.Serializer[Any]):
    """What a member may set; at least one of the two."""

    level = serializers.ChoiceField(choices=Lead.Level.choices, required=False)
    stage = serializers.ChoiceField(choices=Lead.Stage.choices, required=False)
