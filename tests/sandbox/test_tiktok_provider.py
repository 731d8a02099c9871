"""Our TikTok against its stand-in: what the one announces and answers, the other understands."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib import clock
from sandbox import demo
from sandbox.tiktok.people import CANADA, FRANCE, PERSONAL
from social.contracts import (
    Credentials,
    Echo,
    Event,
    Found,
    InboundMessage,
    OutboundMessage,
    PollWanted,
    Profile,
    Revocation,
    Sought,
)
from social.errors import ProviderError
from social.logins import Grant
from social.providers.tiktok.hooks import registered
from social.providers.tiktok.oauth import LOGIN
from social.providers.tiktok.polling import STREAMS
from social.providers.tiktok.profiles import profile
from social.providers.tiktok.provider import TIKTOK
from social.providers.tiktok.webhook import parse, verify
from tests.sandbox.conftest import Sandbox
from tests.sandbox.test_tiktok import allow
from tests.sandbox.tiktok import LINA, VIDEO, ZOE, Connected

COMMENTS, CONVERSATIONS = (stream.read for stream in STREAMS)


@pytest.fixture
def tiktok(sandbox: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Connected:
    settings.TIKTOK_API_URL = f"{sandbox.url}/tiktok/open_api/v1.3"
    settings.TIKTOK_APP_ID = demo.TIKTOK_APP_ID
    settings.TIKTOK_APP_SECRET = demo.TIKTOK_APP_SECRET
    settings.PUBLIC_URL = sandbox.product.url
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC))
    return Connected(sandbox)


def we(tiktok: Connected) -> Credentials:
    token, refresh = tiktok.token, tiktok.pair["refresh_token"]
    return Credentials(tiktok.open_id, "tiktok", token, "tiktok", refresh)


def heard(tiktok: Connected, number: int = 1) -> list[Event]:
    """Return what the posted events say; each is signed."""
    posts = tiktok.sandbox.wait_for_posts(number)[:number]
    assert all(verify(headers, body) for body, headers in posts)
    return [event for body, _ in posts for event in parse(body)]


def turn(read: Any, who: Credentials, cursor: Any) -> tuple[list[Any], Any]:
    items: list[Any] = []
    while True:
        page = read(who, cursor)
        items, cursor = [*items, *page.items], page.cursor
        if not page.more:
            return items, cursor


def connect(sandbox: Sandbox, account: str, *refused: str) -> Grant:
    code = allow(sandbox, account, *refused)["code"]
    back = f"{sandbox.product.url}/social-accounts/tiktok/callback/"
    return LOGIN.exchange(code, "", back, datetime.now(UTC))


def test_a_message_is_answered_and_found_again(tiktok: Connected) -> None:
    tiktok.do("say", text="Bonjour, c’est encore dispo ?", person=ZOE)
    (asked,) = heard(tiktok)
    assert isinstance(asked, InboundMessage)
    answer = OutboundMessage(
        asked.contact_external_id,
        "Bonjour ! Oui, en stock.",
        "r1",
        conversation_external_id=asked.thread_external_id,
    )
    before = datetime.now(UTC)

    sent = TIKTOK.send(we(tiktok), answer)

    assert TIKTOK.look_up
    assert TIKTOK.look_up(we(tiktok), Sought(answer, before)) == Found(sent.external_id, True)
    echo = heard(tiktok, 2)[1]
    assert isinstance(echo, Echo)
    assert (echo.external_id, echo.ours) == (sent.external_id, True)
    assert echo.thread_external_id == asked.thread_external_id


def test_a_comment_is_answered_and_found_again(tiktok: Connected) -> None:
    tiktok.do("say", text="Dispo en 42 ?", video=VIDEO)
    (asked,) = heard(tiktok)
    assert isinstance(asked, InboundMessage)
    answer = OutboundMessage(
        asked.contact_external_id,
        "Oui, du 36 au 44 !",
        "r1",
        kind="comment",
        comment_external_id=asked.external_id,
        post_external_id=asked.post_external_id,
    )
    before = datetime.now(UTC)

    sent = TIKTOK.send(we(tiktok), answer)

    assert TIKTOK.look_up
    assert TIKTOK.look_up(we(tiktok), Sought(answer, before)) == Found(sent.external_id, True)
    echo = heard(tiktok, 2)[1]
    assert isinstance(echo, Echo)
    assert (echo.external_id, echo.parent_external_id) == (sent.external_id, asked.external_id)


def test_somebody_of_the_eea_is_announced_and_then_read(tiktok: Connected) -> None:
    _, cursor = turn(CONVERSATIONS, we(tiktok), {})
    tiktok.do("say", text="Bonjour de Bruxelles", person=LINA)
    assert heard(tiktok) == [PollWanted("tiktok", tiktok.open_id, "conversations")]

    items, cursor = turn(CONVERSATIONS, we(tiktok), cursor)

    (message,) = page("conversations", tiktok, items)
    assert isinstance(message, InboundMessage)
    assert (message.text, message.contact_external_id) == ("Bonjour de Bruxelles", LINA)
    assert message.contact_name == "Lina Dubois"
    assert message.thread_external_id
    assert turn(CONVERSATIONS, we(tiktok), cursor)[0] == []


def page(stream: str, tiktok: Connected, items: list[Any]) -> list[Event]:
    named = {"kind": "tiktok", "external_id": tiktok.open_id}
    body = json.dumps({"account": named, "stream": stream, "items": items}).encode()
    assert TIKTOK.parse_page
    return TIKTOK.parse_page(stream, body)


def test_comments_that_no_webhook_told_are_read(tiktok: Connected) -> None:
    tiktok.do_options(webhooks=False)
    _, cursor = turn(COMMENTS, we(tiktok), {})
    first = tiktok.do("say", text="Dispo en 42 ?", video=VIDEO)["comment_id"]
    found, cursor = turn(COMMENTS, we(tiktok), cursor)
    reply = tiktok.do("say", text="Moi aussi", video=VIDEO, parent=first)["comment_id"]
    answered, cursor = turn(COMMENTS, we(tiktok), cursor)
    tiktok.do_options(webhooks=True)

    events = page("comments", tiktok, [*found, *answered])

    assert all(isinstance(event, InboundMessage) for event in events)
    told = [(e.external_id, e.parent_external_id, e.contact_name) for e in events]  # type: ignore[union-attr]
    assert told == [(first, "", "Zoé Tremblay"), (reply, first, "Zoé Tremblay")]
    assert turn(COMMENTS, we(tiktok), cursor)[0] == []


def test_the_names_of_a_person_are_found(tiktok: Connected) -> None:
    tiktok.do("say", text="Bonjour", person=ZOE)

    assert profile(we(tiktok), ZOE, "direct") == Profile("Zoé Tremblay")


@pytest.mark.parametrize(
    ("account", "refused", "lacks"),
    [
        (CANADA, (), {}),
        (FRANCE, (), {"direct": "region"}),
        (CANADA, ("message.list.read", "message.list.send"), {"direct": "scope"}),
    ],
)
def test_what_a_connected_account_can_do_is_known_at_once(
    tiktok: Connected, account: Any, refused: tuple[str, ...], lacks: dict[str, str]
) -> None:
    (choice,) = connect(tiktok.sandbox, account.display_name, *refused).choices

    assert (choice.name, choice.handle) == (account.display_name, account.username)
    assert TIKTOK.lacking
    assert TIKTOK.lacking("tiktok", choice.tokens.scopes or (), choice.facts) == lacks


def test_a_personal_account_is_told_so(tiktok: Connected) -> None:
    (choice,) = connect(tiktok.sandbox, PERSONAL.display_name).choices

    assert choice.problem == "personal_account"


def test_tokens_are_renewed_looked_at_and_given_back(tiktok: Connected) -> None:
    granted = connect(tiktok.sandbox, CANADA.display_name).choices[0]
    old = Credentials(
        CANADA.open_id,
        "tiktok",
        granted.tokens.access_token,
        refresh_token=granted.tokens.refresh_token,
    )
    assert LOGIN.refresh
    assert LOGIN.revoke

    tokens = LOGIN.refresh(old, datetime.now(UTC))
    new = Credentials(CANADA.open_id, "tiktok", tokens.access_token)

    assert LOGIN.inspect(new).name == CANADA.display_name
    with pytest.raises(ProviderError) as used_up:
        LOGIN.refresh(old, datetime.now(UTC))
    assert used_up.value.needs_login
    LOGIN.revoke(new)
    with pytest.raises(ProviderError) as dead:
        LOGIN.inspect(new)
    assert dead.value.needs_refresh


def test_an_owner_who_takes_it_back_is_heard(tiktok: Connected) -> None:
    tiktok.do("revoke")

    (event,) = heard(tiktok)

    assert isinstance(event, Revocation)
    assert event.account_external_id == tiktok.open_id
    assert abs(event.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_webhooks_are_registered_with_the_stand_in(tiktok: Connected) -> None:
    assert TIKTOK.receiving
    assert TIKTOK.receiving.register
    address = f"{tiktok.sandbox.product.url}/social-accounts/tiktok/webhook"

    told = TIKTOK.receiving.register(address)

    assert told == registered() == {"DIRECT_MESSAGE": address, "COMMENT": address}
