"""A workspace with many ledger rows, written fast: made by the database, or taken in bulk."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from accounts.models import Workspace
from benchmarks.ledger import PER_THREAD, SPREAD
from flowia.lib.ids import uuid7
from processing.models import Contact, Conversation, InteractionEvent, Lead, Message
from tests.factories import make_account, make_member, make_workspace

BATCH = 20_000
SAID = 6
"""Messages of a conversation; its other ledger rows tell of these."""
KINDS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("received", "", "received", {"attachments": 0}),
    ("decided", "wait", "five_minutes", {}),
    ("decided", "reply", "replied", {"tokens_in": 900, "tokens_out": 60, "cost": 420,
                                     "scenario": "Accueil", "model": "m", "prompt": "p"}),
    ("queued", "queued", "queued", {}),
    ("delivery", "sent", "sent", {"purpose": "reply", "author": "assistant", "first_answer": 12}),
    ("lead", "warm", "lead_new", {"level": "warm"}),
    ("lead", "hot", "lead_changed", {"level": "hot", "from": "warm"}),
    ("decided", "silent", "nothing_to_add", {}),
    ("decided", "handoff", "asked_for_human", {}),
    ("draft", "queued", "approved", {}),
)  # fmt: skip
LEVELS = ("hot", "warm", "cold")
QUOTE = {
    "quote": "Je la prends, si vous livrez avant le 12",
    "message": str(uuid7()),
    "level": "hot",
}
LEAD: dict[str, Any] = {
    "evidence": [QUOTE] * 4,
    "summary": ["Veut la lampe Aube en laiton", "Livraison à Lyon avant le 12", "Budget de 300 €"],
    "phone": "+33612345678",
    "intent": "purchase",
}
GATES = json.dumps(
    [{"gate": name, "passed": True, "reason": "settled", "data": {}} for name in "abcdefghijkl"]
)
COLUMNS = ("uid", "created_at", "workspace_id", "conversation_id", "message_id", "kind", "outcome",
           "reason", "gates", "data", "request_id", "counted")  # fmt: skip


def fill(name: str, rows: int) -> None:
    """Make the workspace `name` with `rows` ledger rows, 20 to a conversation, over 90 days."""
    workspace = make_workspace(name)
    make_member(workspace)
    fill_workspace(workspace, rows)


def fill_workspace(workspace: Workspace, rows: int) -> None:
    """Add `rows` ledger rows to a workspace, and the conversations that they are about."""
    now = timezone.now()
    talks = Conversation.objects.aggregate(last=Max("pk"))["last"] or 0
    messages = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    _talk(workspace, rows // PER_THREAD, now)
    new = Conversation.objects.filter(workspace=workspace, pk__gt=talks)
    first = new.order_by("id").values_list("pk")[0][0]
    new_said = Message.objects.filter(workspace=workspace, pk__gt=messages)
    said = new_said.order_by("id").values_list("pk")[0][0]
    if connection.vendor == "postgresql":
        _generate(workspace.pk, rows, first, said, now)
    else:
        _insert(workspace.pk, rows, first, said, now)


def add_leads(workspace: Workspace, number: int) -> None:
    """Add contacts with a lead until there are `number` leads."""
    account = make_account(workspace)
    missing = number - Lead.objects.filter(workspace=workspace).count()
    for start in range(0, missing, BATCH):
        contacts = Contact.objects.bulk_create(
            Contact(
                workspace=workspace, social_account=account, external_id=f"l-{n}", name=f"L {n}"
            )
            for n in range(start, min(start + BATCH, missing))
        )
        Lead.objects.bulk_create(
            Lead(workspace=workspace, contact=one, level=LEVELS[n % 3], **LEAD)
            for n, one in enumerate(contacts)
        )


def _talk(workspace: Workspace, threads: int, now: datetime) -> None:
    """Make contacts, conversations, messages and leads, all in the order of their numbers."""
    account = make_account(workspace)
    own = {"workspace": workspace, "social_account": account}
    for start in range(0, threads, BATCH):
        numbers = range(start, min(start + BATCH, threads))
        contacts = Contact.objects.bulk_create(
            [
                Contact(**own, external_id=f"{workspace.pk}-{n}", name=f"Contact {n}")
                for n in numbers
            ]
        )
        talks = Conversation.objects.bulk_create(
            [
                Conversation(**own, contact=one, last_message_at=now - timedelta(minutes=n))
                for n, one in zip(numbers, contacts, strict=True)
            ]
        )
        Message.objects.bulk_create(_said(talks, own, now), batch_size=5000)
        Lead.objects.bulk_create(
            Lead(workspace=workspace, contact=one, level=LEVELS[n % 3], **LEAD)
            for n, one in zip(numbers, contacts, strict=True)
            if n % 2
        )


def _said(talks: list[Conversation], own: dict[str, Any], now: datetime) -> Iterator[Message]:
    for thread in talks:
        for n in range(SAID):
            inbound = n % 2 == 0
            yield Message(
                **own,
                conversation=thread,
                direction="inbound" if inbound else "outbound",
                author="contact" if inbound else "assistant",
                text="Bonjour, c'est combien ?",
                status="received" if inbound else "sent",
                outcome="reply" if inbound else "",
                reason="replied" if inbound else "",
                sent_at=now - timedelta(minutes=60 - n),
            )


def _row(n: int) -> tuple[int, int, int]:
    """Return of the `n`th row: which conversation, which message, which kind."""
    thread, step = divmod(n, PER_THREAD)
    return thread, thread * SAID + step % SAID, step % len(KINDS)


def _insert(workspace: int, rows: int, first: int, said: int, now: datetime) -> None:
    """Write the rows by `executemany`, the oldest first."""
    table = InteractionEvent._meta.db_table  # noqa: SLF001 - Django's own name
    places = ", ".join(["%s"] * len(COLUMNS))
    statement = f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({places})"
    data = [json.dumps(one[3]) for one in KINDS]
    pause = SPREAD / rows
    moment = connection.ops.adapt_datetimefield_value
    for start in range(0, rows, BATCH):
        batch = []
        for n in range(start, min(start + BATCH, rows)):
            thread, message, kind = _row(n)
            told = KINDS[kind]
            at = moment(now - SPREAD + pause * n)
            batch.append(
                (uuid7().hex, at, workspace, first + thread, said + message, *told[:3], GATES,
                 data[kind], "", False)
            )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.executemany(statement, batch)


def _generate(workspace: int, rows: int, first: int, said: int, now: datetime) -> None:
    """Let PostgreSQL make the rows, in one statement."""
    table = InteractionEvent._meta.db_table  # noqa: SLF001 - Django's own name
    chosen = {
        name: "(ARRAY["
        + ", ".join(["%s"] * len(KINDS))
        + f"])[1 + n % {PER_THREAD} % {len(KINDS)}]"
        for name in ("kind", "outcome", "reason", "data")
    }
    statement = f"""
        INSERT INTO {table} ({", ".join(COLUMNS)})
        SELECT gen_random_uuid(), %s::timestamptz + n * %s::interval, %s,
               %s + n / {PER_THREAD}, %s + n / {PER_THREAD} * {SAID} + n % {PER_THREAD} % {SAID},
               {chosen["kind"]}, {chosen["outcome"]}, {chosen["reason"]}, %s::jsonb,
               {chosen["data"]}::jsonb, '', false
        FROM generate_series(0, %s) AS n"""
    kinds, outcomes, reasons, data = zip(*KINDS, strict=True)
    told = [json.dumps(one) for one in data]
    values: list[Any] = [now - SPREAD, SPREAD / rows, workspace, first, said, *kinds, *outcomes]
    values += [*reasons, GATES, *told, rows - 1]
    with connection.cursor() as cursor:
        # The driver reads a per cent sign as the start of a placeholder.
        cursor.execute(statement.replace(" % ", " %% "), values)
