"""The way out: what a broken connection may mean."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from flowia.lib.http import UnreachableError, call
from tests.stack import free_port

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def forgetful() -> Iterator[str]:
    """Serve one answer per connection and promise to keep it open, then cut what comes next."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _address = server.accept()
                    connection.recv(65_536)
                    connection.sendall(ANSWER)
                    threading.Thread(target=cut, args=[connection], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        server.shutdown(socket.SHUT_RDWR)


def cut(connection: socket.socket) -> None:
    with connection:
        connection.recv(65_536)


def test_a_connection_that_the_other_side_has_forgotten_costs_no_call(forgetful: str) -> None:
    assert [call("POST", forgetful, json={}).status for _ in range(3)] == [200, 200, 200]


def test_a_call_that_never_connected_cannot_have_arrived() -> None:
    with pytest.raises(UnreachableError) as caught:
        call("POST", f"http://127.0.0.1:{free_port()}/", json={})

    assert caught.value.may_have_arrived is False
