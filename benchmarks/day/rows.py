"""A hundred thousand workspaces in PostgreSQL: each row is a copy of one that the product made."""

from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from accounts.models import Workspace
from billing.models import Subscription
from processing.models import Contact, Conversation, Delivery, Message
from social.models import Poll, SocialAccount, WebhookEvent
from tests.factories import (
    make_account,
    make_contact,
    make_conversation,
    make_message,
    make_reply,
    make_workspace,
)

ROUNDED = timedelta(hours=6)
"""How often accounts are looked at."""
POLLED = 10
"""Every so many-th account is read by polling."""
TALKS = 3
"""Conversations of a workspace that are stored, on average."""
SAID = 2
"""Messages of each."""


def multiply(row: models.Model, number: int, **columns: str) -> None:
    """Insert `number` copies of a row; `columns` are SQL for what differs, `g` counts from 1."""
    meta = row._meta  # noqa: SLF001 - the way that Django documents
    fields = [one for one in meta.concrete_fields if not one.primary_key]
    changed = {"uid": "gen_random_uuid()", **columns}
    names = ", ".join(f'"{one.column}"' for one in fields)
    values = ", ".join(changed.get(str(one.column), f't."{one.column}"') for one in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({names}) SELECT {values}'
            f' FROM "{meta.db_table}" t, generate_series(1, %s) g WHERE t.id = %s',
            [number, row.pk],
        )


def fill(workspaces: int) -> dict[str, int]:
    """Make the workspaces with accounts, polls, contacts, conversations and what was said.

    Nothing of it is due yet, but for looks at accounts and polls, spread over their rounds.
    Returns how many rows of each kind there are.
    """
    now = timezone.now()
    workspace = make_workspace("0")
    first = workspace.pk
    multiply(workspace, workspaces, name="'Atelier ' || g")
    subscription = Subscription.objects.create(workspace=workspace, plan="freemium")
    multiply(
        subscription,
        workspaces,
        workspace_id=f"{first} + g",
        plan="CASE WHEN mod(g, 25) = 0 THEN 'ultra' WHEN mod(g, 5) = 0 THEN 'premium'"
        " ELSE t.plan END",
    )
    account = make_account(workspace, check_next_at=now)
    spread = f"t.created_at + (g::float / {workspaces}) * interval '{ROUNDED.total_seconds()} s'"
    multiply(
        account,
        workspaces,
        workspace_id=f"{first} + g",
        external_id="'p-' || g",
        check_next_at=spread,
        provider=f"CASE WHEN mod(g, {POLLED}) = 0 THEN 'youtube' ELSE t.provider END",
        kind=f"CASE WHEN mod(g, {POLLED}) = 0 THEN 'youtube' ELSE t.kind END",
    )
    base = account.pk
    poll = Poll.objects.create(
        workspace=workspace, social_account=account, stream="comments", next_at=now
    )
    multiply(
        poll,
        workspaces // POLLED,
        workspace_id=f"{first} + g * {POLLED}",
        social_account_id=f"{base} + g * {POLLED}",
        next_at=f"t.created_at + (g::float * {POLLED} / {workspaces}) * interval '15 minutes'",
    )
    _talks(account, workspaces, first, base)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    kinds: tuple[Any, ...] = (Workspace, SocialAccount, Poll, Contact, Conversation, Message)
    return {one.__name__: one.objects.count() for one in (*kinds, Delivery, WebhookEvent)}


def _talks(account: SocialAccount, workspaces: int, first: int, base: int) -> None:
    """Add conversations: a few workspaces have most of them, as `skewed` says."""
    number = workspaces * TALKS
    contact = make_contact(account, "Léa")
    whose = f"1 + floor({workspaces} * pow(g::float / {number + 1}, 3))::bigint"
    owner = {"workspace_id": f"{first} + {whose}", "social_account_id": f"{base} + {whose}"}
    multiply(contact, number, external_id="'c-' || g", **owner)
    talk = make_conversation(account.workspace, account=account, contact=contact)
    multiply(talk, number, contact_id=f"{contact.pk} + g", attention_at="NULL", **owner)
    said = make_message(talk, outcome="reply", reason="replied", next_at=None)
    reply = make_reply(said)
    thread = f"1 + (g - 1) / {SAID // 2}"
    theirs = f"1 + floor({workspaces} * pow(({thread})::float / {number + 1}, 3))::bigint"
    owner = {"workspace_id": f"{first} + {theirs}", "social_account_id": f"{base} + {theirs}"}
    talks = {"conversation_id": f"{talk.pk} + {thread}", **owner}
    half = number * SAID // 2
    multiply(said, half, external_id="'m-' || g", **talks)
    multiply(reply, half, external_id="'r-' || g", in_reply_to_id=f"{reply.pk} + g", **talks)
    sent = Delivery.objects.create(
        workspace=account.workspace, message=reply, status="sent", next_at=None
    )
    multiply(sent, half, message_id=f"{reply.pk} + {half} + g", workspace_id=f"{first} + {theirs}")


def make_due(*, messages: int, deliveries: int, events: int, viral: int) -> None:
    """Let so many rows be due now; `viral` more messages all belong to one workspace."""
    with connection.cursor() as cursor:
        for table, waits, number in (
            ("processing_message", "outcome = '', reason = ''", messages),
            ("processing_delivery", "status = 'queued'", deliveries),
        ):
            inbound = " AND direction = 'inbound'" if table == "processing_message" else ""
            cursor.execute(
                f"UPDATE {table} SET {waits}, next_at = now() - random() * interval '20 s'"
                f" WHERE id IN (SELECT id FROM {table} WHERE next_at IS NULL{inbound}"
                f" ORDER BY hashint8(id) LIMIT {number})"
            )
        if viral:
            cursor.execute(
                "UPDATE processing_message SET outcome = '', reason = '', workspace_id ="
                " (SELECT max(id) FROM accounts_workspace), next_at = now() - random() *"
                " interval '60 s' WHERE id IN (SELECT id FROM processing_message WHERE"
                f" next_at IS NULL AND direction = 'inbound' LIMIT {viral})"
            )
    if events:
        event = WebhookEvent.objects.create(
            provider="meta", digest="0", body=b"{}", status="received", next_at=timezone.now()
        )
        multiply(event, events - 1, digest="'d-' || g")
