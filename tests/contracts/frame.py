"""What the shared suite must be told of a network, and who has told it."""

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pytest_django import Settings

from social.contracts import Credentials, OutboundMessage
from social.providers.base import Provider
from social.providers.registry import PROVIDERS
from social.refusals import Rule
from social.streams import Cursor

INVENTED = "pigeon"
FIXTURES = Path(__file__).parent.parent / "fixtures"


@dataclass(frozen=True)
class Said:
    """An answer of the network; `told` is the error's code where it is not the rule's.

    `own_wait`: the answer itself tells how long to wait.
    """

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    told: str = ""
    own_wait: bool = False


@dataclass(frozen=True)
class Subject:
    """How the suite plays one network.

    - `settle(settings, url)`: lets every address of the provider lead to `url`, with secrets.
    - `accounts`: credentials, one for each kind; `messages`: what each of them can send.
    - `receipt(message)`: the answer to a send that was taken.
    - `refuse(code)`: how the network says an error's code when asked to send; None for a code that
      sends never meet.
    - `signed(body)`: the headers of a signed webhook; `accounts_in(document)`: the ids of
      the accounts that its envelope names. A network without webhooks leaves both out.
    - `cursors`: where a stream is read from that asks for nothing at its beginning.
    """

    provider: Provider
    settle: Callable[[Settings, str], None]
    accounts: tuple[Credentials, ...]
    messages: tuple[OutboundMessage, ...]
    receipt: Callable[[OutboundMessage], Said]
    refuse: Callable[[str], Said | None]
    signed: Callable[[bytes], dict[str, str]] | None = None
    accounts_in: Callable[[Any], set[str]] | None = None
    cursors: Mapping[str, Cursor] = field(default_factory=dict)


@cache
def subjects() -> dict[str, Subject]:
    """Every network that has told the suite how to play it, by name; an invented one as well."""
    found = {}
    for name in (*PROVIDERS, INVENTED):
        try:
            module = importlib.import_module(f"tests.contracts.{name}")
        except ModuleNotFoundError:
            continue
        found[name] = module.SUBJECT
    return found


def samples(name: str) -> list[Any]:
    """The documents of a network's fixtures, in the order of their files."""
    files = sorted((FIXTURES / name).glob("*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]


def page_of(account: Credentials, stream: str, items: list[Any]) -> bytes:
    """A page of polling as it is stored."""
    named = {"kind": account.kind, "external_id": account.account_external_id}
    return json.dumps({"account": named, "stream": stream, "items": items}).encode()


def codes_of(rule: Rule) -> list[str]:
    """The codes of a rule one by one; of a range its two ends."""
    ends = [code.partition("-") for code in rule.codes]
    return [
        one
        for first, dash, last in ends
        for one in ([first, last] if dash and first.isdigit() else [first + dash + last])
    ]
