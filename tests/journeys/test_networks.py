"""The networks from end to end: connected, heard, answered; revoked, kept, connected again."""

from collections.abc import Callable, Iterator

import pytest

from sandbox import demo
from sandbox.tiktok.people import CANADA
from tests.journeys.driver import eventually
from tests.journeys.envelopes import new_contact
from tests.journeys.networks import (
    DELIVERY,
    GOOGLE,
    INSTAGRAM,
    PAGE,
    PRICE,
    QUESTION,
    TIKTOK,
    VIDEO,
    Shop,
    shops,
    told,
)
from tests.stack import Stack

pytestmark = pytest.mark.slow
MINUTE = 60.0
ALMOST_A_DAY = 24 - 2 / 3600
"""Hours: the window of such a message closes two seconds later."""


@pytest.fixture(scope="module")
def connected(stack: Stack) -> Iterator[Shop]:
    yield from shops(stack)


@pytest.fixture
def shop(connected: Shop) -> Shop:
    """Return the shop with a plan without a limit: its own begins with its first message."""
    connected.plan("ultra")
    return connected


def answered(shop: Shop, found: Callable[[], list[str]], words: str) -> None:
    """Wait for one answer with the words; a second one would be as wrong as none."""
    texts = eventually(found, MINUTE, what=shop.how_it_stands)
    assert len(texts) == 1, texts
    assert words in texts[0]


def test_every_network_is_heard_and_answered(shop: Shop) -> None:
    page = shop.comment(PAGE, QUESTION)
    private = shop.comment(PAGE, DELIVERY)
    photo = shop.comment(INSTAGRAM, QUESTION)
    direct = shop.say(QUESTION, account=INSTAGRAM)["contact"]
    zoe = {"person": f"uniq_{new_contact()}", "region": "CA", "text": QUESTION}
    assert shop.sandbox("/tiktok/say", zoe)["status"] == 200
    video = shop.sandbox("/tiktok/say", {**zoe, "video": VIDEO})["comment_id"]
    watched = shop.sandbox("/youtube/say", {"text": QUESTION})["id"]
    shop.read_soon(demo.YOUTUBE_CHANNEL_ID)

    answered(shop, lambda: shop.replies(page), PRICE)
    answered(shop, lambda: shop.private_replies(private), "6,90")
    answered(shop, lambda: shop.replies(photo), PRICE)
    assert PRICE in shop.answer_to(direct)
    answered(shop, lambda: shop.tiktok_answers(zoe["person"]), PRICE)
    answered(shop, lambda: shop.tiktok_replies(video), PRICE)
    eventually(
        lambda: [one["reason"] for one in shop.inbound("youtube") if one["outcome"]],
        what=shop.how_it_stands,
    )
    assert [one["reason"] for one in shop.inbound("youtube")] == ["network_needs_approval"]
    assert shop.youtube_replies(watched) == []
    assert shop.replies(private) == []


def test_youtube_is_answered_alone_once_the_owner_agreed(shop: Shop) -> None:
    account = shop.accounts()["youtube"]["id"]
    shop.asked("PATCH", f"/social-accounts/{account}", {"automation_agreed": True})
    watched = shop.sandbox("/youtube/say", {"text": QUESTION, "author": "Inès Caron"})["id"]
    shop.read_soon(demo.YOUTUBE_CHANNEL_ID)
    answered(shop, lambda: shop.youtube_replies(watched), PRICE)


def test_what_arrives_without_access_waits_and_its_window_decides(shop: Shop) -> None:
    shop.sandbox("/meta/revoke", {"account": PAGE})
    refused = shop.say(QUESTION, account=PAGE)["contact"]
    told(shop, "messenger", "needs_login", MINUTE)
    late = {"text": QUESTION, "account": PAGE, "hours_ago": ALMOST_A_DAY}
    closing = shop.sandbox("/say", late)["contact"]
    waiting = shop.say(QUESTION, account=PAGE)["contact"]
    comment = shop.comment(PAGE, QUESTION)
    eventually(
        lambda: [one["reason"] for one in shop.messages(waiting)] == ["account_needs_login"],
        what=shop.how_it_stands,
    )
    assert shop.sends(waiting) == shop.sends(refused) == []
    assert shop.replies(comment) == []

    shop.connect_page()
    assert PRICE in shop.answer_to(waiting)
    assert PRICE in shop.answer_to(refused)
    answered(shop, lambda: shop.replies(comment), PRICE)
    assert shop.outcome(closing) == ("handoff", "window_closed")
    assert shop.sends(closing) == []


def test_a_network_that_tells_of_the_end_is_believed_at_once(shop: Shop) -> None:
    own = {"account": INSTAGRAM, "login": "instagram", "deauthorize": True}
    assert shop.sandbox("/meta/revoke", own)["deauthorize"] == 200
    assert shop.states()["instagram"] == "needs_login"
    shop.sandbox("/tiktok/revoke", {"account": CANADA.username})
    told(shop, "tiktok", "needs_login", MINUTE)
    shop.sandbox("/youtube/revoke", {})
    shop.look_soon(demo.YOUTUBE_CHANNEL_ID)
    told(shop, "youtube", "needs_login", MINUTE)

    # TikTok and YouTube announce nothing to whom they gave no access: it is read afterwards.
    lina = {"person": f"uniq_{new_contact()}", "region": "CA", "text": QUESTION}
    assert shop.sandbox("/tiktok/say", lina)["status"] is None
    watched = shop.sandbox("/youtube/say", {"text": QUESTION, "author": "Léo Bernard"})["id"]
    photo = shop.comment(INSTAGRAM, QUESTION)
    shop.connect_meta("instagram", INSTAGRAM)
    shop.connect_linked("tiktok", TIKTOK)
    shop.connect_linked("youtube", GOOGLE)
    assert set(shop.states().values()) == {"working"}
    answered(shop, lambda: shop.replies(photo), PRICE)
    answered(shop, lambda: shop.tiktok_answers(lina["person"]), PRICE)
    answered(shop, lambda: shop.youtube_replies(watched), PRICE)
