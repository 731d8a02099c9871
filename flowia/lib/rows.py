"""The two columns that every table has."""

from django.db import models

from flowia.lib.ids import uuid7


class Row(models.Model):
    """A row with a public id (`uid`, the only one that leaves the house) and its birth in UTC."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
