"""An invented network with every kind of login, over real HTTP, for tests that know no real one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from flowia.lib import http
from social.capabilities import Capabilities
from social.contracts import Credentials, Inspected, OutboundMessage, SendResult
from social.errors import ProviderError
from social.logins import Asked, Choice, Grant, Login, Scope, Tokens
from social.providers import registry
from social.providers.base import Provider
from tests.standin import StandIn, stand_in

READ = Scope("read", "to read what people write", needed=True)
WRITE = Scope("write", "to answer comments", unlocks=("comments",))
FIELDS = ["comments", "messages"]


class Glow:
    """The network's stand-in, and the provider that speaks to it."""

    def __init__(self, service: StandIn) -> None:
        self.service = service
        self.provider = self.with_login()

    def with_login(self, **changes: Any) -> Provider:
        values: dict[str, Any] = {
            "name": "front",
            "label": "Connect Glow",
            "kinds": ("glow",),
            "scopes": (READ, WRITE),
            "address": self.address,
            "exchange": self.exchange,
            "inspect": self.inspect,
            "subscribe": self.subscribe,
            "unsubscribe": lambda found: self._ask("unsubscribe", found),
            "revoke": lambda found: self._ask("revoke", found),
            "refresh": self.refresh,
            "refresh_ahead": timedelta(minutes=10),
        }
        return Provider(
            name="glow",
            label="Glow",
            capabilities={
                "glow": Capabilities(
                    text_limit=500,
                    comments=True,
                    comment_limit=100,
                    reply_window_hours=24,
                    automation_needs_consent=True,
                )
            },
            send=self._send,
            logins=(Login(**{**values, **changes}),),
        )

    def address(self, asked: Asked) -> str:
        query = {
            "state": asked.state,
            "code_challenge": asked.challenge,
            "redirect_uri": asked.redirect_uri,
            "again": int(asked.again),
        }
        return f"{self.service.url}/consent?{urlencode(query)}"

    def exchange(self, code: str, verifier: str, redirect_uri: str, now: datetime) -> Grant:
        said = self._call("token", {"code": code, "verifier": verifier, "to": redirect_uri})
        scopes = tuple(said["scopes"])
        choices = tuple(self._choice(one, said, now) for one in said["accounts"])
        return Grant(said.get("user", "u1"), scopes, choices)

    def _choice(self, one: Mapping[str, Any], said: Mapping[str, Any], now: datetime) -> Choice:
        return Choice(
            kind="glow",
            external_id=one["id"],
            name=one.get("name", one["id"]),
            tokens=self._tokens(said, now),
            problem=one.get("problem", ""),
            linked_external_id=one.get("linked", ""),
        )

    def refresh(self, credentials: Credentials, now: datetime) -> Tokens:
        return self._tokens(self._call("refresh", {"with": credentials.refresh_token}), now)

    def inspect(self, credentials: Credentials) -> Inspected:
        said = self._call("inspect", {"token": credentials.token})
        return Inspected(
            scopes=tuple(said["scopes"]), fields=tuple(said["fields"]), name=said.get("name", "")
        )

    def subscribe(self, credentials: Credentials) -> tuple[str, ...]:
        return tuple(self._call("subscribe", {"token": credentials.token})["fields"])

    def _ask(self, path: str, credentials: Credentials) -> None:
        self._call(path, {"token": credentials.token})

    def _send(self, _credentials: Credentials, _message: OutboundMessage) -> SendResult:
        return SendResult("sent")

    def _tokens(self, said: Mapping[str, Any], now: datetime) -> Tokens:
        ends = said.get("ends_in")
        return Tokens(
            access_token=said["access"],
            refresh_token=said.get("refresh", ""),
            expires_at=now + timedelta(seconds=ends) if ends else None,
        )

    def _call(self, path: str, body: dict[str, Any]) -> Any:
        try:
            answer = http.call("POST", f"{self.service.url}/{path}", json=body)
        except http.UnreachableError as error:
            raise ProviderError(
                "away",
                outcome_unknown=error.may_have_arrived,
                retryable=not error.may_have_arrived,
            ) from error
        if answer.status == 200:
            return answer.body
        raise ProviderError(**{"code": str(answer.status), **(answer.body or {})})

    def asked(self, path: str) -> list[Any]:
        return [one.body for one in self.service.asked if one.path == f"/{path}"]

    def grants(self, *names: str, scopes: tuple[str, ...] = ("read", "write"), **more: Any) -> None:
        """Answer the next code with accounts of these ids, and every call after it with fields."""
        accounts = [{"id": name, "name": f"Glow {name}"} for name in names]
        said = {"access": "a1", "refresh": "r1", "ends_in": 3600, "scopes": scopes}
        self.service.answers.clear()
        self.service.answer(200, {**said, "accounts": accounts, **more})
        self.service.answer(200, {"fields": FIELDS, "scopes": list(scopes)})


@contextmanager
def glow_at_work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Glow]:
    """Let the registry know Glow for a while: its folder and one line, nothing else."""
    with stand_in() as service:
        glow = Glow(service)
        install(monkeypatch, glow.provider)
        yield glow


def install(monkeypatch: pytest.MonkeyPatch, provider: Provider) -> None:
    monkeypatch.setitem(registry.PROVIDERS, provider.name, provider)
    for kind, can in provider.capabilities.items():
        monkeypatch.setitem(registry.CAPABILITIES, kind, can)
