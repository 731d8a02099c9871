"""What goes on while a version is replaced: people who write, a member who looks, a program."""

import http.client
import json
import random
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

from sandbox import demo
from tests.journeys.envelopes import envelope, message, new_contact, signed

WEBHOOK = "/social-accounts/meta/webhook"
PAGES = ("/inbox", "/inbox/leads", "/inbox/figures", "/inbox/drafts", "/scenarios", "/tasks")
CALLS = ("/conversations?limit=20", "/leads?limit=20", "/interactions?limit=20", "/analytics")
QUESTIONS = ("Bonjour, combien coûte la lampe Aube ?", "Bonjour, c'est combien la tasse Galet ?")
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
PATIENCE = 60
OK, FOUND, UNAUTHORIZED, BROKEN = 200, 302, 401, 500


@dataclass(frozen=True)
class Answer:
    """What one call was answered (0: nothing), after how many seconds, when, and while what."""

    path: str
    status: int
    seconds: float
    phase: str
    detail: str = ""


@dataclass
class Fronts:
    """The web processes to which the proxy sends calls just now."""

    ports: list[int] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Call one of them; a new connection each time, as of many strangers."""
        port = random.choice(self.ports)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            self.cookies = response.headers.get_all("Set-Cookie") or []
            return response.status, response.read()
        finally:
            connection.close()


@dataclass
class Member:
    """A browser in which the demo's owner is signed in."""

    fronts: Fronts
    cookies: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> None:
        """Sign in by the form."""
        _, page = self.get("/login")
        found = TOKEN.search(page)
        assert found, page
        form = {
            "username": demo.OWNER_EMAIL,
            "password": demo.MEMBERS_PASSWORD,
            "csrfmiddlewaretoken": found[1].decode(),
        }
        status, told = self.ask("POST", "/login", urlencode(form).encode())
        assert status == FOUND, (status, told)

    def get(self, path: str) -> tuple[int, bytes]:
        """Look at a page."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Call with the cookies so far, and keep what comes back."""
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        fronts = Fronts(self.fronts.ports)
        kind = "application/x-www-form-urlencoded"
        answer = fronts.ask(method, path, body, Cookie=sent, Content_Type=kind)
        for cookie in fronts.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


@dataclass
class Program:
    """A program that uses the API with the owner's token."""

    fronts: Fronts
    token: str = ""

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask the API."""
        if not self.token:
            said = {"email": demo.OWNER_EMAIL, "password": demo.MEMBERS_PASSWORD}
            body, kind = json.dumps(said).encode(), "application/json"
            status, told = Fronts(self.fronts.ports).ask(
                "POST", "/auth/login", body, Content_Type=kind
            )
            if status != OK:
                return status, told
            self.token = json.loads(told)["access"]
        return Fronts(self.fronts.ports).ask("GET", path, Authorization=f"Bearer {self.token}")


@dataclass
class Traffic:
    """Webhooks at a steady `rate` a second, each of another person, and two who look around."""

    fronts: Fronts
    rate: float
    phase: str = "before"
    contacts: list[str] = field(default_factory=list)
    webhooks: list[Answer] = field(default_factory=list)
    looks: list[Answer] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Begin."""
        self._over = threading.Event()
        member, program = Member(self.fronts), Program(self.fronts)
        member.sign_in()
        rounds = ((PAGES, member.get), (CALLS, program.get))
        self._threads = [threading.Thread(target=self._write)]
        self._threads += [threading.Thread(target=self._look, args=one) for one in rounds]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Send nothing more, and wait for what is on its way."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        began, number = time.monotonic(), 0
        with ThreadPoolExecutor(32) as senders:
            while not self._over.is_set():
                contact = new_contact()
                self.contacts.append(contact)
                said = QUESTIONS[number % len(QUESTIONS)]
                senders.submit(self._post, envelope(message(contact, said)))
                number += 1
                self._over.wait(max(0.0, began + number / self.rate - time.monotonic()))

    def _post(self, body: bytes) -> None:
        headers = {name.replace("-", "_"): value for name, value in signed(body).items()}
        fronts = Fronts(self.fronts.ports)
        self._note(self.webhooks, WEBHOOK, lambda: fronts.ask("POST", WEBHOOK, body, **headers))

    def _look(self, paths: tuple[str, ...], get: Callable[[str], tuple[int, bytes]]) -> None:
        number = 0
        while not self._over.wait(0.4):
            path = paths[number % len(paths)]
            number += 1
            self._note(self.looks, path, lambda path=path: get(path))  # type: ignore[misc]

    def _note(self, kept: list[Answer], path: str, call: Callable[[], tuple[int, bytes]]) -> None:
        phase, began = self.phase, time.monotonic()
        try:
            status, told = call()
        except (OSError, http.client.HTTPException) as error:
            status, told = 0, repr(error).encode()
        detail = "" if status == OK else told.decode(errors="replace")[:300]
        kept.append(Answer(path, status, time.monotonic() - began, phase, detail))
