"""The one home of sealed columns: what they are bound to, and which tables have one."""

import json
from typing import Any, ClassVar

from django.apps import apps
from django.db import models

from flowia.lib.crypto import decrypt, encrypt
from flowia.lib.rows import Row


class Sealed(Row):
    """A row with one encrypted column, bound to this row of this table.

    `sealed_in` names the column. `sealed_as` names table and field in the ciphertext's context; it
    is part of every ciphertext that is already stored, so it never changes and is nobody else's.
    """

    sealed_as: ClassVar[str]
    sealed_in: ClassVar[str] = "sealed"

    class Meta:
        abstract = True

    @property
    def ciphertext(self) -> str:
        """What stands in the sealed column; empty where there is no secret."""
        return str(getattr(self, self.sealed_in))

    @property
    def sealed_context(self) -> str:
        """What the ciphertext is bound to: `table.field:uid`."""
        return f"{self.sealed_as}:{self.uid}"

    def opened(self) -> str:
        """Return the secret, decrypted; raises CannotDecryptError."""
        return decrypt(self.ciphertext, context=self.sealed_context)

    def close(self, plaintext: str) -> None:
        """Encrypt `plaintext` into the row, bound to it; the caller saves."""
        setattr(self, self.sealed_in, encrypt(plaintext, context=self.sealed_context))


class SealedRow(Sealed):
    """A row with the credentials of an outside service."""

    sealed_in = "sealed_credentials"
    sealed_credentials = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def credentials(self) -> dict[str, Any]:
        """The row's secrets, decrypted; empty where there are none; raises CannotDecryptError."""
        if not self.sealed_credentials:
            return {}
        plain: dict[str, Any] = json.loads(self.opened())
        return plain

    def seal(self, credentials: dict[str, Any]) -> None:
        """Encrypt `credentials` into the row, bound to it; the caller saves."""
        self.close(json.dumps(credentials))


def sealed_models() -> list[type[Sealed]]:
    """Return every model of the product that a change of the key has to walk."""
    return [model for model in apps.get_models() if issubclass(model, Sealed)]
