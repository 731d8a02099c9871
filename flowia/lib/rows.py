"""The two columns that every table has."""

from typing import TYPE_CHECKING, Any

from django.db import models

from flowia.lib import clock
from flowia.lib.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Sequence

    Moments = models.DateTimeField[Any, Any]
else:
    Moments = models.DateTimeField


class BirthField(Moments):
    """The moment, in UTC and by the database's clock, at which a row is written.

    What waits is compared with it: a process whose own clock is ahead by a day would let a message
    rest for a day. The row that was saved knows its moment; of rows that `bulk_create` wrote with
    `ignore_conflicts`, the object keeps an estimate by the process's own clock.
    """

    db_returning = True

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return what the column takes: of a row that is there already, what it has."""
        told = getattr(model_instance, self.attname)
        if add and hasattr(told, "resolve_expression"):
            return told
        kept = super().pre_save(model_instance, add)
        return clock.at_writing() if add else kept

    def deconstruct(self) -> "tuple[str, str, Sequence[Any], dict[str, Any]]":
        """Return what migrations keep: the column is that of any moment."""
        name, _path, arguments, named = super().deconstruct()
        return name, "django.db.models.DateTimeField", arguments, named


class Row(models.Model):
    """A row with a public id (`uid`, the only one that leaves the house) and its birth in UTC."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    created_at = BirthField(auto_now_add=True)

    class Meta:
        abstract = True
