"""From a tool's row to what its connector needs."""

from collections.abc import Callable, Sequence

from flowia.lib.crypto import CannotDecryptError
from integrations.contracts import Connection, ConnectorError, Rate
from integrations.models import Integration
from integrations.pacing import wait_turn


def connection_of(
    integration: Integration, *, before_call: Callable[[], None] | None = None
) -> Connection:
    """Return where and how to write; `before_call` is called when a call's turn has come.

    Raises ConnectorError when the secret cannot be read.
    """

    def wait(rates: Sequence[Rate]) -> None:
        wait_turn(rates)
        if before_call is not None:
            before_call()

    try:
        secrets = integration.credentials
    except CannotDecryptError as error:
        raise ConnectorError("cannot_decrypt", needs="needs_login") from error
    return Connection(secrets, integration.target, integration.field_map, wait)
