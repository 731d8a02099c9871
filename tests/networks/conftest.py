"""The product against the sandbox, over HTTP: accounts whose tokens the stand-ins know."""

from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib import clock
from processing import pipeline
from processing.models import Conversation, Delivery, Message
from sandbox import demo
from social.models import SocialAccount
from tests.networks.browsed import Browser, browser, make_browsed_shop
from tests.processing.queueing import due, make_shop, queue
from tests.sandbox.conftest import Sandbox, receiver, running_sandbox, sandbox

__all__ = ["receiver", "running_sandbox", "sandbox"]


@dataclass
class World:
    """The sandbox, and the product's side of it."""

    sandbox: Sandbox
    browser: Browser

    def fault(self, service: str, kind: str, **more: Any) -> None:
        answer = self.sandbox.post("/faults", service=service, kind=kind, **more)
        assert "faults" in answer, answer

    def account(self, provider: str) -> SocialAccount:
        """Return a connected account of the network, whose token the stand-in takes."""
        if provider == "linkedin":
            return make_browsed_shop()
        if provider == "meta":
            found = make_shop(external_id=demo.PAGE_ID)
            secrets = {"access_token": demo.PAGE_TOKEN}
        elif provider == "tiktok":
            pair = self.sandbox.post("/tiktok/grant")
            found = make_shop(
                provider="tiktok", kind="tiktok", external_id=pair["open_id"], login="tiktok"
            )
            secrets = _pair(pair)
        else:
            self.sandbox.delete("/youtube/meter")
            found = make_shop(
                provider="youtube",
                kind="youtube",
                external_id=demo.YOUTUBE_CHANNEL_ID,
                login="google",
                automation_agreed_at=clock.now(),
            )
            secrets = _pair(self.sandbox.post("/youtube/grant"))
        found.seal(secrets)
        found.save()
        return found

    def answers(self, account: SocialAccount, number: int = 1) -> list[Delivery]:
        """Let so many people write to the account, and answers to them be ready to leave."""
        public = account.provider == "youtube"
        more = {"kind": "comment", "window_closes_at": None} if public else {}
        found = queue(account, number, now=clock.now(), **more)
        for delivery in found:
            thread = delivery.message.conversation
            person = f"person-{thread.pk}"
            if account.provider == "tiktok":
                told = {"text": "C'est combien ?", "person": person, "region": "CA"}
                said = self.sandbox.post("/tiktok/say", **told)
                ours = Conversation.objects.filter(pk=thread.pk)
                ours.update(external_id=said["conversation_id"])
            elif account.provider == "linkedin":
                told = {"external_id": f"2-{person}", "category": Conversation.Category.LEAD}
                Conversation.objects.filter(pk=thread.pk).update(**told)
            elif public:
                said = self.sandbox.post("/youtube/say", text="C'est combien ?", author=person)
                asked = Message.objects.filter(conversation=thread, direction="inbound")
                asked.update(external_id=said["id"])
        return found

    def send(self) -> None:
        """Send what is due, and what that wakes."""
        for key in list(due(clock.now())):
            for wake in pipeline.send(key):
                getattr(pipeline, wake.step)(wake.row_id)


def _pair(tokens: dict[str, Any]) -> dict[str, str]:
    return {name: str(tokens.get(name, "")) for name in ("access_token", "refresh_token")}


@pytest.fixture
def world(db: None, sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    """The product, pointed at the sandbox."""
    told = demo.environment(port="1", sandbox_port=sandbox.url.rpartition(":")[2])
    for name, value in told.items():
        if name.startswith(("META_", "TIKTOK_", "YOUTUBE_", "GOOGLE_")):
            setattr(settings, name, value)
    settings.MIN_SECONDS_BETWEEN_MESSAGES = 300
    return World(sandbox, browser(monkeypatch, settings))
