"""Sending: a receipt is a result, each listed refusal its behaviour, and silence proves nothing."""

import socket
import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from social.contracts import Credentials, OutboundMessage, SendResult
from social.errors import ProviderError
from social.refusals import Action, Rule
from tests.contracts.frame import Said, Subject, codes_of, subjects
from tests.standin import StandIn

BEHAVIOUR: dict[Action, dict[str, object]] = {
    Action.RETRY: {"retryable": True, "holds": "message"},
    Action.RESTART: {"retryable": True, "holds": "message"},
    Action.PAUSE_ACCOUNT: {"retryable": True, "holds": "account"},
    Action.PAUSE_PROVIDER: {"retryable": True, "holds": "provider"},
    Action.UNKNOWN: {"outcome_unknown": True},
    Action.REFUSE: {},
    Action.LACKS: {},
    Action.REFRESH: {"needs_refresh": True},
    Action.RECONNECT: {"needs_login": True},
}
QUIET: dict[str, object] = {
    "retryable": False,
    "holds": "message",
    "outcome_unknown": False,
    "needs_refresh": False,
    "needs_login": False,
}
RULES = [
    (name, code, rule)
    for name, subject in subjects().items()
    for rule in subject.provider.rules
    for code in codes_of(rule)
    if subject.refuse(code) is not None
]
SENDS = [
    (name, account, message)
    for name, subject in subjects().items()
    for account in subject.accounts
    for message in subject.messages
]


def named(rows: list[tuple[str, Credentials, OutboundMessage]]) -> list[str]:
    return [
        f"{name}-{account.kind}-{account.login}-{'private ' * message.private}{message.kind}{n}"
        for n, (name, account, message) in enumerate(rows)
    ]


def play(name: str, settings: Settings, service: StandIn, said: Said | None = None) -> Subject:
    subject = subjects()[name]
    subject.settle(settings, service.url)
    if said is not None:
        service.answer(said.status, said.body, **said.headers)
    return subject


def refused(subject: Subject, account: Credentials, message: OutboundMessage) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        subject.provider.send(account, message)
    return caught.value


@pytest.mark.parametrize(
    ("name", "code", "rule"), RULES, ids=[f"{name}-{code}" for name, code, _ in RULES]
)
def test_a_listed_refusal_has_its_behaviour(
    name: str, code: str, rule: Rule, settings: Settings, service: StandIn
) -> None:
    subject = subjects()[name]
    said = subject.refuse(code)
    assert said is not None
    play(name, settings, service, said)

    error = refused(subject, subject.accounts[0], subject.messages[0])

    expected = {**QUIET, **BEHAVIOUR[rule.action]}
    assert {key: getattr(error, key) for key in expected} == expected
    assert error.code == (rule.name or said.told or code)
    assert bool(error.lacks) is (rule.action is Action.LACKS)
    if expected["retryable"]:
        assert error.retry_after == rule.wait or (said.own_wait and error.retry_after)


@pytest.mark.parametrize(("name", "account", "message"), SENDS, ids=named(SENDS))
def test_what_was_taken_has_the_networks_name(
    name: str,
    account: Credentials,
    message: OutboundMessage,
    settings: Settings,
    service: StandIn,
) -> None:
    subject = play(name, settings, service, subjects()[name].receipt(message))

    result = subject.provider.send(account, message)

    assert isinstance(result, SendResult)
    assert 0 < len(result.external_id) <= 255
    told = " ".join(asked.path for asked in service.asked)
    assert account.token not in told
    assert message.text.split()[0] not in told


NO_RECEIPTS = [(200, b"ok"), (200, {}), (200, []), (200, b""), (502, b"<html>"), (500, b"")]


@pytest.mark.parametrize(("status", "body"), NO_RECEIPTS)
def test_an_answer_that_is_no_receipt_proves_nothing(
    subject: Subject, service: StandIn, status: int, body: object
) -> None:
    for message in subject.messages:
        service.answers.clear()
        service.answer(status, body)
        error = refused(subject, subject.accounts[0], message)

        assert (error.outcome_unknown, error.retryable) == (True, False), message


def test_a_connection_that_was_never_made_proves_that_nothing_left(
    subject: Subject, settings: Settings
) -> None:
    subject.settle(settings, "http://127.0.0.1:9")
    error = refused(subject, subject.accounts[0], subject.messages[0])

    assert (error.outcome_unknown, error.retryable) == (False, True)


def test_a_connection_that_was_cut_proves_nothing(
    subject: Subject, settings: Settings, cut: str
) -> None:
    subject.settle(settings, cut)
    error = refused(subject, subject.accounts[0], subject.messages[0])

    assert (error.outcome_unknown, error.retryable) == (True, False)


@pytest.fixture(scope="module")
def cut() -> Iterator[str]:
    """Return the address of a service that hears a request and hangs up."""
    server = socket.create_server(("127.0.0.1", 0))

    def hang_up() -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            caller.recv(65_536)
            caller.close()

    threading.Thread(target=hang_up, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    server.close()
