"""What the tests of LinkedIn's stand-in share: a browser that keeps cookies and runs no script."""

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests

from tests.sandbox.conftest import Sandbox

NORMAL = "application/vnd.linkedin.normalized+json+2.1"
API = "/voyager/api"


@dataclass
class Browser:
    """A member's browser; `cookies` are as it would send them, quotes included."""

    sandbox: Sandbox
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sandbox: Sandbox, **query: Any) -> "Browser":
        told = control(sandbox, "export", **query)["storage_state"]
        return cls(sandbox, {one["name"]: one["value"] for one in told["cookies"]})

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": sent, **more.pop("headers", {})}
        url = f"{self.sandbox.url}/linkedin{path}"
        told = {"timeout": 10, "allow_redirects": False, **more}
        answer = requests.request(method, url, headers=headers, **told)
        for line in answer.raw.headers.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer

    def see(self, path: str = "/messaging/") -> requests.Response:
        return self.call("GET", path)

    def page(self, path: str = "/messaging/") -> Any:
        """Return what the page was told about itself."""
        found = re.search(r'<script id="page"[^>]*>(.*?)</script>', self.see(path).text, re.DOTALL)
        assert found
        return json.loads(found[1])

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"csrf-token": self.cookies["JSESSIONID"].strip('"'), **more.pop("headers", {})}
        return self.call(method, f"{API}{path}", headers=headers, **more)

    def query(self, kind: str, variables: str, **headers: str) -> requests.Response:
        """Ask for `conversations` or `messages` with the hash of a fresh page."""
        name = self.page()["queries"][kind]
        path = f"/voyagerMessagingGraphQL/graphql?queryId={name}&variables={variables}"
        return self.ask("GET", path, headers=headers)

    def conversations(self, more: str = "") -> Any:
        owner = quote(f"urn:li:fsd_profile:{self.page()['owner']}", safe="")
        answer = self.query("conversations", f"(mailboxUrn:{owner},count:20{more})")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["messengerConversationsBySyncToken"]

    def messages(self, urn: str) -> Any:
        answer = self.query("messages", f"(conversationUrn:{quote(urn, safe='')})")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["messengerMessagesBySyncToken"]["elements"]

    def create(
        self, thread: str, text: str = "Merci !", token: str = "", **headers: str
    ) -> requests.Response:
        return self.ask(
            "POST",
            "/voyagerMessagingDashMessengerMessages?action=createMessage",
            json=message(thread, text, token or str(uuid.uuid4())),
            headers=headers,
        )


def message(urn: str, text: str, token: str) -> dict[str, Any]:
    body = {"attributes": [], "text": text}
    return {"message": {"body": body, "conversationUrn": urn, "originToken": token}}


def urn(thread: dict[str, Any]) -> str:
    """Return a thread's URN as its member's mailbox has it."""
    return f"urn:li:msg_conversation:(urn:li:fsd_profile:{thread['member']},{thread['thread']})"


def control(sandbox: Sandbox, path: str, **query: Any) -> Any:
    return sandbox.get(f"/linkedin/sandbox/{path}", **query)


def order(sandbox: Sandbox, path: str, /, **body: Any) -> Any:
    return sandbox.post(f"/linkedin/sandbox/{path}", **body)


def thread_of(sandbox: Sandbox, name: str, **query: Any) -> Any:
    """Return the newest thread with somebody of that name."""
    rows = control(sandbox, "threads", **query)["threads"]
    return next(row for row in rows if name in [one["name"] for one in row["contacts"]])


def english(sandbox: Sandbox) -> str:
    rows = control(sandbox, "members")["members"]
    return str(next(row["id"] for row in rows if row["language"] == "en"))
