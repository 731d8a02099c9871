"""Sessions in the database, found by a keyed hash: a copy of the table opens none of them.

Django's own backend keeps the very value that browsers send as their cookie. The hash is keyed with
SECRET_KEY, which signs the rows' contents too. Requests are handled by threads here: the
asynchronous methods of the backend are not provided.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django.contrib.sessions.base_session import AbstractBaseSession

SALT = "flowia.sessions"
LENGTH = 40
"""The column's: 160 bits in hex."""


def stored(session_key: str) -> str:
    """Return what stands for a session's key in the table."""
    return salted_hmac(SALT, session_key, algorithm="sha256").hexdigest()[:LENGTH]


class SessionStore(DatabaseStore):
    """Django's sessions in the database, under hashes of their keys."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; an unknown key is forgotten."""
        rows = self.model.objects.filter(expire_date__gt=timezone.now())
        row = rows.filter(session_key=stored(self.session_key or "")).first()
        if row is None:
            self._session_key = None
            return {}
        found: dict[str, Any] = self.decode(row.session_data)
        return found

    def exists(self, session_key: str) -> bool:
        """Return whether there is such a session."""
        return bool(self.model.objects.filter(session_key=stored(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> "AbstractBaseSession":
        """Return the row to be saved."""
        row = super().create_model_instance(data)
        row.session_key = stored(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Delete a session, this one when none is named."""
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=stored(key)).delete()
