"""The last line of defence of logs and error reports: what looks like a secret becomes "…".

Code must not log secrets, people's addresses or their words in the first place; this catches what
third-party code does, and what somebody forgot.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

GONE = "…"
SHORTEST_SECRET = 8
SECRET_SETTINGS = re.compile(r"(SECRET|TOKEN|PASSWORD|_KEYS?|_DSN)$|^SECRET_KEY$")
SECRET_KEYS = re.compile(
    r"token|secret|passw|authorization|cookie|e?mail|phone|credential|api_?key|signing_key"
    r"|(?:^|_)(?:text|body|words|snippet)$",
    re.IGNORECASE,
)
# What stands before the @ has 64 characters at most (RFC 5321, section 4.5.3.1.1); without the
# bound, a long word costs the square of its length.
EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
IN_ADDRESS = re.compile(r"://[^\s/@]*@")
PHONE = re.compile(
    r"(?<![\w.+-])(?:\+\d|00[1-9])[\d .()/-]{6,18}\d(?![\w])"
    r"|(?<![\w.+-])0[1-9](?:[ .-]?\d{2}){4}(?![\w-])"
)
BEARER = re.compile(r"\b(bearer|basic)(\s+)[\w.~+/=-]{6,}", re.IGNORECASE)
JWT = re.compile(r"eyJ[\w-]{4,}\.[\w-]*(?:\.[\w-]*)*")
NAMED = re.compile(
    r"((?:token|secret|password|api_?key|client_secret|cookie|authorization)[\"']?\s*[=:]\s*[\"']?)"
    r"(?!bearer\b|basic\b)[^\s\"'&,;)}\]]+",
    re.IGNORECASE,
)
SHAPED = re.compile(
    r"\b(?:sk|rk|pk|whsec|ntn|secret|ya29|xox[a-z])[-_.][\w-]{10,}|\bEAA[A-Za-z0-9]{16,}"
)
TELLING = (
    *("token", "secret", "passw", "key", "cookie", "authorization", "bearer", "basic", "eyj"),
    *("sk-", "sk_", "sk.", "rk_", "rk-", "pk_", "pk-", "whsec", "ntn_", "ya29", "xox", "eaa"),
)
"""One of these, in lower case, stands in everything that the slower patterns look for."""
DIGITS = re.compile(r"\d[\d .()/-]{7,}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
NUMBERS = (int, float, bool, type(None))
# What these say is about machines, not about data; every other message may repeat its input.
SPEAKING = {
    "AttributeError",
    "BrokenPipeError",
    "CannotDecryptError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "FileNotFoundError",
    "ImportError",
    "ImproperlyConfigured",
    "InterfaceError",
    "ModuleNotFoundError",
    "NameError",
    "OSError",
    "OperationalError",
    "PermissionError",
    "SoftTimeLimitExceeded",
    "TimeoutError",
}


def redacted(value: Any, key: str = "") -> Any:
    """Return `value` without what looks like a secret; `key` is the name it stands under.

    Strings, lists and dicts are looked into; numbers stay, but for those of phones.
    """
    if isinstance(value, NUMBERS) and "phone" not in key:
        return value
    if key and _is_secret(key):
        return GONE
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, dict):
        return {name: redacted(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(item) for item in value]
    return value if isinstance(value, NUMBERS) else redacted_text(str(value))


def redacted_text(text: str) -> str:
    """Return a text without our own secrets, e-mail addresses, phone numbers and tokens."""
    for secret in own_secrets():
        if secret in text:
            text = text.replace(secret, GONE)
    if "@" in text:
        text = EMAIL.sub(GONE, IN_ADDRESS.sub(f"://{GONE}@", text))
    lower = text.lower()
    if any(word in lower for word in TELLING):
        text = NAMED.sub(rf"\g<1>{GONE}", JWT.sub(GONE, BEARER.sub(rf"\1\2{GONE}", text)))
        text = SHAPED.sub(GONE, text)
    telling, links = link_addresses()
    if any(word in lower for word in telling):
        text = links.sub(rf"\1{GONE}", text)
    return PHONE.sub(GONE, text) if DIGITS.search(text) else text


def one_line(value: Any) -> Any:
    """Return a string with its control characters escaped, and anything else as it is."""
    if isinstance(value, str) and not value.isprintable():
        return CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", value)
    return value


def exception_message(name: str, message: str) -> str:
    """Return what may be told of an exception's message: most repeat what they were given."""
    return redacted_text(message) if name in SPEAKING else GONE


@cache
def link_addresses() -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Return how to find the tokens that stand in addresses, after one of TOKEN_ADDRESSES.

    First the words, in lower case, of which one stands in every such address. Addresses come with
    or without their host, and percent-encoded. `/confirm` takes its token in the body.
    """
    slash = "(?:/|%2F)"
    names = [slash.join(map(re.escape, name.split("/"))) for name in settings.TOKEN_ADDRESSES]
    own = rf"(?!confirm{slash}?(?:[\"'\s<>?]|$))"
    pattern = rf"({slash}(?:{'|'.join(names)}){slash}){own}[^\"'\s<>]+"
    telling = tuple(name.rpartition("/")[2].lower() for name in settings.TOKEN_ADDRESSES)
    return telling, re.compile(pattern, re.IGNORECASE)


@cache
def own_secrets() -> tuple[str, ...]:
    """Return the secrets among this process's settings, the longest first."""
    found = {
        secret
        for name in dir(settings)
        if SECRET_SETTINGS.search(name)
        for secret in _strings(getattr(settings, name))
    }
    for url in (settings.REDIS_URL, getattr(settings, "SENTRY_DSN", "")):
        found.add(urlsplit(url).password or "")
    found.add(str(settings.DATABASES["default"].get("PASSWORD") or ""))
    return tuple(sorted((one for one in found if len(one) >= SHORTEST_SECRET), key=len)[::-1])


@lru_cache(1024)
def _is_secret(key: str) -> bool:
    return bool(SECRET_KEYS.search(key))


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
