"""Ids in order, wake-ups that never wait, HTTP that knows what may have arrived."""

import socket
import threading
import time
from uuid import RFC_4122

import pytest
from pytest_django import Settings

from flowia.celery import TRANSPORT_OPTIONS, app
from flowia.lib import wake as waking
from flowia.lib.http import UnreachableError, call
from flowia.lib.ids import uuid7
from processing.tasks import receive
from tests.standin import stand_in


def test_ids_are_version_7_and_ordered() -> None:
    first = uuid7()
    time.sleep(0.002)
    second = uuid7()

    assert (first.version, first.variant) == (7, RFC_4122)
    assert first < second


def test_every_celery_setting_is_one_that_celery_knows() -> None:
    from celery.app.defaults import SETTING_KEYS  # noqa: PLC0415 - a list of names, tests only
    from kombu.transport.redis import Channel  # noqa: PLC0415

    # Read by Celery's support of Django, which has no list (celery/fixups/django.py).
    of_django = {"CELERY_DB_REUSE_MAX"}
    ours = set(app.conf.changes or ()) - {"deprecated_settings"} - of_django
    # Read by kombu's Connection, not by the channel.
    known = {*Channel.from_transport_options, "max_retries"}
    assert {"task_acks_late", "worker_disable_prefetch"} <= ours <= set(SETTING_KEYS or ())
    assert set(TRANSPORT_OPTIONS) <= known


@pytest.fixture
def silent_port() -> int:
    """A port on which nobody ever answers."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    return int(server.getsockname()[1])


def test_a_wake_up_without_a_broker_does_not_wait(
    silent_port: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "_rest_until", 0.0)
    started = time.monotonic()
    woken = [waking.wake(receive, 1) for _ in range(20)]

    assert not any(woken)
    assert time.monotonic() - started < 2


def test_a_refused_connection_proves_that_nothing_arrived(silent_port: int) -> None:
    with pytest.raises(UnreachableError) as caught:
        call("POST", f"http://127.0.0.1:{silent_port}/", json={})

    assert not caught.value.may_have_arrived


def test_a_cut_answer_proves_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(65536)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(UnreachableError) as caught:
            call("POST", f"http://127.0.0.1:{server.getsockname()[1]}/", json={})
        thread.join()

    assert caught.value.may_have_arrived


def test_redirects_are_not_followed() -> None:
    with stand_in() as service:
        service.answer(302, {}, Location="http://127.0.0.1:1/")

        assert call("GET", service.url).status == 302
