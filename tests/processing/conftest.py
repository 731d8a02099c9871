"""A workspace with everything connected, its outside services played over HTTP."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from redis import Redis

from accounts.models import Fact, Workspace
from integrations.actions import tools_due
from integrations.models import Integration
from processing import pipeline
from processing.models import Conversation, Delivery, InteractionEvent, Message, Scenario
from social.models import SocialAccount, WebhookEvent
from tests.factories import make_account, make_workspace
from tests.standin import StandIn, stand_in

PERSON = "7012345678901234"
SECRET = "secret-de-test"
NUMBERS = count(1)
NOTICE = "Je suis l'assistant automatique."
ANSWER = f"{NOTICE}\n\nOui, elle coûte 49 €."
"""What leaves first: the owner's AI notice, then the model's words."""


def model_says(**reply: Any) -> dict[str, Any]:
    """A document of the Responses API whose text is our typed answer."""
    values = {
        "action": "reply",
        "text": "Oui, elle coûte 49 €.",
        "intent": "price",
        "interest": {"level": "warm", "evidence": ["combien"]},
        "learned": [],
        "summary": [],
        "confidence": 0.9,
        "language": "fr",
    }
    return model_document(json.dumps({**values, **reply}))


def model_document(text: str, **changes: Any) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "gpt-test",
        "status": "completed",
        "output": [
            {
                "type": "message",
                "id": "msg_1",
                "role": "assistant",
                "status": "completed",
                "content": content,
            }
        ],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 420,
            "output_tokens": 35,
            "total_tokens": 455,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
        **changes,
    }


@dataclass
class Scene:
    """One workspace and the three outside services, with verbs to play a conversation."""

    workspace: Workspace
    account: SocialAccount
    graph: StandIn
    model: StandIn
    notion: StandIn

    def post(
        self, body: bytes | dict[str, Any], *, signed: bool = True, request_id: str = ""
    ) -> Any:
        headers = {"X-Request-ID": request_id}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        if signed:
            headers["X-Hub-Signature-256"] = f"sha256={signature}"
        return Client(headers=headers).post(
            "/social-accounts/meta/webhook", raw, content_type="application/json"
        )

    def item(self, **event: Any) -> dict[str, Any]:
        return {
            "sender": {"id": PERSON},
            "recipient": {"id": self.account.external_id},
            "timestamp": round(timezone.now().timestamp() * 1000),
            **event,
        }

    def envelope(self, *items: dict[str, Any]) -> dict[str, Any]:
        kind = "page" if self.account.kind == "messenger" else "instagram"
        entry = {"id": self.account.external_id, "time": next(NUMBERS), "messaging": list(items)}
        return {"object": kind, "entry": [entry]}

    def say(self, text: str = "C'est combien ?", **message: Any) -> Message:
        """The contact writes; the webhook is taken in."""
        mid = message.pop("mid", f"m_{next(NUMBERS)}")
        self.post(self.envelope(self.item(message={"mid": mid, "text": text, **message})))
        self.take_in()
        return Message.objects.get(external_id=mid)

    def echo(self, **message: Any) -> None:
        """The network repeats what the account wrote."""
        turned = {"sender": {"id": self.account.external_id}, "recipient": {"id": PERSON}}
        whole = {"mid": f"m_{next(NUMBERS)}", "is_echo": True, **message}
        self.post(self.envelope(self.item(message=whole, **turned)))
        self.take_in()

    def take_in(self) -> None:
        for event in WebhookEvent.objects.filter(status="received").order_by("id"):
            pipeline.receive(event.pk)

    def run(self) -> None:
        """Do everything that is due, as the workers would."""
        self.take_in()
        for message in Message.objects.filter(outcome="", next_at__isnull=False):
            pipeline.respond(message.pk)
        for delivery in Delivery.objects.filter(status="queued"):
            pipeline.send(delivery.pk)
        for tool in tools_due(timezone.now()):
            pipeline.sync(tool.pk)

    def conversation(self) -> Conversation:
        return Conversation.objects.get()

    def reply(self) -> Message:
        return Message.objects.get(author="assistant")

    def reasons(self, kind: str) -> list[str]:
        return list(
            InteractionEvent.objects.filter(kind=kind)
            .order_by("pk")
            .values_list("reason", flat=True)
        )


@pytest.fixture(params=["responses", "chat"])
def style(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Each of the two styles in which a model may be asked."""
    settings.OPENAI_API_STYLE = request.param
    return str(request.param)


@pytest.fixture
def model(settings: Settings, live_redis: Redis) -> Iterator[StandIn]:
    """The model's service alone, without a workspace."""
    settings.OPENAI_API_KEY = "cle-de-test"
    with stand_in() as service:
        settings.OPENAI_BASE_URL = f"{service.url}/v1"
        yield service


@pytest.fixture
def scene(db: None, settings: Settings, live_redis: Redis) -> Iterator[Scene]:
    settings.SETTLE_SECONDS = 0
    settings.SYNC_SETTLE_SECONDS = 0
    settings.MIN_SECONDS_BETWEEN_MESSAGES = 300
    settings.META_APP_SECRET = SECRET
    settings.META_INSTAGRAM_APP_SECRET = ""
    settings.META_APP_ID = "998877665544332"
    settings.OPENAI_API_KEY = "cle-de-test"
    settings.OPENAI_API_STYLE = "responses"
    with stand_in() as graph, stand_in() as model, stand_in() as notion:
        settings.META_GRAPH_URL = graph.url
        settings.OPENAI_BASE_URL = f"{model.url}/v1"
        settings.NOTION_API_URL = notion.url
        graph.answer(200, {"recipient_id": PERSON, "message_id": "m_out_1"})
        model.answer(200, model_says())
        yield _scene(graph, model, notion)


def _scene(graph: StandIn, model: StandIn, notion: StandIn) -> Scene:
    workspace = make_workspace(business_profile="Une boutique.", ai_notice=NOTICE)
    Fact.objects.create(workspace=workspace, label="Tasse", value="49 €")
    Scenario.objects.create(
        workspace=workspace, name="Accueil", instruction="Répondez.", autonomy="auto"
    )
    account = make_account(workspace)
    account.seal({"page_token": "EAAB-page-invente"})
    account.save()
    return Scene(workspace, account, graph, model, notion)


def notion_source() -> dict[str, Any]:
    """Return the data source that `connect_notion` writes into, as Notion describes it."""
    kinds = {"Nom": "title", "Flow IA ID": "rich_text", "Téléphone": "phone_number"}
    properties = {name: {"id": name, "type": kind, kind: {}} for name, kind in kinds.items()}
    return {"object": "data_source", "id": "ds-1", "properties": properties}


def connect_notion(scene: Scene) -> Integration:
    scene.notion.always["GET /v1/data_sources/ds-1"] = notion_source()
    integration = Integration(
        workspace=scene.workspace,
        kind="notion",
        target={"data_source_id": "ds-1"},
        field_map={"name": "Nom", "lead_id": "Flow IA ID", "phone": "Téléphone"},
    )
    integration.seal({"token": "ntn-invente"})
    integration.save()
    return integration
