"""What the tools for leads remember: Airtable's bases, Google's spreadsheets, Notion's databases.

Tokens, limits and options live in memory, so that a restart brings the usual ones back.
"""

from typing import ClassVar

from django.db import models


class Base(models.Model):
    """One Airtable base."""

    base_id = models.CharField(max_length=17, unique=True)
    name = models.CharField(max_length=200)

    objects: ClassVar[models.Manager["Base"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Table(models.Model):
    """One table of a base; `fields` are its columns as Airtable's schema lists them."""

    table_id = models.CharField(max_length=17, unique=True)
    base = models.ForeignKey(Base, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    fields = models.JSONField(default=list)

    objects: ClassVar[models.Manager["Table"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Record(models.Model):
    """One row of a table; `values` by the id of the field, empty cells left out."""

    record_id = models.CharField(max_length=17, unique=True)
    table = models.ForeignKey(Table, on_delete=models.CASCADE)
    values = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Record"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.record_id


class Spreadsheet(models.Model):
    """One file; `shared` tells who may see it: {address: "reader" | "writer"}."""

    spreadsheet_id = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    shared = models.JSONField(default=dict)

    objects: ClassVar[models.Manager["Spreadsheet"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title


class Tab(models.Model):
    """One sheet of a file; `cells` is a list of rows, each a list without its empty end.

    A cell is "" or a text, number or truth value; {"formula": text} for what Google would
    calculate, {"serial": days, "shown": text} for what it took for a date.
    """

    spreadsheet = models.ForeignKey(Spreadsheet, on_delete=models.CASCADE)
    gid = models.PositiveBigIntegerField()
    title = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=1000)
    columns = models.PositiveIntegerField(default=26)
    frozen_rows = models.PositiveIntegerField(default=0)
    cells = models.JSONField(default=list)

    objects: ClassVar[models.Manager["Tab"]] = models.Manager()

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=["spreadsheet", "gid"], name="one_gid"),
            models.UniqueConstraint(fields=["spreadsheet", "title"], name="one_title"),
        )

    def __str__(self) -> str:
        return self.title


class NotionDatabase(models.Model):
    """One database: a container of data sources; unshared, the integration cannot see it."""

    uid = models.UUIDField(unique=True)
    title = models.CharField(max_length=200)
    shared = models.BooleanField(default=True)
    in_trash = models.BooleanField(default=False)

    objects: ClassVar[models.Manager["NotionDatabase"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title


class NotionSource(models.Model):
    """One data source; `columns` is a list of {id, name, type, options?}."""

    uid = models.UUIDField(unique=True)
    database = models.ForeignKey(NotionDatabase, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    columns = models.JSONField(default=list)
    edited_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager["NotionSource"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class NotionPage(models.Model):
    """One row of a data source; `values` by the id of the column, as they were written."""

    uid = models.UUIDField(unique=True)
    source = models.ForeignKey(NotionSource, on_delete=models.CASCADE)
    values = models.JSONField(default=dict)
    in_trash = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager["NotionPage"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.uid)
