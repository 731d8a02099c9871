"""Pigeons in one value: signed letters arrive, letters of 140 characters leave."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flowia.lib.errors import InvalidPayloadError
from flowia.lib.http import UnreachableError, call
from social.capabilities import Capabilities
from social.contracts import (
    Credentials,
    Event,
    Ignored,
    InboundMessage,
    OutboundMessage,
    SendResult,
)
from social.errors import ProviderError
from social.providers.base import Provider, Receiving
from social.refusals import Action, Rule, error_for, rule_for

SECRET = b"roucoule"
LOFT = {"url": ""}
"""Where the pigeons live."""
RULES = (
    Rule(("storm",), "no pigeon flies", Action.PAUSE_PROVIDER, "The Loft's almanac", wait=600),
    Rule(("moulting",), "this pigeon rests", Action.PAUSE_ACCOUNT, "The Loft's almanac", wait=60),
    Rule(("hawk",), "it left, nobody saw it land", Action.UNKNOWN, "The Loft's almanac"),
    Rule(("ring",), "the ring is not ours", Action.RECONNECT, "The Loft's almanac"),
    Rule(("roof",), "no such roof", Action.REFUSE, "The Loft's almanac", name="no_such_person"),
)


def verify(headers: Mapping[str, str], body: bytes) -> bool:
    """Check the seal over the raw bytes."""
    good = hmac.new(SECRET, body, "sha256").hexdigest()
    return hmac.compare_digest(headers.get("X-Seal", "").encode(), good.encode())


def parse(body: bytes) -> list[Event]:
    """Return the letter of one pigeon; raises InvalidPayloadError."""
    try:
        letter = json.loads(body)
        loft, words = letter["loft"], letter["letters"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidPayloadError from error
    if not _is_name(loft) or not isinstance(words, list):
        raise InvalidPayloadError
    return [_letter(loft, one) for one in words]


def _letter(loft: str, one: Any) -> Event:
    try:
        names = (one["from"], one["ring"])
        sent_at = datetime.fromtimestamp(int(one["at"]), tz=UTC)
        text = one["text"].replace("\x00", "").encode("utf-8", "replace").decode()
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return Ignored("malformed")
    if not all(map(_is_name, names)):
        return Ignored("malformed")
    return InboundMessage("pigeon", loft, names[0], names[1], text, sent_at)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isalnum() and len(value) < 100


def send(credentials: Credentials, message: OutboundMessage) -> SendResult:
    """Let one pigeon fly; raises ProviderError."""
    letter = {"to": message.contact_external_id, "text": message.text}
    try:
        answer = call("POST", f"{LOFT['url']}/fly", token=credentials.token, json=letter)
    except UnreachableError as error:
        raise ProviderError(
            "unreachable",
            retryable=not error.may_have_arrived,
            outcome_unknown=error.may_have_arrived,
        ) from error
    said = answer.body if isinstance(answer.body, dict) else {}
    if isinstance(said.get("ring"), str) and said["ring"]:
        return SendResult(said["ring"])
    code = str(said.get("why") or "")
    rule = rule_for(RULES, code)
    raise error_for(rule, code) if rule else ProviderError("odd", outcome_unknown=True)


PIGEON = Provider(
    name="pigeon",
    label="Pigeons",
    capabilities={"pigeon": Capabilities(text_limit=140)},
    send=send,
    rules=RULES,
    receiving=Receiving(verify=verify, parse=parse, challenge=lambda _query: None),
)
