"""Reading and connecting: whatever a network answers, only ProviderError comes of it."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from social.contracts import Credentials, Found, Sought
from social.errors import ProviderError
from social.logins import Login
from tests.contracts.frame import Subject
from tests.standin import StandIn

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ODD: list[tuple[int, Any]] = [
    (200, b"ok"),
    (200, b""),
    (200, {}),
    (200, []),
    (200, "texte"),
    (200, {"data": None, "items": None, "error": None, "code": None}),
    (200, {"data": [None, 3, {}, []], "items": [None, 3, {}, []], "code": 0}),
    (200, {"data": {"a": []}, "items": {}, "code": "0", "access_token": 3}),
    (404, b"<html>"),
    (500, b""),
    (503, {"error": "texte"}),
    (400, {"error": {"code": [], "errors": [None], "message": None}, "code": {}}),
]
Call = Callable[[Credentials], object]


def calls(subject: Subject) -> list[tuple[str, Credentials, Call]]:
    """Everything but sending that a provider asks its network."""
    provider = subject.provider
    found: list[tuple[str, Credentials, Call]] = []
    for account in subject.accounts:
        if provider.look_up is not None:
            sought = [Sought(message, NOW) for message in subject.messages]
            found.extend(("look_up", account, then(provider.look_up, one)) for one in sought)
        if provider.profile is not None:
            found.append(("profile", account, then(provider.profile, "7", "direct")))
        streams = [one for one in provider.streams if account.kind in one.kinds]
        reads = [then(one.read, subject.cursors.get(one.name, {})) for one in streams]
        found.extend(("read", account, read) for read in reads)
        if provider.session is not None:
            found.append(("visit", account, provider.session.visit))
        for login in provider.logins:
            if account.kind in login.kinds and account.login == login.name:
                found.extend((name, account, call) for name, call in of_login(login))
    return found


def of_login(login: Login) -> list[tuple[str, Call]]:
    """What one way of connecting asks its network."""
    deeds = (login.subscribe, login.unsubscribe, login.revoke)
    found: list[tuple[str, Call]] = [("inspect", login.inspect)]
    found.extend((deed.__name__, deed) for deed in deeds if deed is not None)
    if login.refresh is not None:
        found.append(("refresh", then(login.refresh, NOW)))
    found.append(("exchange", lambda _who: login.exchange("code", "v", "https://r", NOW)))
    return found


def then(call: Callable[..., object], *more: object) -> Call:
    """The same call, of which only the account is open."""
    return lambda who: call(who, *more)


@pytest.mark.parametrize(("status", "body"), ODD, ids=range(len(ODD)))
def test_an_odd_answer_is_told_as_one(
    subject: Subject, service: StandIn, status: int, body: object
) -> None:
    service.answer(status, body)
    for name, account, call in calls(subject):
        with contextlib.suppress(ProviderError):
            answer = call(account)
            assert not isinstance(answer, Found) or not answer.complete, name
            assert status == 200 or name == "profile", name


def test_reading_never_leaves_an_unknown_outcome(subject: Subject, settings: Settings) -> None:
    subject.settle(settings, "http://127.0.0.1:9")
    for name, account, call in calls(subject):
        if name in {"look_up", "profile", "read", "visit", "inspect"}:
            with pytest.raises(ProviderError) as caught:
                call(account)
            assert (caught.value.outcome_unknown, caught.value.retryable) == (False, True), name


def test_no_token_is_written_into_an_address_that_is_read_with_it(
    subject: Subject, service: StandIn
) -> None:
    service.answer(200, {"data": [], "items": []})
    for name, account, call in calls(subject):
        if name not in {"look_up", "profile", "read", "visit"}:
            continue
        service.asked.clear()
        with contextlib.suppress(ProviderError):
            call(account)
        assert service.asked, name
        assert not [one for one in service.asked if account.token in one.path], name
