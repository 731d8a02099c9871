"""The JSON of connected tools: what is connected and how it fits, never a secret."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from flowia.lib.fields import Flag, Text
from integrations.contracts import FIELDS, Target
from integrations.fitting import Misfit
from integrations.setting_up import WHY, Fit, key_of
from integrations.words import sentence_of
from processing.tool_reading import STATES, Told

NAMES = [field.name for field in FIELDS]
FIELD_CHOICES = [(name, name) for name in NAMES]
LONGEST_KEY = 20_000


class ToolTableFields(serializers.Serializer[Any]):
    """A table that leads can be written into; `key` names it when it is chosen."""

    key = serializers.CharField()
    name = serializers.CharField()
    detail = serializers.CharField()
    url = serializers.CharField()

    def to_representation(self, instance: Target) -> dict[str, Any]:
        """Return the table with the key by which it is chosen."""
        return {
            "key": key_of(instance),
            "name": instance.name,
            "detail": instance.detail,
            "url": instance.url,
        }


class ChosenTableFields(serializers.Serializer[Any]):
    """The table that was chosen."""

    key = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()


class ToolErrorFields(serializers.Serializer[Any]):
    """What keeps leads from being written, and what to do."""

    code = serializers.CharField()
    sentence = serializers.CharField()


class ToolFields(serializers.Serializer[Any]):
    """One tool. `fields` maps our fields to the ids of its columns."""

    kind = serializers.CharField()
    name = serializers.CharField()
    connected = serializers.BooleanField()
    state = serializers.ChoiceField(choices=list(STATES))
    sentence = serializers.CharField()
    account = serializers.CharField()
    key_ends_in = serializers.CharField()
    target = ChosenTableFields(allow_null=True)
    fields_to_columns = serializers.DictField(child=serializers.CharField())
    leads_there = serializers.IntegerField()
    waiting = serializers.IntegerField()
    written_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    error = ToolErrorFields(allow_null=True)

    def to_representation(self, instance: Told) -> dict[str, Any]:
        """Return what is true about the tool, without anything that opens it."""
        row, connector = instance.row, instance.connector
        target = row.target if row else {}
        return {
            "kind": connector.kind.replace("_", "-"),
            "name": connector.name,
            "connected": row is not None,
            "state": instance.state,
            "sentence": instance.sentence,
            "account": row.account_name if row else "",
            "key_ends_in": row.secret_hint if row else "",
            "target": _chosen(target),
            "fields_to_columns": dict(row.field_map) if row else {},
            "leads_there": instance.rows,
            "waiting": instance.waiting,
            "written_at": _moment(row.written_at if row else None),
            "checked_at": _moment(row.checked_at if row else None),
            "error": _error(instance),
        }


class ColumnFields(serializers.Serializer[Any]):
    """A column of the table; `holds` are the forms of our fields that fit into it."""

    id = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    holds = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_holds(self, column: Any) -> list[str]:
        """Return the forms in a steady order."""
        return sorted(column.holds)


class MisfitFields(serializers.Serializer[Any]):
    """What keeps a field from being written, and what to do."""

    field = serializers.ChoiceField(choices=NAMES)
    code = serializers.ChoiceField(choices=list(WHY))
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, misfit: Misfit) -> str:
        """Return it in the active language."""
        return str(WHY[misfit.code])


class FitFields(serializers.Serializer[Any]):
    """How our fields and the table's columns go together; `proposed` is what would be kept."""

    ready = serializers.BooleanField()
    columns = ColumnFields(many=True)
    proposed = serializers.DictField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.ChoiceField(choices=NAMES))
    misfits = MisfitFields(many=True)

    def to_representation(self, instance: Fit) -> dict[str, Any]:
        """Return the columns and what fits into which."""
        return {
            "ready": instance.ready,
            "columns": ColumnFields(instance.columns, many=True).data,
            "proposed": instance.chosen,
            "missing": [field.name for field in instance.missing],
            "misfits": MisfitFields(instance.misfits, many=True).data,
        }


class ToolInput(serializers.Serializer[Any]):
    """What is given is done, in this order: the key, the table, the columns, the pause.

    `service_account` is the text of a JSON key; `spreadsheet` goes with it. `target` is the key of
    a table as it was listed, for `search` if that was given; `anyway`: rows of erased people that
    cannot be taken away from the present table now are the owner's to remove. `new_columns` names
    fields for which one is made; without `fields_to_columns` the others are as they are, or as
    proposed.
    """

    token = Text(required=False, max_length=LONGEST_KEY, write_only=True)
    service_account = Text(required=False, max_length=LONGEST_KEY, write_only=True)
    spreadsheet = Text(required=False, max_length=500)
    target = Text(required=False, max_length=16)
    search = Text(required=False, max_length=500, allow_blank=True)
    anyway = Flag(required=False)
    fields_to_columns = serializers.DictField(
        child=Text(max_length=200, allow_blank=True), required=False
    )
    new_columns = serializers.ListField(
        child=serializers.ChoiceField(choices=NAMES), required=False
    )
    paused = Flag(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a spreadsheet's address that would be kept by nothing."""
        if "spreadsheet" in attrs and "service_account" not in attrs:
            said = _("Give the key, too. To choose a sheet, name the spreadsheet as search.")
            raise serializers.ValidationError({"spreadsheet": [said]})
        return attrs

    def validate_fields_to_columns(self, value: dict[str, str]) -> dict[str, str]:
        """Refuse names that are none of our fields."""
        unknown = sorted(set(value) - set(NAMES))
        if unknown:
            said = _("There is no such field: %(field)s.") % {"field": unknown[0][:40]}
            raise serializers.ValidationError(said)
        return value


class ToolFilters(serializers.Serializer[Any]):
    """`anyway`: rows of erased people that cannot be taken away now are the owner's to remove."""

    anyway = serializers.BooleanField(default=False)


def _chosen(target: dict[str, Any]) -> dict[str, str] | None:
    if "key" not in target:
        return None
    return {name: str(target.get(name, "")) for name in ("key", "name", "url")}


def _error(told: Told) -> dict[str, str] | None:
    if told.row is None or not told.row.status_reason:
        return None
    code = told.row.status_reason
    return {"code": code, "sentence": sentence_of(code, told.connector.name)}


def _moment(at: Any) -> Any:
    return serializers.DateTimeField().to_representation(at) if at else None
