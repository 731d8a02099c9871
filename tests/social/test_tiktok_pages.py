"""Stored pages of TikTok: ids and words equal to the webhooks', and what is no page."""

import json
from typing import Any

import pytest

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Echo, Ignored, InboundMessage
from social.providers.tiktok import poll_comments, poll_messages
from social.providers.tiktok.polling import STREAMS, parse_page
from social.providers.tiktok.webhook import parse
from tests.social import tiktok as samples
from tests.social.test_tiktok_polling import BEGUN, MINUTE, STRANGERS, comment, turn, video
from tests.social.test_tiktok_webhook import samples as webhooks
from tests.social.tiktok import OURS, QUESTION, REPLY, VIDEO, ZOE, answering, ok
from tests.standin import StandIn


def page(*items: Any, account: str = OURS, kind: str = "tiktok") -> bytes:
    named = {"kind": kind, "external_id": account}
    return json.dumps({"account": named, "stream": "x", "items": list(items)}).encode()


def test_a_read_message_is_the_one_a_webhook_tells(tiktok: StandIn) -> None:
    answering(tiktok, samples.THREADS, samples.CONTENTS, STRANGERS)
    items, _ = turn(poll_messages.read, MINUTE)

    (read,) = parse_page("conversations", page(*items))
    (told,) = parse(webhooks("im_receive_msg")[0])

    assert isinstance(read, InboundMessage)
    assert isinstance(told, InboundMessage)
    assert read.contact_name == "Zoé M."
    assert vars(read) == {**vars(told), "contact_name": "Zoé M."}


def test_a_read_comment_is_the_one_a_webhook_tells(tiktok: StandIn) -> None:
    text = "Trop stylé, dispo en 42 ?"
    listed = comment(QUESTION, text=text, display_name="Zoé M.", username="zoe.martin")
    answering(tiktok, ok(videos=[video()]), ok(comments=[listed]))
    items, _ = turn(poll_comments.read, BEGUN)

    (read,) = parse_page("comments", page(*items))
    (told,) = parse(webhooks("comment_update")[0])

    assert vars(read) == {**vars(told), "contact_name": "Zoé M.", "contact_handle": "zoe.martin"}


def test_our_own_words_are_read_as_ours() -> None:
    mine = comment(REPLY, owner=True, video_id=VIDEO, parent_comment_id=QUESTION)
    sent = {
        **samples.CONTENTS["data"]["messages"][0],
        "from_user": {"id": OURS, "role": "BUSINESS_ACCOUNT"},
        "to_user": {"id": ZOE, "role": "PERSONAL_ACCOUNT"},
        "message_tag": {"source": "API"},
    }

    (own_comment,) = parse_page("comments", page(mine))
    (own_message,) = parse_page("conversations", page(sent))

    assert isinstance(own_comment, Echo)
    assert (own_comment.kind, own_comment.parent_external_id) == ("comment", QUESTION)
    assert isinstance(own_message, Echo)
    assert own_message.ours


def test_a_broken_item_costs_only_itself() -> None:
    whole = comment(QUESTION, video_id=VIDEO)

    events = parse_page("comments", page("x", {}, {**whole, "create_time": "x"}, whole))

    assert events[:3] == [Ignored("malformed")] * 3
    assert isinstance(events[3], InboundMessage)


def test_messages_of_another_account_are_nobodys() -> None:
    (message,) = samples.CONTENTS["data"]["messages"]

    events = parse_page("conversations", page(message, account="_another"))

    assert events == [Ignored("account_mismatch")]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b'{"account":{"external_id":"a"}}', b'{"items":[]}'),
        *(page(account=""), page(kind="youtube"), b'{"account":"tiktok","items":[]}'),
    ],
)
def test_a_body_that_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        parse_page("comments", body)


def test_every_stream_has_its_parser() -> None:
    assert [parse_page(stream.name, page()) for stream in STREAMS] == [[], []]
