"""Marks in every column that can hold words, and ways of looking for them everywhere."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.http import HttpResponse, StreamingHttpResponse

from integrations.models import Hook, HookCall
from processing.models import Contact, Lead, LeadAct, LeadActRow, Message
from processing.privacy.catalogue import CONTACT, LEAD, rows_of
from tests.factories import make_follow_up, make_replay

PRODUCT = ("accounts", "social", "processing", "billing", "integrations", "privacy")


def word_columns(model: type[models.Model]) -> list[Any]:
    """The columns of `model` that can hold somebody's words: texts, documents, bytes."""
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, kinds) and not field.choices and not field.is_relation
    ]


def product_models() -> list[type[models.Model]]:
    return [model for app in PRODUCT for model in apps.get_app_config(app).get_models()]


def mark(contact: Contact) -> set[str]:
    """Put a mark into every such column of the rows about `contact`; return the marks."""
    lead = Lead.objects.get(contact=contact)
    question = Message.objects.filter(conversation__contact=contact, direction="inbound").first()
    assert question is not None
    make_replay(question)
    make_follow_up(question.conversation, status="done", next_at=None)
    act = LeadAct.objects.create(workspace=lead.workspace, kind="stage", value="won", status="done")
    LeadActRow.objects.create(workspace=lead.workspace, act=act, lead=lead, state="changed")
    hook = Hook.objects.create(workspace=lead.workspace, name="n8n", url="https://exemple.fr/")
    HookCall.objects.create(workspace=lead.workspace, hook=hook, lead_uid=lead.uid, status="done")
    marks: set[str] = set()
    for paths, value in ((LEAD, lead.uid), (CONTACT, contact.pk)):
        for model, path in paths.items():
            rows = rows_of(model, **{path: value})
            assert rows.exists(), f"{model.__name__}: the person has no row here"
            marks |= _mark_row(rows.order_by("-pk").first())
    return marks


def _mark_row(row: Any) -> set[str]:
    marks = set()
    for field in word_columns(type(row)):
        word = f"Zq{type(row)._meta.model_name}{field.name}"[: field.max_length or 60]
        marks.add(word)
        empty = field.default() if callable(field.default) else ""
        value = [word] if empty == [] else {"x": word} if empty == {} else word
        type(row).objects.filter(pk=row.pk).update(**{field.name: value})
    return marks


def everything(folder: Path) -> str:
    """The whole database and all exported files, as one text."""
    return "\n".join([*_database(), *_files(folder)])


def _database() -> Iterator[str]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield " ".join(_text(value) for value in row)


def _files(folder: Path) -> Iterator[str]:
    for path in folder.glob("*"):
        yield "".join(unzipped(path.read_bytes()).values())


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return value if isinstance(value, str) else str(value)


def unzipped(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def archive_of(answer: Any) -> tuple[dict[str, Any], str]:
    """The data and the page of a downloaded zip."""
    assert isinstance(answer, HttpResponse | StreamingHttpResponse)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    files = unzipped(b"".join(answer))
    return json.loads(files["data.json"]), files["index.html"]
