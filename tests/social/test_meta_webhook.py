"""Meta's webhooks: the published signature vector, documented shapes, and what is not one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Echo, Ignored, InboundMessage, StatusUpdate
from social.providers.meta.webhook import challenge, parse, verify

PAGE, PERSON = "104857600012345", "7012345678901234"
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


def envelope(*items: dict[str, Any], kind: str = "page", **entry: Any) -> bytes:
    inner = {"id": PAGE, "time": 1794819600000, "messaging": list(items), **entry}
    return json.dumps({"object": kind, "entry": [inner]}).encode()


def item(**event: Any) -> dict[str, Any]:
    parties = {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "timestamp": 1794819600000}
    return {**parties, **event}


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
    ("reaction", item(reaction={"mid": "m", "action": "react"}), "unsupported_reaction"),
    ("edit", item(message_edit={"mid": "m", "text": "x"}), "unsupported_message_edit"),
    ("postback", item(postback={"mid": "m", "payload": "HUMAIN"}), "unsupported_postback"),
    ("referral", item(referral={"ref": "bio"}), "unsupported_referral"),
    ("unsend", item(message={"mid": "m", "is_deleted": True}), "unsupported_unsend"),
    ("unknown", item(novelty={}), "unsupported_event"),
    ("no sender", {"message": {"mid": "m", "text": "x"}}, "malformed"),
    ("no id", item(message={"text": "x"}), "malformed"),
    ("text is a number", item(message={"mid": "m", "text": 3}), "malformed"),
    ("time is a word", item(message={"mid": "m", "text": "x"}, timestamp="hier"), "malformed"),
    ("sender is a list", item(sender=[], message={"mid": "m", "text": "x"}), "malformed"),
    ("id is true", item(sender={"id": True}, message={"mid": "m"}), "malformed"),
]


@pytest.mark.parametrize(("_name", "one", "reason"), IGNORED, ids=[row[0] for row in IGNORED])
def test_what_we_do_not_use_is_ignored_with_its_reason(
    _name: str, one: dict[str, Any], reason: str
) -> None:
    good = item(message={"mid": "bon", "text": "Bonjour"})

    events = parse(envelope(one, good))

    assert events[0] == Ignored(reason)
    assert isinstance(events[1], InboundMessage)


def test_other_envelopes_are_ignored_with_their_reason() -> None:
    standby = envelope(standby=[item(message={"mid": "m", "text": "Allô ?"})])
    changes = envelope(changes=[{"field": "feed", "value": {}}])
    direct = json.dumps(
        {"object": "instagram", "entry": [{"id": "1", "field": "comments", "value": {}}]}
    ).encode()

    assert parse(standby) == [Ignored("another_app_in_control")]
    assert parse(changes) == parse(direct) == [Ignored("unsupported_change")]
    assert parse(b'{"object":"user","entry":[]}') == [Ignored("unsupported_object")]
    assert parse(b'{"object":"page","entry":[3, {}]}') == [Ignored("malformed")] * 2


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
