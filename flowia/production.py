"""What Flow IA must not start with, said in one message that names every setting at fault.

Only the standard library is used: the settings and the run command both ask before they go on.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from urllib.parse import urlsplit, urlunsplit

SHORTEST_SECRET, SHORTEST_SIGNING_KEY, ENCRYPTION_KEY_BYTES = 50, 32, 32
FEWEST_CHARACTERS, FEWEST_BYTES = 10, 8
PLACEHOLDERS = re.compile(
    r"change[-_ ]?(?:me|this|it)|placeholder|password|passwd|example|insecure|your[-_ ]"
    r"|(?:secret|signing)[-_ ]?key|to[-_ ]?be[-_ ]?(?:set|replaced)|changez",
    re.IGNORECASE,
)
"""Words of examples and templates; a random text of this length practically never holds one."""
HEADER = re.compile(r"[A-Za-z0-9-]*")
REQUIRED = ("SECRET_KEY", "JWT_SIGNING_KEY", "ENCRYPTION_KEY", "TRUSTED_PROXIES", "ALLOWED_HOSTS")
NO_PROXY = "none"


def refusal(told: Mapping[str, str], *, demo: bool = False) -> str:
    """Return why these settings must not be started with, for people; "" when they may.

    `told` holds what the environment and `.env` say, and nothing that was made by itself; no value
    is repeated. `demo` tells whether the demo's files or the environment switch it on.
    """
    production = is_production(told.get("PUBLIC_URL", ""))
    problems = [*_badly_formed(told)]
    if production:
        problems += _unsafe(told, demo=demo)
    if not problems:
        return ""
    where = "in production (PUBLIC_URL begins with https://)" if production else "with these"
    lines = "\n".join(f"  {problem}" for problem in problems)
    return f"Flow IA does not start {where}:\n{lines}\nSee .env.example and docs/security.md."


def public_url(text: str) -> str:
    """Return PUBLIC_URL as browsers write it: no blanks around it, scheme and host in lower case.

    A path, a query or a login in it stays for `refusal` to name; one `/` at its end goes.
    """
    scheme, mark, rest = text.strip().partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}{slash and f'/{path}'}".removesuffix("/")


def is_production(text: str) -> bool:
    """Return whether this PUBLIC_URL is one of production: https, however it is written."""
    return public_url(text).startswith("https://")


def verified(redis_url: str) -> str:
    """Return the address of Redis with the wish that a certificate be verified, where there is one.

    Celery's client verifies none unless it is told to; what the address says itself stays.
    """
    parts = urlsplit(redis_url)
    if parts.scheme != "rediss" or "ssl_cert_reqs=" in parts.query:
        return redis_url
    query = "&".join(filter(None, [parts.query, "ssl_cert_reqs=required"]))
    return urlunsplit(parts._replace(query=query))


def listed(text: str) -> list[str]:
    """Return the words of a comma-separated setting."""
    return [word.strip() for word in text.split(",") if word.strip()]


def proxies(words: list[str]) -> list[str]:
    """Return the networks that TRUSTED_PROXIES names; the word `none` names none."""
    return [] if words == [NO_PROXY] else words


def _badly_formed(told: Mapping[str, str]) -> Iterator[str]:
    address = told.get("PUBLIC_URL", "")
    if address and not _is_origin(public_url(address)):
        yield "PUBLIC_URL is https://host or http://host, without a path."
    signing = told.get("JWT_SIGNING_KEY", "")
    if signing and len(signing.encode()) < SHORTEST_SIGNING_KEY:
        yield f"JWT_SIGNING_KEY is shorter than {SHORTEST_SIGNING_KEY} bytes."
    keys = listed(told.get("ENCRYPTION_KEY", ""))
    if any(not _is_key(key) for key in keys):
        yield "ENCRYPTION_KEY: each key must be the base64 of exactly 32 bytes."
    if len(set(keys)) < len(keys):
        yield "ENCRYPTION_KEY names a key twice."
    if any(not _is_network(word) for word in proxies(listed(told.get("TRUSTED_PROXIES", "")))):
        yield "TRUSTED_PROXIES: give addresses or networks, or the word none."
    if not HEADER.fullmatch(told.get("CLIENT_ADDRESS_HEADER", "")):
        yield "CLIENT_ADDRESS_HEADER is the name of one header, like Fly-Client-IP."
    if any(not _is_origin(word) for word in listed(told.get("CORS_ALLOWED_ORIGINS", ""))):
        yield "CORS_ALLOWED_ORIGINS: each origin is https://host or http://host, without a path."
    if any(_is_everybody(word) for word in listed(told.get("TRUSTED_PROXIES", ""))):
        yield "TRUSTED_PROXIES: a network of /0 is everybody."


def _unsafe(told: Mapping[str, str], *, demo: bool) -> Iterator[str]:
    for name in REQUIRED:
        if not told.get(name):
            yield f"{name} is missing from the environment and .env."
    yield from _too_easy(told)
    hosts = listed(told.get("ALLOWED_HOSTS", ""))
    if "*" in hosts:
        yield "ALLOWED_HOSTS must not be *."
    elif hosts and not _covers(hosts, _host(told["PUBLIC_URL"])):
        yield "ALLOWED_HOSTS does not name the host of PUBLIC_URL."
    if any(_scheme(word) == "http" for word in listed(told.get("CORS_ALLOWED_ORIGINS", ""))):
        yield "CORS_ALLOWED_ORIGINS: origins begin with https://."
    if told.get("OPERATOR_SECOND_FACTOR", "").strip().lower() in {"0", "false", "no", "off"}:
        yield "OPERATOR_SECOND_FACTOR cannot be switched off: remove it."
    if demo:
        yield "FLOWIA_DEMO is on, in the environment or in var/demo.env: remove it."


def _too_easy(told: Mapping[str, str]) -> Iterator[str]:
    secret = told.get("SECRET_KEY", "")
    if secret and _is_weak(secret, SHORTEST_SECRET):
        yield f"SECRET_KEY is too easy: {SHORTEST_SECRET} random characters at least."
    signing = told.get("JWT_SIGNING_KEY", "")
    if signing and _is_weak(signing, SHORTEST_SIGNING_KEY):
        yield f"JWT_SIGNING_KEY is too easy: {SHORTEST_SIGNING_KEY} random characters at least."
    if any(_is_weak_key(key) for key in listed(told.get("ENCRYPTION_KEY", ""))):
        yield "ENCRYPTION_KEY holds a key that is not random: `manage.py make_key` prints one."
    if secret and secret == told.get("JWT_SIGNING_KEY"):
        yield "JWT_SIGNING_KEY is the same as SECRET_KEY."


def _is_weak(secret: str, shortest: int) -> bool:
    short = len(secret) < shortest or len(set(secret)) < FEWEST_CHARACTERS
    return short or _repeats(secret.encode()) or bool(PLACEHOLDERS.search(secret))


def _is_weak_key(text: str) -> bool:
    raw = base64.b64decode(text, validate=True) if _is_key(text) else b""
    return bool(raw) and (len(set(raw)) < FEWEST_BYTES or _repeats(raw))


def _repeats(raw: bytes) -> bool:
    """Return whether a shorter text, said again and again, gives this one."""
    return any(
        (raw[:length] * len(raw))[: len(raw)] == raw for length in range(1, len(raw) // 2 + 1)
    )


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == ENCRYPTION_KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _is_network(text: str) -> bool:
    try:
        return bool(ip_network(text, strict=False))
    except ValueError:
        return False


def _is_everybody(text: str) -> bool:
    return _is_network(text) and ip_network(text, strict=False).prefixlen == 0


def _host(address: str) -> str:
    return urlsplit(public_url(address)).hostname or ""


def _scheme(address: str) -> str:
    return address.partition(":")[0].lower()


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = f"{parts.scheme}://{parts.netloc}" == text and "@" not in parts.netloc
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _covers(hosts: list[str], host: str) -> bool:
    return any(
        host == name.lower() or (name.startswith(".") and f".{host}".endswith(name.lower()))
        for name in hosts
    )
