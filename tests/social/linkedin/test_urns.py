"""LinkedIn's URNs: both families, nested brackets, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social.providers.linkedin.urns import (
    Urn,
    message_id,
    owner_id,
    parse,
    profile_id,
    thread_id,
)

OWNER = "ACoAAOwner_1-x"
THREAD = "2-ZmljdGlm_MTAw=="
CONVERSATION = f"urn:li:msg_conversation:(urn:li:fsd_profile:{OWNER},{THREAD})"
MESSAGE = f"urn:li:msg_message:(urn:li:fsd_profile:{OWNER},2-MTcwMA==)"


def test_brackets_hold_their_commas() -> None:
    outer = f"urn:li:wrapped:({CONVERSATION},plain)"
    inner = Urn("msg_conversation", (Urn("fsd_profile", (OWNER,)), THREAD))
    assert parse(outer) == Urn("wrapped", (inner, "plain"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"urn:li:fsd_profile:{OWNER}", OWNER),
        (f"urn:li:fs_miniProfile:{OWNER}", OWNER),
        (f"urn:li:msg_messagingParticipant:urn:li:fsd_profile:{OWNER}", OWNER),
        (f"urn:li:fs_messagingMember:({THREAD},{OWNER})", OWNER),
        ("urn:li:member:123456", ""),
        ("urn:li:fsd_company:42", ""),
        (f"urn:li:fsd_profile:{'x' * 256}", ""),
    ],
)
def test_a_person_has_one_id_in_every_family(text: str, found: str) -> None:
    assert profile_id(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CONVERSATION, THREAD),
        (f"urn:li:messagingThread:{THREAD}", THREAD),
        (f"urn:li:fs_conversation:{THREAD}", THREAD),
        (f"urn:li:fs_event:({THREAD},5-abc)", THREAD),
        (MESSAGE, ""),
        (f"urn:li:fsd_profile:{OWNER}", ""),
    ],
)
def test_a_thread_has_the_id_of_its_address(text: str, found: str) -> None:
    assert thread_id(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (MESSAGE, "2-MTcwMA=="),
        ("urn:li:messagingMessage:2-MTcwMA==", "2-MTcwMA=="),
        (f"urn:li:fs_event:({THREAD},5-abc)", "5-abc"),
        (CONVERSATION, ""),
    ],
)
def test_a_message_has_the_id_of_its_last_part(text: str, found: str) -> None:
    assert message_id(text) == found


def test_a_mailbox_belongs_to_the_first_part() -> None:
    assert owner_id(CONVERSATION) == owner_id(MESSAGE) == OWNER
    assert owner_id(f"urn:li:messagingThread:{THREAD}") == ""
    assert owner_id(f"urn:li:fsd_profile:{OWNER}") == ""


@pytest.mark.parametrize(
    "text",
    [
        *(None, 7, "", "urn", "urn:li:", "urn:li:x", "urn:li:x:", "urn:li::x", "li:x:y"),
        *("urn:li:x:(a", "urn:li:x:a)", "urn:li:x:(a,)", "urn:li:x:()", "urn:li:x:(a)(b)"),
        *("urn:li:x:((a)", "urn:li:x:(a),b)", "urn:li:x:(a))((b)", "urn:li:x:a,b"),
        *("urn:li:x:(urn:li:y,b)", "urn:li:x:a b", "urn:li:x:a\n", "urn:li:x:\x00"),
        "urn:li:x:(" * 400 + "a" + ")" * 400,
        "urn:li:x:" + "a" * 1000,
    ],
)
def test_what_only_looks_like_a_urn_is_none(text: object) -> None:
    assert parse(text) is None


@given(st.text(alphabet="urn:lix(),ab2-= \x00", max_size=60))
def test_any_text_is_a_urn_or_none(text: str) -> None:
    assert isinstance(parse("urn:li:" + text), Urn | None)
