"""The limit's two tasks: ask the model, then send and write the lead down."""

import json
from functools import cache
from typing import Any

import requests

from benchmarks.throughput.limit import settings
from benchmarks.throughput.limit.app import app
from benchmarks.throughput.limit.models import Lead, Message
from benchmarks.throughput.limit.prompt import FORM, INSTRUCTIONS
from sandbox.demo import AIRTABLE_FIELD_IDS as FIELDS

TIMEOUT = (5, 10)


@app.task(name="limit.respond")
def respond(message_id: int) -> None:
    """Have the model write the answer, and enqueue it."""
    message = Message.objects.get(pk=message_id)
    response: Any = _model().responses.create(
        model=settings.OPENAI_MODEL,
        instructions=INSTRUCTIONS,
        input=[{"role": "user", "content": message.text}],
        text={"format": {"type": "json_schema", "name": "reply", "schema": FORM, "strict": True}},
        max_output_tokens=1000,
        store=False,
    )
    reply = json.loads(response.output_text)
    level = reply["interest"]["level"]
    Message.objects.filter(pk=message_id).update(answer=reply["text"], level=level)
    send.delay(message_id)


@app.task(name="limit.send")
def send(message_id: int) -> None:
    """Send the answer, and write the lead down here and in the tool."""
    message = Message.objects.get(pk=message_id)
    sent = _line().post(
        f"{settings.META_GRAPH_URL}/{message.page}/messages",
        headers={"Authorization": f"Bearer {settings.PAGE_TOKENS[message.page]}"},
        json={
            "recipient": {"id": message.contact},
            "message": {"text": message.answer},
            "messaging_type": "RESPONSE",
        },
        timeout=TIMEOUT,
    )
    sent.raise_for_status()
    Message.objects.filter(pk=message_id).update(sent_id=sent.json()["message_id"])
    lead = Lead(contact=message.contact, level=message.level)
    Lead.objects.bulk_create(
        [lead], update_conflicts=True, unique_fields=["contact"], update_fields=["level"]
    )
    _line().patch(
        settings.AIRTABLE_URL,
        headers={"Authorization": f"Bearer {settings.AIRTABLE_TOKEN}"},
        json={
            "performUpsert": {"fieldsToMergeOn": [FIELDS["lead_id"]]},
            "records": [
                {
                    "fields": {
                        FIELDS["lead_id"]: message.contact,
                        FIELDS["level"]: message.level,
                        FIELDS["name"]: message.contact,
                    }
                }
            ],
            "typecast": True,
        },
        timeout=TIMEOUT,
    ).raise_for_status()


@cache
def _line() -> requests.Session:
    return requests.Session()


@cache
def _model() -> Any:
    import openai  # noqa: PLC0415 - the web needs no model

    return openai.OpenAI(
        api_key=settings.OPENAI_API_KEY, base_url=settings.OPENAI_BASE_URL, timeout=20
    )
