"""Meta's webhooks: the published signature vector, documented shapes, and what is not one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib.errors import InvalidPayloadError
from social.contracts import (
    ControlChange,
    Echo,
    Ignored,
    InboundMessage,
    StatusUpdate,
)
from social.providers.meta.webhook import challenge, parse, verify
from tests.social.meta_calls import PAGE, PERSON, envelope, item

AT = datetime.fromtimestamp(1794819600, tz=UTC)
# The fact sheet's vector: secret, raw bytes, header (meta.md, section 12).
SECRET = "secret-de-test-flow-ia"
BODY = (
    b'{"object":"page","entry":[{"id":"104857600012345","time":1794819600000,"messaging":'
    b'[{"sender":{"id":"7012345678901234"},"recipient":{"id":"104857600012345"},"timestamp":'
    b'1794819600000,"message":{"mid":"m_fr_0001","text":"\\u00cates-vous ouverts ?"}}]}]}'
)
SIGNATURE = "sha256=34dc6ea73fdb8fdf484bc589cb41d1f99828fb8110ad8562e02ddf7573795a96"


@pytest.fixture(autouse=True)
def _secrets(settings: Settings) -> None:
    settings.META_APP_SECRET = SECRET
    settings.META_INSTAGRAM_APP_SECRET = "un-autre-secret"
    settings.META_APP_ID = "998877665544332"
    settings.META_VERIFY_TOKEN = "jeton"


def test_the_published_signature_is_accepted() -> None:
    assert verify({"X-Hub-Signature-256": SIGNATURE}, BODY)


def test_the_same_json_written_differently_is_refused() -> None:
    rewritten = BODY.replace(b"\\u00ca", "Ê".encode())

    assert not verify({"X-Hub-Signature-256": SIGNATURE}, rewritten)


def test_either_secret_signs(settings: Settings) -> None:
    settings.META_APP_SECRET, settings.META_INSTAGRAM_APP_SECRET = "autre", SECRET

    assert verify({"X-Hub-Signature-256": SIGNATURE}, BODY)


@pytest.mark.parametrize(
    "header", ["", "sha256=", "sha1=" + SIGNATURE[7:], SIGNATURE.upper(), SIGNATURE[:-1], "é"]
)
def test_other_signatures_are_refused(header: str) -> None:
    assert not verify({"X-Hub-Signature-256": header}, BODY)


def test_no_secret_means_no_signature_fits(settings: Settings) -> None:
    settings.META_APP_SECRET = settings.META_INSTAGRAM_APP_SECRET = ""

    assert not verify({"X-Hub-Signature-256": SIGNATURE}, BODY)


@pytest.mark.parametrize("position", range(0, len(BODY), 17))
def test_a_flipped_bit_is_refused(position: int) -> None:
    changed = bytearray(BODY)
    changed[position] ^= 1

    assert not verify({"X-Hub-Signature-256": SIGNATURE}, bytes(changed))


HANDSHAKE = {"hub.mode": "subscribe", "hub.verify_token": "jeton", "hub.challenge": "1158201444"}


def test_the_handshake_answers_the_challenge() -> None:
    assert challenge(HANDSHAKE) == "1158201444"


@pytest.mark.parametrize(
    "change",
    [
        {"hub.mode": "unsubscribe"},
        {"hub.verify_token": "autre"},
        {"hub.challenge": "<script>"},
        {"hub.challenge": "1" * 33},
        {"hub.challenge": ""},
    ],
)
def test_another_handshake_is_not_answered(change: dict[str, str]) -> None:
    assert challenge({**HANDSHAKE, **change}) is None


def test_an_empty_verify_token_matches_nothing(settings: Settings) -> None:
    settings.META_VERIFY_TOKEN = ""

    assert challenge({**HANDSHAKE, "hub.verify_token": ""}) is None


def test_a_text_becomes_an_inbound_message() -> None:
    assert parse(BODY) == [
        InboundMessage("messenger", PAGE, PERSON, "m_fr_0001", "Êtes-vous ouverts ?", AT)
    ]


def test_a_batch_keeps_its_order_and_accounts() -> None:
    one = item(message={"mid": "m1", "text": "un"})
    two = item(message={"mid": "m2", "text": "deux"}, recipient={"id": "autre-page"})
    entries = [{"id": PAGE, "messaging": [one]}, {"id": "autre-page", "messaging": [two]}]

    events = parse(json.dumps({"object": "page", "entry": entries}).encode())

    assert [(e.account_external_id, e.external_id) for e in events] == [  # type: ignore[union-attr]
        (PAGE, "m1"),
        ("autre-page", "m2"),
    ]


def test_an_attachment_keeps_its_kind_but_not_its_address() -> None:
    picture = {"type": "image", "payload": {"url": "https://scontent.xx.fbcdn.net/v/a.jpg"}}

    [event] = parse(envelope(item(message={"mid": "m", "attachments": [picture]})))

    assert isinstance(event, InboundMessage)
    assert (event.text, event.attachments) == ("", ({"type": "image"},))


def echo(**message: Any) -> dict[str, Any]:
    turned = {"sender": {"id": PAGE}, "recipient": {"id": PERSON}}
    return item(message={"mid": "m_out", "text": "Bonjour", "is_echo": True, **message}, **turned)


def test_our_echo_brings_our_reference_back() -> None:
    [event] = parse(envelope(echo(app_id=998877665544332, metadata="delivery:5b1c")))

    assert event == Echo(
        "messenger", PAGE, PERSON, "m_out", "Bonjour", AT, reference="delivery:5b1c", ours=True
    )


def test_a_humans_echo_is_not_ours() -> None:
    [event] = parse(envelope(echo(app_id=263902037430900)))

    assert isinstance(event, Echo)
    assert (event.ours, event.reference) == (False, "")


def test_an_instagram_echo_says_nothing_of_its_author() -> None:
    [event] = parse(envelope(echo(), kind="instagram"))

    assert isinstance(event, Echo)
    assert (event.account_kind, event.ours) == ("instagram", False)


def test_a_delivery_may_lack_its_messages() -> None:
    named = item(delivery={"mids": ["m_out_0100"], "watermark": 1794819600700})
    del named["timestamp"]
    events = parse(envelope(named, item(delivery={"watermark": 1794819600900})))

    assert [event.external_ids for event in events] == [("m_out_0100",), ()]  # type: ignore[union-attr]


def test_reading_is_a_moment_on_messenger_and_a_message_on_instagram() -> None:
    [page] = parse(envelope(item(read={"watermark": 1794819619000})))
    [gram] = parse(envelope(item(read={"mid": "aWdf"}), kind="instagram"))

    assert isinstance(page, StatusUpdate)
    assert isinstance(gram, StatusUpdate)
    assert (page.status, gram.external_ids, gram.watermark) == ("read", ("aWdf",), None)


IGNORED = [
    ("unknown", item(novelty={}), "unsupported_event"),
    ("opt-in", item(optin={"ref": "x"}), "unsupported_event"),
    ("roles", {"recipient": {"id": PAGE}, "app_roles": {"1": ["primary"]}}, "app_roles"),
    ("asked", item(request_thread_control={"requested_owner_app_id": 1}), "control_requested"),
    ("own heart", item(reaction={"mid": "m", "action": "react"}, sender={"id": PAGE}),
     "own_reaction"),
    ("to oneself", item(message={"mid": "m", "text": "x", "is_self": True}), "message_to_self"),
    ("nobody", {"message": {"mid": "m", "text": "x"}}, "malformed"),
    ("no id", item(message={"text": "x"}), "malformed"),
    ("text is a number", item(message={"mid": "m", "text": 3}), "malformed"),
    ("time is a word", item(message={"mid": "m", "text": "x"}, timestamp="hier"), "malformed"),
    ("time is true", item(message={"mid": "m", "text": "x"}, timestamp=True), "malformed"),
    ("time is nought", item(message={"mid": "m", "text": "x"}, timestamp=0), "malformed"),
    ("sender is a list", item(sender=[], message={"mid": "m", "text": "x"}), "malformed"),
    ("id is true", item(sender={"id": True}, message={"mid": "m"}), "malformed"),
    ("reaction of a third kind", item(reaction={"mid": "m", "action": "shrug"}), "malformed"),
    ("delivery of nothing", item(delivery={}), "malformed"),
    ("read nothing", item(read={}), "malformed"),
    ("payload is a list", item(postback={"mid": "m", "payload": []}), "malformed"),
    ("attachment is a word", item(message={"mid": "m", "attachments": ["image"]}), "malformed"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "one", "reason"), IGNORED, ids=[row[0] for row in IGNORED])
def test_what_we_do_not_use_is_ignored_with_its_reason(
    _name: str, one: dict[str, Any], reason: str
) -> None:
    good = item(message={"mid": "bon", "text": "Bonjour"})

    events = parse(envelope(one, good))

    assert events[0] == Ignored(reason)
    assert isinstance(events[1], InboundMessage)


OF_ANOTHER = [
    ("a message", {"message": {"mid": "m", "text": "x"}}),
    ("a postback", {"postback": {"mid": "m", "payload": "x"}}),
    ("a reading", {"read": {"watermark": 1794819600000}}),
    ("a delivery", {"delivery": {"watermark": 1794819600000}}),
    ("a reaction", {"reaction": {"mid": "m", "action": "react"}}),
    ("an edit", {"message_edit": {"mid": "m", "text": "x"}}),
    ("a link", {"referral": {"ref": "x"}}),
    ("control", {"take_thread_control": {"new_owner_app_id": None}}),
    ("an echo of the person", {"message": {"mid": "m", "text": "x", "is_echo": True}}),
    ("an unsent echo", {"message": {"mid": "m", "is_echo": True, "is_deleted": True}}),
]


@pytest.mark.parametrize(("_name", "event"), OF_ANOTHER, ids=[row[0] for row in OF_ANOTHER])
@pytest.mark.parametrize("carrier", ["messaging", "standby"])
def test_an_item_of_another_account_than_its_entry_is_nobodys(
    _name: str, event: dict[str, Any], carrier: str
) -> None:
    one = item(recipient={"id": "999"}, **event)

    entry: dict[str, Any] = {carrier: [one]}

    assert parse(envelope(**entry)) == [Ignored("account_mismatch")]


def test_the_account_is_the_entrys_whatever_it_is_spelled_like() -> None:
    one = item(message={"mid": "m", "text": "x"})
    [event] = parse(envelope(one, id=int(PAGE)))

    assert isinstance(event, InboundMessage)
    assert event.account_external_id == PAGE


@pytest.mark.parametrize("entry_id", [None, "", True, [], {}, "7" * 129])
def test_an_entry_without_an_account_is_malformed(entry_id: Any) -> None:
    assert parse(envelope(item(message={"mid": "m", "text": "x"}), id=entry_id)) == [
        Ignored("malformed")
    ]


def test_other_envelopes_are_ignored_with_their_reason() -> None:
    changes = envelope(changes=[{"field": "ratings", "value": {}}])
    direct = json.dumps(
        {"object": "instagram", "entry": [{"id": "1", "field": "story_insights", "value": {}}]}
    ).encode()

    assert parse(changes) == parse(direct) == [Ignored("unsupported_change")]
    assert parse(b'{"object":"user","entry":[]}') == [Ignored("unsupported_object")]
    assert parse(b'{"object":"page","entry":[3, {}]}') == [Ignored("malformed")] * 2


def test_one_entry_may_carry_all_shapes() -> None:
    change = {"field": "feed", "value": {"item": "like"}}
    aside = item(message={"mid": "m2", "text": "deux"})

    events = parse(envelope(item(message={"mid": "m1"}), standby=[aside, 3], changes=[change]))

    assert [getattr(event, "external_id", None) for event in events] == ["m1", "m2", None, None]
    assert events[2:] == [Ignored("malformed"), Ignored("feed_like")]


@pytest.mark.parametrize(
    "body",
    [b"", b"bonjour", b"[]", b"3", b"null", b'{"object":"page"}', b'{"entry":[]}', b"\xff\xfe",
     b'{"object":"page","entry":{}}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_envelope_is_an_error(body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        parse(body)


def test_characters_that_no_database_takes_are_replaced() -> None:
    [event] = parse(envelope(item(message={"mid": "m", "text": "a\x00b\ud800c"})))

    assert isinstance(event, InboundMessage)
    assert event.text == "ab?c"


def test_seconds_and_milliseconds_are_told_apart() -> None:
    [seconds] = parse(envelope(item(message={"mid": "m", "text": "x"}, timestamp="1794819600")))

    assert isinstance(seconds, InboundMessage)
    assert seconds.sent_at == AT


@pytest.mark.parametrize("mid", ["", "m" * 256, None, 7])
def test_a_message_without_a_usable_name_is_malformed(mid: Any) -> None:
    assert parse(envelope(item(message={"mid": mid, "text": "x"}))) == [Ignored("malformed")]


@pytest.mark.parametrize("person", ["", "7" * 129, "7\x00", "\ud800", 1.5, True, None])
def test_a_person_without_a_usable_name_is_malformed(person: Any) -> None:
    body = envelope(item(sender={"id": person}, message={"mid": "m", "text": "x"}))

    assert parse(body) == [Ignored("malformed")]


def test_a_message_whose_text_is_null_is_a_message_without_text() -> None:
    picture = [{"type": "image"}]
    [event] = parse(envelope(item(message={"mid": "m", "text": None, "attachments": picture})))

    assert isinstance(event, InboundMessage)
    assert (event.text, event.attachments) == ("", ({"type": "image"},))


def test_a_postback_without_a_name_gets_the_same_one_twice_and_another_for_another() -> None:
    pressed = [
        parse(envelope(item(postback={"title": "Démarrer", "payload": payload})))[0]
        for payload in ("GET_STARTED", "GET_STARTED", "HUMAIN")
    ]

    names = [event.external_id for event in pressed if isinstance(event, InboundMessage)]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith(f"postback:{PERSON}:1794819600000:")


def test_a_sticker_that_comes_twice_is_one() -> None:
    both = [
        {"type": "sticker", "payload": {"url": "https://a", "sticker_id": 369239263222822}},
        {"type": "image", "payload": {"url": "https://a", "sticker_id": 369239263222822}},
        {"type": "image", "payload": {"url": "https://b"}},
    ]
    [event] = parse(envelope(item(message={"mid": "m", "attachments": both})))

    assert isinstance(event, InboundMessage)
    assert event.attachments == ({"type": "sticker"}, {"type": "image"})


def test_a_message_that_an_advertisement_led_to_says_so() -> None:
    referral = {"ref": "promo", "source": "ADS", "ad_id": "6012"}
    [event] = parse(envelope(item(message={"mid": "m", "text": "x", "referral": referral})))

    assert isinstance(event, InboundMessage)
    assert event.origin == "ADS · promo · 6012"


@pytest.mark.parametrize(
    ("owner", "ours"),
    [
        ("998877665544332", True),
        (998877665544332, True),
        ("1", False),
        (None, False),
        (True, False),
    ],
)
def test_control_is_ours_when_our_app_is_its_new_owner(owner: Any, ours: bool) -> None:
    [event] = parse(envelope(item(pass_thread_control={"new_owner_app_id": owner})))

    assert isinstance(event, ControlChange)
    assert event.ours is ours


def test_without_an_app_of_ours_no_control_is_ours(settings: Settings) -> None:
    settings.META_APP_ID = settings.META_INSTAGRAM_APP_ID = ""
    [event] = parse(envelope(item(take_thread_control={"new_owner_app_id": ""})))

    assert isinstance(event, ControlChange)
    assert not event.ours


def test_a_message_under_changes_is_read_like_any_other() -> None:
    value = item(message={"mid": "m", "text": "x"})
    change = {"field": "messages", "value": value}

    assert parse(envelope(changes=[change])) == parse(envelope(value))
