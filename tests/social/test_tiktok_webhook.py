"""TikTok's webhooks: the signature vector, every invented sample, and what is none of them."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib import clock
from flowia.lib.errors import InvalidPayloadError
from social.contracts import (
    Echo,
    Event,
    Ignored,
    InboundMessage,
    PollWanted,
    Reaction,
    Referral,
    Removal,
    Revocation,
    Showing,
    StatusUpdate,
)
from social.providers.tiktok.webhook import challenge, parse, verify

SAMPLES = Path(__file__).parents[1] / "fixtures" / "tiktok"
# The fact sheet's vector (tiktok.md, section 11).
SECRET, TOLD = "secret-tiktok-de-test", 1794819600
BODY = (SAMPLES / "signed.json").read_bytes()
SIGNATURE = "3a4661ec6ef200100704e8ee966b66f1754e10256ac96e0601ae63eb2db8dae1"

OURS, ZOE, OTHER = "_000inventeBusinessOpenId01", "uniq_invente_7788", "uniq_invente_9911"
THREAD, VIDEO = "a1AbCdEfGhIj2+kLm3Nop/Q==", "7500000000000000001"
QUESTION, REPLY, ANSWER = "7510000000000000201", "7510000000000000202", "7510000000000000203"
AT = datetime.fromtimestamp(TOLD, tz=UTC)


@pytest.fixture(autouse=True)
def _secret(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TIKTOK_APP_SECRET = SECRET
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(seconds=3))


def signed(header: str, body: bytes = BODY) -> bool:
    return verify({"TikTok-Signature": header}, body)


@pytest.mark.parametrize(
    "header",
    [
        f"t={TOLD},s={SIGNATURE}",
        f"s={SIGNATURE},t={TOLD}",
        f"t={TOLD}, s={SIGNATURE}",
        f"v=1,t={TOLD},s={SIGNATURE}",
    ],
)
def test_the_published_signature_is_accepted_in_any_order(header: str) -> None:
    assert signed(header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,s=",
        f"s={SIGNATURE}",
        f"t={TOLD}",
        f"t={TOLD},s={SIGNATURE[:-1]}",
        f"t={TOLD},s={SIGNATURE.upper()}",
        f"t={TOLD + 1},s={SIGNATURE}",
        f"t=x{TOLD},s={SIGNATURE}",
        f"t=²,s={SIGNATURE}",
        f"t={'9' * 5000},s={SIGNATURE}",
        f"{TOLD},{SIGNATURE}",
        "t=1794819600,s=é",
    ],
)
def test_other_signatures_are_refused(header: str) -> None:
    assert not signed(header)


def test_no_secret_means_no_signature_fits(settings: Settings) -> None:
    settings.TIKTOK_APP_SECRET = ""
    forged = hmac.new(b"", f"{TOLD}.".encode() + BODY, hashlib.sha256).hexdigest()

    assert not signed(f"t={TOLD},s={forged}")


@pytest.mark.parametrize("position", range(0, len(BODY), 41))
def test_a_flipped_bit_is_refused(position: int) -> None:
    changed = bytearray(BODY)
    changed[position] ^= 1

    assert not signed(f"t={TOLD},s={SIGNATURE}", bytes(changed))


@pytest.mark.parametrize(
    ("seconds", "holds"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)]
)
def test_a_signature_holds_for_five_minutes_either_way(
    monkeypatch: pytest.MonkeyPatch, seconds: int, holds: bool
) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(seconds=seconds))

    assert signed(f"t={TOLD},s={SIGNATURE}") is holds


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ({"challenge": "1158201444"}, "1158201444"),
        ({"challenge": "Ab_9"}, "Ab_9"),
        ({}, ""),
        ({"challenge": "<script>"}, None),
        ({"challenge": "a b"}, None),
        ({"challenge": "1" * 129}, None),
        ({"challenge": "1\n"}, None),
        ({"challenge": "é"}, None),
    ],
)
def test_a_get_is_answered_harmlessly(query: dict[str, str], answer: str | None) -> None:
    assert challenge(query) == answer


def message(external_id: str, text: str = "", **other: Any) -> InboundMessage:
    usual = {"contact_handle": "zoe.martin", "thread_external_id": THREAD}
    return InboundMessage("tiktok", OURS, ZOE, external_id, text, AT, **{**usual, **other})


def echo(external_id: str, text: str, **other: Any) -> Echo:
    at = AT + timedelta(seconds=4)
    return Echo("tiktok", OURS, ZOE, external_id, text, at, thread_external_id=THREAD, **other)


def comment(external_id: str, text: str, *, of: str = ZOE, parent: str = "") -> InboundMessage:
    return InboundMessage(
        *("tiktok", OURS, of, external_id, text, AT),
        kind="comment",
        post_external_id=VIDEO,
        parent_external_id=parent,
    )


def read_until(milliseconds: int) -> StatusUpdate:
    until = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    return StatusUpdate("tiktok", OURS, ZOE, "read", watermark=until)


EXPECTED: dict[str, list[list[Event]]] = {
    "im_receive_msg": [
        [message("Msg+fr/0001==", "Bonjour, c’est encore dispo ?")],
        [message("Msg+fr/0002==", attachments=({"type": "image"},))],
        [message("Msg+fr/0003==", "Oui celui-ci", quoted_external_id="Msg+out/0001==")],
        [Reaction("tiktok", OURS, ZOE, "Msg+out/0001==", "👍", AT)],
    ],
    "im_receive_msg_eu": [
        [PollWanted("tiktok", OURS, "conversations")],
        [PollWanted("tiktok", OURS, "conversations")],
    ],
    "im_send_msg": [
        [echo("Msg+out/0001==", "Bonjour ! Oui, en stock.", ours=True)],
        [echo("Msg+out/0002==", "Je vous envoie une photo.")],
        [echo("Msg+out/0003==", "Bienvenue !", automatic=True)],
    ],
    "im_mark_read_msg": [[read_until(1794819604500)], [read_until(1794819601000)]],
    "im_referral_msg": [
        [Referral("tiktok", OURS, ZOE, "ad: Promo novembre", AT)],
        [Referral("tiktok", OURS, ZOE, "short_link: bio_insta", AT)],
    ],
    "im_receive_high_intent_comment": [
        [Ignored("comment_without_video")],
        [Ignored("comment_without_video")],
    ],
    "comment_update": [
        [comment(QUESTION, "Trop stylé, dispo en 42 ?")],
        [comment(REPLY, "Oui j’ai vu", of=OTHER, parent=QUESTION)],
        [Removal("tiktok", OURS, REPLY, AT)],
        [Removal("tiktok", OURS, QUESTION, AT, hidden=True)],
        [
            Echo(
                *("tiktok", OURS, "", ANSWER, "Oui, du 36 au 44 !", AT),
                kind="comment",
                post_external_id=VIDEO,
                parent_external_id=QUESTION,
            )
        ],
    ],
    "authorization_removed": [
        [Revocation("tiktok", "act.invente", "removed/1", AT)],
        [Revocation("tiktok", "act.invente2", "removed/2", AT)],
    ],
}


def samples(name: str) -> list[bytes]:
    return (SAMPLES / f"{name}.jsonl").read_bytes().splitlines()


@pytest.mark.parametrize("name", EXPECTED)
def test_every_sample_of_the_fact_sheet_becomes_its_contract(name: str) -> None:
    assert [parse(body) for body in samples(name)] == EXPECTED[name]


def test_no_sample_is_left_out() -> None:
    assert {path.stem for path in SAMPLES.glob("*.jsonl")} == {*EXPECTED, "answers"}


def test_the_signed_sample_is_a_message() -> None:
    assert parse(BODY) == [message("Msg+fr/0001==", "Bonjour")]


def changed(name: str, number: int = 0, *, account: str = OURS, **inner: Any) -> bytes:
    """Return a sample with other inner fields; None takes one out."""
    envelope = json.loads(samples(name)[number])
    content = {**json.loads(envelope["content"]), **inner}
    kept = {key: value for key, value in content.items() if value is not None}
    return json.dumps({**envelope, "user_openid": account, "content": json.dumps(kept)}).encode()


def test_a_list_of_events_is_taken_in_its_order() -> None:
    one, two = (json.loads(samples(name)[0]) for name in ("im_receive_msg", "im_send_msg"))

    events = parse(json.dumps({"events": [one, "no envelope", two]}).encode())

    assert events == [
        *EXPECTED["im_receive_msg"][0],
        Ignored("malformed"),
        *EXPECTED["im_send_msg"][0],
    ]


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("video", {"video": {"media_id": "m"}}, ""),
        ("share_post", {"share_post": {"embed_url": "https://x.example", "video_id": "1"}}, ""),
        ("sticker", {"sticker": {"url": "https://x.example"}}, ""),
        ("emoji", {"emoji": {"url": "https://x.example"}}, ""),
        ("template", {"template": {"title": "Une taille ?", "buttons": []}}, "Une taille ?"),
        ("other", {}, ""),
        ("something_new", {}, ""),
    ],
)
def test_what_is_no_text_is_kept_by_its_kind(kind: str, body: dict[str, Any], text: str) -> None:
    events = parse(changed("im_receive_msg", type=kind, **{"text": None, **body}))

    assert events == [message("Msg+fr/0001==", text, attachments=({"type": kind},))]


def test_a_pressed_button_brings_what_we_gave_it() -> None:
    events = parse(changed("im_receive_msg", reply_source_payload={"id": "size-42"}))

    assert events == [message("Msg+fr/0001==", "Bonjour, c’est encore dispo ?", payload="size-42")]


def test_a_reaction_taken_away_leaves_no_emoji() -> None:
    taken = [{"operation": "remove", "emoji": "👍", "original_msg_id": "Msg+out/0001=="}]

    events = parse(changed("im_receive_msg", 3, reaction=taken))

    assert events == [Reaction("tiktok", OURS, ZOE, "Msg+out/0001==", "", AT)]


@pytest.mark.parametrize(
    ("tag", "extra", "ours", "automatic"),
    [
        ({"source": "API"}, {}, True, False),
        ({"source": "WEB"}, {}, False, False),
        ({"source": "UNKNOWN_SOURCE"}, {}, False, False),
        (None, {}, False, False),
        ({"source": "OTHERS"}, {}, False, True),
        ({"source": "APP"}, {"auto_message_type": "away_message"}, False, True),
    ],
)
def test_an_echo_tells_who_wrote_it(
    tag: Any, extra: dict[str, Any], ours: bool, automatic: bool
) -> None:
    (event,) = parse(changed("im_send_msg", message_tag=tag, **extra))

    assert isinstance(event, Echo)
    assert (event.ours, event.automatic) == (ours, automatic)


@pytest.mark.parametrize("action", ["set_to_friends_only", "set_to_hidden"])
def test_a_hidden_comment_keeps_its_words(action: str) -> None:
    events = parse(changed("comment_update", comment_action=action))

    assert events == [Removal("tiktok", OURS, QUESTION, AT, hidden=True)]


@pytest.mark.parametrize("parent", [0, "0", "", None])
def test_a_comment_on_the_video_itself_has_no_parent(parent: Any) -> None:
    events = parse(changed("comment_update", parent_comment_id=parent, text=None))

    assert events == [comment(QUESTION, "")]


def test_a_comment_is_shown_again() -> None:
    events = parse(changed("comment_update", comment_action="set_to_public"))

    assert events == [Showing("tiktok", OURS, QUESTION, AT)]


def test_other_changes_of_a_comment_are_ignored() -> None:
    events = parse(changed("comment_update", comment_action="pinned"))

    assert events == [Ignored("unsupported_comment_action")]


@pytest.mark.parametrize("name", ["im_receive_msg", "im_receive_msg_eu", "im_send_msg"])
@pytest.mark.parametrize("account", ["_another_account", ZOE + "x"])
def test_parties_that_contradict_the_envelope_are_nobodys(name: str, account: str) -> None:
    assert parse(changed(name, account=account)) == [Ignored("account_mismatch")]


def test_somebody_who_writes_to_themselves_is_nobodys() -> None:
    itself = {"id": OURS, "role": "business_account"}

    assert parse(changed("im_receive_msg", from_user=itself)) == [Ignored("account_mismatch")]


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": None},
        {"message_id": ""},
        {"message_id": "m" * 256},
        {"message_id": 1.5},
        {"message_id": True},
        {"message_id": "m\x00"},
        {"timestamp": None},
        {"timestamp": 10**30},
        {"timestamp": -5},
        {"timestamp": 1e12},
        {"type": None},
        {"type": 7},
        {"text": "words"},
        {"text": {"body": 7}},
        {"from_user": None},
        {"from_user": "zoe"},
        {"to_user": {"role": "business_account"}},
        {"conversation_id": "c" * 256},
    ],
)
def test_a_broken_message_is_malformed(change: dict[str, Any]) -> None:
    assert parse(changed("im_receive_msg", **change)) == [Ignored("malformed")]


@pytest.mark.parametrize("field", ["comment_id", "video_id", "unique_identifier", "timestamp"])
def test_a_comment_without_what_names_it_is_malformed(field: str) -> None:
    without: dict[str, Any] = {field: None}

    assert parse(changed("comment_update", **without)) == [Ignored("malformed")]


def envelope(**fields: Any) -> bytes:
    return json.dumps({**json.loads(samples("im_receive_msg")[0]), **fields}).encode()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"content": "no JSON"}, "malformed"),
        ({"content": "[]"}, "malformed"),
        ({"content": "[" * 100_000}, "malformed"),
        ({"content": None}, "malformed"),
        ({"user_openid": None}, "malformed"),
        ({"user_openid": ""}, "malformed"),
        ({"event": "video.publish.completed"}, "unsupported_event"),
        ({"event": "im_auto_message_audit_update"}, "automatic_message_settings"),
        ({"event": "im_auto_message_config_update"}, "automatic_message_settings"),
    ],
)
def test_what_we_do_not_use_is_ignored_with_its_reason(fields: dict[str, Any], reason: str) -> None:
    assert parse(envelope(**fields)) == [Ignored(reason)]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[]", b"7", b"null", b"{}", b'{"event":7}', b"[" * 100_000]
)
def test_a_body_that_is_no_envelope_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        parse(body)


def test_ids_keep_all_their_digits() -> None:
    events = parse(changed("comment_update", comment_id=7510000000000000201 + 6))

    assert events == [comment("7510000000000000207", "Trop stylé, dispo en 42 ?")]
