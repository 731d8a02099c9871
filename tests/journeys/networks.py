"""A new owner over HTTP: a workspace of their own, whose accounts live at the stand-ins."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from sandbox import demo
from sandbox.tiktok.people import CANADA, VIDEOS
from tests.journeys.driver import LONG, OK, Driver, driving, eventually
from tests.journeys.envelopes import Row
from tests.stack import Stack

PASSWORD = "six-tasses-en-grès"
VIDEO = next(one.item_id for one in VIDEOS if one.owner == CANADA.open_id)
PRICE = "89 €"
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
DELIVERY = "La livraison coûte combien ?"
PAGE, INSTAGRAM = demo.SECOND_PAGE_ID, demo.SECOND_INSTAGRAM_ID
GOOGLE = {"person": demo.GOOGLE_PEOPLE[0].sub, "channel": demo.YOUTUBE_CHANNEL_ID, "allow": "1"}
TIKTOK = {"account": CANADA.username, "decide": "allow"}


@dataclass
class Shop(Driver):
    """A workspace without the demo's accounts; its owner says yes on every consent page."""

    browser: requests.Session = field(default_factory=requests.Session)

    def open(self) -> None:
        """Register, with the demo's facts and two scenarios that answer by themselves."""
        login = {"email": f"{secrets.token_hex(6)}@exemple.fr", "password": PASSWORD}
        self.token = self.asked("POST", "/auth/register", login)["access"]
        facts = [{"label": label, "value": value} for label, value in demo.FACTS]
        about = {"name": "Essai", "business_profile": demo.BUSINESS_PROFILE, "facts": facts}
        self.asked("PATCH", "/workspace", about)
        told = {"instruction": demo.SCENARIO_INSTRUCTION, "autonomy": "auto"}
        self.asked("POST", "/scenarios", {"name": "Accueil", **told})
        private = {"channel": "comment", "comment_answer": "private", "priority": 10}
        words = {"trigger": "keywords", "keywords": ["livraison"]}
        self.asked("POST", "/scenarios", {"name": "En privé", **told, **private, **words})

    def asked(self, method: str, path: str, body: Any = None) -> Row:
        """Ask the product as the owner's own browser; whatever it does, it must do it."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"{self.stack.web_url}{path}"
        answer = self.browser.request(method, url, json=body, headers=headers, timeout=30)
        assert answer.ok, answer.text
        found: Row = answer.json() if answer.content else {}
        return found

    # --- connecting ------------------------------------------------------------------------------

    def connect_meta(self, login: str, *accounts: str, choose: tuple[str, ...] = ()) -> None:
        """Grant the accounts on Meta's page, then connect those of `choose`."""
        url = self._consent_page("meta", login)
        grant = {"url": url, "accounts": list(accounts)}
        outcome = self._back(self.sandbox("/meta/login", grant)["location"])
        if choose:
            uid = outcome["choose"]["id"]
            path = f"/social-accounts/connecting/{uid}"
            self.asked("POST", path, {"accounts": list(choose)})

    def connect_page(self) -> None:
        """Connect one Page of the two that are granted."""
        pages = (PAGE, demo.THIRD_PAGE_ID)
        self.connect_meta("facebook", *pages, choose=(f"messenger:{PAGE}",))

    def connect_linked(self, provider: str, pressed: dict[str, str]) -> None:
        """Press a consent page's links (TikTok, Google)."""
        answer = requests.get(
            self._consent_page(provider), params=pressed, allow_redirects=False, timeout=30
        )
        assert answer.status_code in {301, 302}, answer.text
        self._back(answer.headers["Location"])

    def connect_all(self) -> None:
        """Connect a Page, an Instagram account without one, TikTok and YouTube."""
        self.connect_page()
        self.connect_meta("instagram", INSTAGRAM)
        self.connect_linked("tiktok", TIKTOK)
        self.connect_linked("youtube", GOOGLE)

    def disconnect_all(self) -> None:
        """Leave the accounts to the next test."""
        for account in self.accounts().values():
            self.asked("DELETE", f"/social-accounts/{account['id']}")

    def accounts(self) -> dict[str, Row]:
        """Return the connected accounts by kind, each with its state."""
        found = self.asked("GET", "/social-accounts")["results"]
        return {one["kind"]: one for one in found}

    def states(self) -> dict[str, str]:
        """Return what the page of accounts would say of each kind."""
        return {kind: one["health"]["state"] for kind, one in self.accounts().items()}

    def _consent_page(self, provider: str, login: str = "") -> str:
        path = f"/social-accounts/{provider}/auth-url?login={login}"
        return str(self.asked("GET", path)["url"])

    def _back(self, location: str) -> Row:
        url = urlsplit(location)
        return self.asked("GET", f"{url.path}?{url.query}")

    # --- the world -------------------------------------------------------------------------------

    def comment(self, account: str, text: str) -> str:
        """Let somebody comment a publication of a Page or an Instagram account."""
        said = self.sandbox("/say", {"kind": "comment", "account": account, "text": text})
        assert said["status"] == OK, said
        return str(said["comment"])

    def replies(self, comment: str) -> list[str]:
        """Return what was publicly answered to a comment at Meta."""
        calls = self.calls("graph", operation="comment_reply")
        return [one["text"] for one in calls if comment in one["path"] and one["status"] == OK]

    def private_replies(self, comment: str) -> list[str]:
        """Return what was answered to a comment in its writer's direct messages."""
        calls = self.calls("graph", operation="send")
        to = {"comment_id": comment}
        return [one["text"] for one in calls if one["body"].get("recipient") == to]

    def tiktok_replies(self, comment: str) -> list[str]:
        """Return what was answered to a comment at TikTok."""
        rows = self.sandbox(f"/tiktok/comments?account={CANADA.username}")["comments"]
        return [row["text"] for row in rows if row["parent"] == comment]

    def tiktok_answers(self, person: str) -> list[str]:
        """Return what was answered to a person in TikTok's messages."""
        path = f"/tiktok/thread?account={CANADA.username}&person={person}"
        rows = self.sandbox(path)["messages"]
        return [row["text"] for row in rows if row["author"] != "person"]

    def youtube_replies(self, comment: str) -> list[str]:
        """Return what was answered to a comment at YouTube."""
        rows = self.sandbox("/youtube/comments")["comments"]
        return [row["text"] for row in rows if row["parent_id"] == comment]

    def inbound(self, kind: str) -> list[Row]:
        """Return what people wrote to the account of a kind, with what became of it."""
        return [row for row in self.said(kind) if row["direction"] == "inbound"]

    def said(self, kind: str) -> list[Row]:
        """Return all that was said through the account of a kind."""
        found = self.asked("GET", "/conversations?limit=100")["results"]
        threads = [one["id"] for one in found if one["account"]["kind"] == kind]
        paths = [f"/conversations/{uid}/messages?limit=100" for uid in threads]
        return [row for path in paths for row in self.asked("GET", path)["results"]]

    def how_it_stands(self) -> str:
        """Return every account, reading and message in short lines, for a failing test."""
        told = [f"{kind}: {state}" for kind, state in self.states().items()]
        readings = "SELECT stream, attempts, error_code, next_at, last_at FROM social_poll"
        told += [f"reading {row}" for row in self.rows(readings)]
        columns = ("direction", "status", "outcome", "reason", "text")
        for kind in self.accounts():
            told += [
                f"{kind} " + " ".join(str(row[one])[:60] for one in columns)
                for row in self.said(kind)
            ]
        return "\n".join(told)


def shops(stack: Stack) -> Iterator[Shop]:
    """Give a shop whose accounts are connected; they are free again afterwards."""
    for shop in driving(stack, Shop):
        shop.forget_knocks()
        shop.open()
        try:
            shop.connect_all()
            yield shop
        finally:
            shop.disconnect_all()
            # One person granted all of it: with their grant the demo's own tokens went too.
            shop.forget("/meta/revoke")


def told(shop: Shop, kind: str, state: str, seconds: float = LONG) -> None:
    """Wait until the account of a kind is said to be in `state`."""
    eventually(lambda: shop.states()[kind] == state, seconds, what=shop.how_it_stands)
