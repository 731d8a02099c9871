"""What the tests of TikTok's stand-in share: a connected account, calls, events."""

import json
import time
from typing import Any

import requests

from sandbox import demo
from sandbox.tiktok.people import CANADA, PEOPLE, VIDEOS
from tests.sandbox.conftest import ECHO_SECONDS, Sandbox

ZOE, YOUSSEF, LINA = (person.uid for person in PEOPLE)
VIDEO = next(video.item_id for video in VIDEOS if video.owner == CANADA.open_id)
APP = {"client_id": demo.TIKTOK_APP_ID, "client_secret": demo.TIKTOK_APP_SECRET}
Json = dict[str, Any]


class Connected:
    """The stand-in with an empty world, and one account's access token."""

    def __init__(self, sandbox: Sandbox, account: str = CANADA.username, scope: str = "") -> None:
        self.sandbox = sandbox
        self.account = account
        sandbox.delete("/tiktok/state")
        # What an earlier test sent may still be about to be announced: now to nobody.
        time.sleep(2 * ECHO_SECONDS)
        sandbox.product.posts.clear()
        self.pair = sandbox.post("/tiktok/grant", account=account, scope=scope)
        self.token: str = self.pair["access_token"]
        self.open_id: str = self.pair["open_id"]

    def do(self, path: str, **body: Any) -> Json:
        """POST to one of the stand-in's own addresses, about this account."""
        answer: Json = self.sandbox.post(f"/tiktok/{path}", account=self.account, **body)
        return answer

    def do_options(self, **changes: Any) -> Json:
        answer: Json = self.sandbox.post("/tiktok/options", **changes)
        return answer

    def url(self, path: str) -> str:
        return f"{self.sandbox.url}/tiktok/open_api/v1.3/{path}"

    def get(self, path: str, **query: Any) -> Json:
        return self.answer(
            requests.get(
                self.url(path),
                params={"business_id": self.open_id, **query},
                headers={"Access-Token": self.token},
                timeout=10,
            )
        )

    def post(self, path: str, **body: Any) -> Json:
        return self.answer(
            requests.post(
                self.url(path),
                json={"business_id": self.open_id, **body},
                headers={"Access-Token": self.token},
                timeout=10,
            )
        )

    def send(self, conversation_id: str, text: str = "Bonjour", /, **changes: Any) -> Json:
        message = {
            "recipient_type": "CONVERSATION",
            "recipient": conversation_id,
            "message_type": "TEXT",
            "text": {"body": text},
            **changes,
        }
        return self.post("business/message/send/", **message)

    def answer(self, answer: requests.Response) -> Json:
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        assert set(body) == {"code", "message", "request_id", "data"}
        assert body["request_id"]
        return body

    def event(self, number: int = 1) -> tuple[Json, Json]:
        """Wait for so many posts; the last one's envelope and content."""
        raw, _headers = self.sandbox.wait_for_posts(number)[number - 1]
        envelope = json.loads(raw)
        return envelope, json.loads(envelope["content"])
