"""What the tests of YouTube's stand-in share: its consent page, tokens and calls."""

import base64
import hashlib
import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from sandbox import demo
from tests.sandbox.conftest import Sandbox

CHANNEL = demo.YOUTUBE_CHANNEL_ID
SECOND_CHANNEL = demo.YOUTUBE_SECOND_CHANNEL_ID
OTHER_CHANNEL = demo.YOUTUBE_NEWCOMER_CHANNEL_ID
VIDEO, SECOND_VIDEO = demo.YOUTUBE_VIDEO_ID, demo.YOUTUBE_SECOND_VIDEO_ID
FORCE_SSL = "https://www.googleapis.com/auth/youtube.force-ssl"
READ_ONLY = "https://www.googleapis.com/auth/youtube.readonly"
VERIFIER = "y" * 60
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
CLIENT = {"client_id": demo.GOOGLE_CLIENT_ID, "client_secret": demo.GOOGLE_CLIENT_SECRET}


@dataclass
class YouTube:
    """The stand-in as one token sees it."""

    sandbox: Sandbox
    token: str = ""

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        url = f"{self.sandbox.url}/youtube/v3/{path}"
        return requests.request(method, url, headers=headers, timeout=10, **more)

    def list(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, params={"part": "id,snippet,replies", **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def reply(self, parent: str, text: str = "Merci !") -> requests.Response:
        body = {"snippet": {"parentId": parent, "textOriginal": text}}
        return self.call("POST", "comments?part=snippet", json=body)

    def say(self, **told: Any) -> Any:
        return self.sandbox.post("/youtube/say", **{"text": "Bonjour ?", **told})

    def units(self) -> int:
        used: int = self.sandbox.get("/youtube/meter")["used"]
        return used


def reason(answer: requests.Response) -> tuple[int, str]:
    """Return the two things that callers branch on; they agree with the envelope."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return answer.status_code, error["errors"][0]["reason"]


def grant(sandbox: Sandbox, **told: Any) -> Any:
    return sandbox.post("/youtube/grant", **told)


def callback(sandbox: Sandbox) -> str:
    return f"{sandbox.product.url}/social-accounts/youtube/callback"


def ask(sandbox: Sandbox, **changes: str) -> requests.Response:
    """Open the consent page as the product would."""
    query = {
        "client_id": demo.GOOGLE_CLIENT_ID,
        "redirect_uri": callback(sandbox),
        "response_type": "code",
        "scope": FORCE_SSL,
        "access_type": "offline",
        "prompt": "consent",
        "state": "state & more",
        "code_challenge": CHALLENGE.decode(),
        "code_challenge_method": "S256",
        **changes,
    }
    address = f"{sandbox.url}/google/o/oauth2/v2/auth?{urlencode(query)}"
    return requests.get(address, allow_redirects=False, timeout=5)


def follow(sandbox: Sandbox, page: requests.Response, words: str) -> requests.Response:
    """Follow the one link of the page that holds `words`."""
    links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page.text, re.DOTALL)
    [address] = {html.unescape(link) for link, said in links if words in said}
    return requests.get(f"{sandbox.url}{address}", allow_redirects=False, timeout=5)


def consent(sandbox: Sandbox, *words: str, **changes: str) -> dict[str, str]:
    """Follow links from the first page on; what comes back to the product."""
    page = ask(sandbox, **changes)
    for one in words:
        page = follow(sandbox, page, one)
    where = urlsplit(page.headers["Location"])
    assert page.headers["Location"].startswith(callback(sandbox))
    return dict(parse_qsl(where.query, keep_blank_values=True))


def token(sandbox: Sandbox, **form: str) -> requests.Response:
    known = {"redirect_uri": callback(sandbox), "code_verifier": VERIFIER, **CLIENT}
    if "refresh_token" in form:
        known = {"grant_type": "refresh_token", **CLIENT}
    else:
        known["grant_type"] = "authorization_code"
    return requests.post(f"{sandbox.url}/google/token", data=known | form, timeout=5)


def revoke(sandbox: Sandbox, value: str) -> int:
    form = {"token": value}
    return requests.post(f"{sandbox.url}/google/revoke", data=form, timeout=5).status_code
