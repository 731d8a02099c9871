"""Personal access tokens: what each may do, in which bases. The demo's come back at a restart."""

import secrets
import threading
from dataclasses import dataclass

from sandbox import demo

READ, WRITE = "data.records:read", "data.records:write"
SCHEMA_READ, SCHEMA_WRITE = "schema.bases:read", "schema.bases:write"
EMAIL = "user.email:read"
SCOPES = (READ, WRITE, SCHEMA_READ, SCHEMA_WRITE)
USER_ID = "usrSandboxCamille"


@dataclass(frozen=True)
class Token:
    """One token; without `bases` it opens every base. `short` names it in the meter."""

    value: str
    scopes: tuple[str, ...] = SCOPES
    bases: frozenset[str] | None = None

    @property
    def short(self) -> str:
        """The part before the dot, which is no secret."""
        return self.value.partition(".")[0]

    def opens(self, base_id: str) -> bool:
        """Tell whether the base was added to the token."""
        return self.bases is None or base_id in self.bases


_lock = threading.Lock()
_known: dict[str, Token] = {}


def restore() -> None:
    """Forget every token but the demo's, which live again."""
    with _lock:
        _known.clear()
        _known[demo.AIRTABLE_TOKEN] = Token(demo.AIRTABLE_TOKEN)


def make(scopes: tuple[str, ...], bases: frozenset[str] | None) -> Token:
    """Return a new token."""
    token = Token(f"pat{secrets.token_hex(7)}.{secrets.token_hex(32)}", scopes, bases)
    with _lock:
        _known[token.value] = token
    return token


def find(value: str) -> Token | None:
    """Return the token if it lives."""
    return _known.get(value)


def revoke(value: str) -> bool:
    """End a token; tell whether it lived."""
    with _lock:
        return _known.pop(value, None) is not None


def close(base_id: str, every: frozenset[str]) -> None:
    """Take a base away from every token; `every` names all bases that there are."""
    with _lock:
        for value, token in _known.items():
            left = (every if token.bases is None else token.bases) - {base_id}
            _known[value] = Token(value, token.scopes, left)


def reopen(base_id: str) -> None:
    """Give a base back to every token."""
    with _lock:
        for value, token in _known.items():
            if token.bases is not None:
                _known[value] = Token(value, token.scopes, token.bases | {base_id})


restore()
