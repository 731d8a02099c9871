"""Google's public keys, kept for as long as Google allows, and a day longer while it is down.

They change every few days. A token that names a key we do not have asks for the list again, but
once a minute at most: anybody may invent key names. After a failure Google is left alone for half
a minute, so that its silence costs one time-out and not one per request.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from accounts.google.errors import GoogleUnreachableError
from flowia.lib import http

log = structlog.get_logger("flowia.google")
ASK_AGAIN_SECONDS = 60
REST_SECONDS = 30
STALE_SECONDS = 86_400
MAX_AGE = re.compile(r"max-age=(\d{1,6})\b")
OK = 200


@dataclass(frozen=True)
class Keys:
    """The keys by their names; moments are seconds of the process's own clock."""

    named: Mapping[str, RSAPublicKey]
    asked_at: float
    fresh_until: float


_kept: dict[str, Keys] = {}
_rest_until: dict[str, float] = {}


def key_named(kid: str) -> RSAPublicKey | None:
    """Return Google's key of that name, None when it has none; raises GoogleUnreachableError."""
    url, now = settings.GOOGLE_CERTS_URL, time.monotonic()
    kept = _kept.get(url)
    if kept is None or now >= kept.fresh_until:
        kept = _renewed(url, now, kid)
    elif kid not in kept.named and now - kept.asked_at >= ASK_AGAIN_SECONDS:
        _kept[url] = replace(kept, asked_at=now)
        kept = _renewed(url, now, kid)
    return kept.named.get(kid)


def forget() -> None:
    """Forget every key, so that the next token asks Google."""
    _kept.clear()
    _rest_until.clear()


def _renewed(url: str, now: float, kid: str) -> Keys:
    """Ask Google; while it is down, the old keys do if `kid` is among them."""
    if now >= _rest_until.get(url, now):
        try:
            kept = _kept[url] = _fetched(url, now)
        except GoogleUnreachableError:
            _rest_until[url] = time.monotonic() + REST_SECONDS
        else:
            return kept
    old = _kept.get(url)
    if old is None or kid not in old.named or now >= old.fresh_until + STALE_SECONDS:
        raise GoogleUnreachableError
    return old


def _fetched(url: str, now: float) -> Keys:
    try:
        answer = http.call("GET", url, whom="google")
    except http.UnreachableError as error:
        log.warning("google unreachable", what="keys")
        raise GoogleUnreachableError from error
    listed = answer.body.get("keys") if isinstance(answer.body, dict) else None
    if answer.status != OK or not isinstance(listed, list):
        log.warning("google unreachable", what="keys", status=answer.status)
        raise GoogleUnreachableError
    age = MAX_AGE.search(answer.headers.get("Cache-Control", ""))
    return Keys(_read(listed), now, now + (int(age.group(1)) if age else ASK_AGAIN_SECONDS))


def _read(listed: list[Any]) -> dict[str, RSAPublicKey]:
    found: dict[str, RSAPublicKey] = {}
    for entry in listed:
        try:
            key = PyJWK(entry, algorithm="RS256").key
        except (PyJWTError, AttributeError, TypeError, ValueError):
            continue
        if isinstance(key, RSAPublicKey) and isinstance(entry.get("kid"), str):
            found[entry["kid"]] = key
    return found
