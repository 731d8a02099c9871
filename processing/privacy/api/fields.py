"""The JSON of contacts and of their erasure, with an example each."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from integrations.models import Removal
from processing.api.fields import AccountFields, ContactFields
from processing.privacy import erasing
from processing.privacy.models import Erasure

ID = "01993a4e-7c3b-7d21-9f0a-3c5e8b1d2f40"
PERSON = {
    "id": ID,
    "external_id": "7012345678901234",
    "name": "Léa Martin",
    "opted_out_at": None,
    "account": {
        "id": ID,
        "kind": "messenger",
        "name": "Atelier Lumière",
        "external_id": "104857600012345",
    },
    "created_at": "2026-11-20T12:00:00Z",
}
ERASED = {
    "id": ID,
    "contact": ID,
    "status": "erased",
    "created_at": "2026-11-20T12:00:00Z",
    "finished_at": None,
    "tools": [{"tool": "notion", "status": "queued", "error_code": "", "next_at": None}],
}


class ContactDetails(ContactFields):
    """A person outside, with the account through which they are known."""

    account = AccountFields(source="social_account")
    created_at = serializers.DateTimeField()


class RemovalFields(serializers.Serializer[Any]):
    """The taking away of the person's row in one tool."""

    tool = serializers.CharField(source="integration.kind")
    status = serializers.ChoiceField(choices=Removal.Status.choices)
    error_code = serializers.CharField()
    next_at = serializers.DateTimeField(allow_null=True)


class ErasureFields(serializers.Serializer[Any]):
    """How far an erasure has come, in the house and in the connected tools."""

    id = serializers.UUIDField(source="uid")
    contact = serializers.UUIDField(source="contact_uid")
    status = serializers.ChoiceField(choices=Erasure.Status.choices)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    tools = serializers.SerializerMethodField()

    @extend_schema_field(RemovalFields(many=True))
    def get_tools(self, erasure: Erasure) -> list[dict[str, Any]]:
        """The tools into which the person was written."""
        return list(RemovalFields(erasing.removals_of(erasure), many=True).data)
