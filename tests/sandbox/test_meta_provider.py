"""Our code for Meta against the sandbox's Meta: the two must mean the same by every call."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from sandbox import demo
from social.contracts import (
    COMMENT,
    Credentials,
    Echo,
    Event,
    InboundMessage,
    OutboundMessage,
    Sought,
)
from social.errors import ProviderError
from social.logins import Asked, Choice, Login
from social.providers.meta.looking import look_up, profile
from social.providers.meta.oauth import LOGINS
from social.providers.meta.polling import parse_page, read
from social.providers.meta.sending import send
from social.providers.meta.subscribing import INSTAGRAM_FIELDS, PAGE_FIELDS
from social.providers.meta.webhook import parse, verify
from tests.contracts.frame import page_of
from tests.sandbox.conftest import Sandbox
from tests.sandbox.meta import callback, came_back

FACEBOOK, INSTAGRAM = LOGINS
NOW = datetime.now(tz=UTC)
AS_PAGE = Credentials(demo.PAGE_ID, "messenger", demo.PAGE_TOKEN, login="facebook")
BEHIND_PAGE = Credentials(
    demo.INSTAGRAM_ID,
    "instagram",
    demo.PAGE_TOKEN,
    login="facebook",
    linked_external_id=demo.PAGE_ID,
)


@pytest.fixture(autouse=True)
def _towards_the_sandbox(sandbox: Sandbox, settings: Settings) -> None:
    settings.META_APP_ID, settings.META_APP_SECRET = demo.APP_ID, demo.APP_SECRET
    settings.META_INSTAGRAM_APP_ID = demo.INSTAGRAM_APP_ID
    settings.META_INSTAGRAM_APP_SECRET = demo.INSTAGRAM_APP_SECRET
    settings.META_GRAPH_URL = f"{sandbox.url}/graph"
    settings.META_INSTAGRAM_GRAPH_URL = f"{sandbox.url}/graph-instagram"
    settings.META_OAUTH_URL = f"{sandbox.url}/facebook"
    settings.META_INSTAGRAM_OAUTH_URL = f"{sandbox.url}/instagram/oauth/authorize"
    settings.META_INSTAGRAM_TOKEN_URL = f"{sandbox.url}/instagram/oauth/access_token"


def log_in(sandbox: Sandbox, login: Login, **ticked: Any) -> Any:
    """Go to the consent page that we send people to, tick, and come back with a code."""
    address = login.address(Asked("etat & plus", "", callback(sandbox)))
    back = came_back(sandbox.post("/meta/login", url=address, **ticked)["location"])
    assert back["state"] == "etat & plus"
    return login.exchange(back["code"], "", callback(sandbox), NOW)


def credentials(choice: Choice, login: Login) -> Credentials:
    return Credentials(
        choice.external_id,
        choice.kind,
        choice.tokens.access_token,
        login=login.name,
        linked_external_id=choice.linked_external_id,
    )


def heard(sandbox: Sandbox) -> list[Event]:
    """What the sandbox announced, read as we read it."""
    for body, headers in sandbox.product.posts:
        assert verify({"X-Hub-Signature-256": headers["X-Hub-Signature-256"]}, body)
    return [event for body, _ in sandbox.product.posts for event in parse(body)]


def test_two_pages_are_connected_with_their_instagram_accounts(sandbox: Sandbox) -> None:
    grant = log_in(sandbox, FACEBOOK, accounts=[demo.PAGE_ID, demo.THIRD_PAGE_ID])

    assert grant.user_id == demo.USER_ID
    assert set(demo.FACEBOOK_SCOPES) <= set(grant.scopes)
    assert [(one.kind, one.external_id, one.problem) for one in grant.choices] == [
        ("messenger", demo.PAGE_ID, ""),
        ("instagram", demo.INSTAGRAM_ID, ""),
        ("messenger", demo.THIRD_PAGE_ID, ""),
        ("instagram", demo.SECOND_INSTAGRAM_ID, ""),
    ]
    for choice in grant.choices:
        who = credentials(choice, FACEBOOK)
        assert FACEBOOK.subscribe is not None
        assert set(FACEBOOK.subscribe(who)) == set(PAGE_FIELDS)
        seen = FACEBOOK.inspect(who)
        assert seen.scopes is not None
        assert set(seen.scopes) >= {"pages_messaging", "pages_manage_metadata"}
        assert seen.name


def test_a_declined_scope_is_missing(sandbox: Sandbox) -> None:
    grant = log_in(sandbox, FACEBOOK, declined=["pages_read_user_content"])

    assert "pages_read_user_content" not in grant.scopes
    assert "pages_messaging" in grant.scopes


def test_an_instagram_account_alone_is_connected_renewed_and_left(sandbox: Sandbox) -> None:
    grant = log_in(sandbox, INSTAGRAM, accounts=[demo.SECOND_INSTAGRAM_ID])
    [choice] = grant.choices
    who = credentials(choice, INSTAGRAM)

    assert choice.external_id == demo.SECOND_INSTAGRAM_ID
    assert choice.facts == {"account_type": "MEDIA_CREATOR"}
    assert choice.tokens.expires_at is not None
    assert choice.tokens.expires_at > NOW + timedelta(days=50)
    assert INSTAGRAM.subscribe is not None
    assert set(INSTAGRAM.subscribe(who)) == set(INSTAGRAM_FIELDS)
    assert set(INSTAGRAM.inspect(who).fields or ()) == set(INSTAGRAM_FIELDS)
    assert INSTAGRAM.unsubscribe is not None
    INSTAGRAM.unsubscribe(who)
    assert INSTAGRAM.inspect(who).fields == ()


def test_what_was_revoked_is_dead(sandbox: Sandbox) -> None:
    grant = log_in(sandbox, FACEBOOK, accounts=[demo.SECOND_PAGE_ID])
    who = credentials(grant.choices[0], FACEBOOK)
    assert FACEBOOK.revoke is not None
    FACEBOOK.revoke(who)

    with pytest.raises(ProviderError) as caught:
        FACEBOOK.inspect(who)
    assert caught.value.needs_login


@pytest.mark.parametrize("who", [AS_PAGE, BEHIND_PAGE], ids=["messenger", "instagram"])
def test_a_message_is_heard_answered_and_found_again(sandbox: Sandbox, who: Credentials) -> None:
    before = datetime.now(tz=UTC)
    contact = sandbox.post("/say", account=who.kind, text="C’est combien ?", name="Zoé")["contact"]
    question = heard(sandbox)[0]
    assert isinstance(question, InboundMessage)
    assert (question.account_external_id, question.contact_external_id) == (
        who.account_external_id,
        contact,
    )

    message = OutboundMessage(contact, "Oui, 39 €.", "delivery:1")
    sent = send(who, message)
    sandbox.wait_for_posts(2)
    echo = next(event for event in heard(sandbox) if isinstance(event, Echo))
    assert (echo.external_id, echo.text) == (sent.external_id, "Oui, 39 €.")
    assert echo.reference == ("delivery:1" if who.kind == "messenger" else "")
    assert look_up(who, Sought(message, before)).external_id == sent.external_id
    never = OutboundMessage(contact, "Jamais parti.", "delivery:2")
    assert look_up(who, Sought(never, before)).external_id == ""
    assert "Zo" in profile(who, contact, "direct").name


@pytest.mark.parametrize("who", [AS_PAGE, BEHIND_PAGE], ids=["messenger", "instagram"])
def test_what_no_webhook_announced_is_found(sandbox: Sandbox, who: Credentials) -> None:
    first = sandbox.post("/say", account=who.kind, text="Bonjour", hours_ago=1)
    start = read(who, {}).cursor
    sandbox.post("/options", webhooks=False)
    held = sandbox.post("/say", account=who.kind, text="Allô ?", contact=first["contact"])
    sandbox.post("/options", webhooks=True)

    page = read(who, start)
    items: list[Any] = []
    while page.more:
        page = read(who, page.cursor)
        items += page.items

    [event] = parse_page("conversations", page_of(who, "conversations", items))
    assert isinstance(event, InboundMessage)
    assert (event.external_id, event.text) == (held["mid"], "Allô ?")
    assert event.account_external_id == who.account_external_id
    assert read(who, page.cursor).cursor["since"] == page.cursor["since"]


@pytest.mark.parametrize("who", [AS_PAGE, BEHIND_PAGE], ids=["messenger", "instagram"])
def test_a_comment_is_answered_in_public_and_in_private(sandbox: Sandbox, who: Credentials) -> None:
    before = datetime.now(tz=UTC)
    sandbox.post("/say", kind="comment", account=who.kind, text="Prix ?", name="Zoé Martin")
    comment = heard(sandbox)[0]
    assert isinstance(comment, InboundMessage)
    assert (comment.kind, comment.parent_external_id) == (COMMENT, "")
    under: dict[str, Any] = {
        "kind": COMMENT,
        "comment_external_id": comment.external_id,
        "post_external_id": comment.post_external_id,
    }
    public = OutboundMessage(comment.contact_external_id, "39 €.", "delivery:1", **under)
    answered = send(who, public)
    found = look_up(who, Sought(public, before))
    assert (found.external_id, found.complete) == (answered.external_id, True)

    private = OutboundMessage("", "En privé.", "delivery:2", private=True, **under)
    reached = send(who, private)
    assert reached.contact_external_id
    with pytest.raises(ProviderError) as caught:
        send(who, private)
    assert caught.value.code == "private_reply_used"
