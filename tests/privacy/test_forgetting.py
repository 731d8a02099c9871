"""What is forgotten: recognised by hashes, under a key that outlives every rotation."""

import base64
import json
import os
from collections.abc import Mapping

import pytest
from pytest_django import Settings

from flowia.lib.crypto import CannotDecryptError
from social import forgotten, scrubbing
from social.models import ForgettingKey, Forgotten, SocialAccount
from tests.factories import make_account, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> SocialAccount:
    return make_account(make_workspace())


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_a_message_is_known_in_its_account_alone(account: SocialAccount) -> None:
    other = make_account(make_workspace())
    forgotten.remember_messages(account, ["m_1", "m_1", ""])
    assert Forgotten.objects.count() == 1
    assert forgotten.knows_message(account, "m_1")
    assert not forgotten.knows_message(account, "m_2")
    assert not forgotten.knows_message(other, "m_1")


def test_a_message_is_no_opt_out(account: SocialAccount) -> None:
    forgotten.remember_messages(account, ["1"])
    assert forgotten.opted_out_at(account, "1") is None


def test_the_table_names_nobody(account: SocialAccount) -> None:
    forgotten.remember_opt_out(account, "7012345678901234")
    row = Forgotten.objects.get()
    assert "7012345678901234" not in json.dumps([row.key, row.kind])


def test_new_secrets_change_nothing(account: SocialAccount, settings: Settings) -> None:
    forgotten.remember_messages(account, ["m_1"])
    settings.SECRET_KEY = "another-secret-key-that-is-long-enough"
    settings.ENCRYPTION_KEYS = [new_key(), *settings.ENCRYPTION_KEYS]
    assert forgotten.knows_message(account, "m_1")
    # Read once with both, the key is sealed with the new one: the old one may go.
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert forgotten.knows_message(account, "m_1")
    assert ForgettingKey.objects.count() == 1


def test_a_lost_key_is_an_error_and_not_an_answer(
    account: SocialAccount, settings: Settings
) -> None:
    forgotten.remember_messages(account, ["m_1"])
    settings.ENCRYPTION_KEYS = [new_key()]
    with pytest.raises(CannotDecryptError):
        forgotten.knows_message(account, "m_1")


PAGE, PERSON = "104857600012345", "7012345678901234"
HERS = {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "message": {"text": "à moi"}}
HIS = {"sender": {"id": "555"}, "recipient": {"id": PAGE}, "message": {"text": "à lui"}}
ELSEWHERE = {"sender": {"id": PERSON}, "recipient": {"id": "999"}, "message": {"text": "là-bas"}}


def test_only_the_persons_items_are_taken_out() -> None:
    entries = [{"id": PAGE, "messaging": [HERS, HIS]}, {"id": "999", "messaging": [ELSEWHERE]}]
    body = json.dumps({"object": "page", "entry": entries}).encode()
    rest, taken = scrubbing.split(body, PERSON, account=PAGE)
    assert taken == [HERS]
    assert json.loads(rest)["entry"] == [{"id": PAGE, "messaging": [HIS]}, entries[1]]


@pytest.mark.parametrize(
    "document",
    [
        {"user_openid": PAGE, "content": json.dumps({"from": PERSON, "text": "x"})},
        {"account": int(PAGE), "person": int(PERSON)},
    ],
)
def test_a_call_about_them_alone_is_emptied(document: dict[str, object]) -> None:
    body = json.dumps(document).encode()
    assert scrubbing.split(body, PERSON, account=PAGE) == (b"{}", [document])


@pytest.mark.parametrize(
    "body", [b"{}", b"[", b"[]", b"\xff", json.dumps({"entry": [HIS]}).encode()]
)
def test_a_call_that_does_not_name_them_stays_byte_for_byte(body: bytes) -> None:
    assert scrubbing.split(body, PERSON, account=PAGE) == (body, [])


def test_another_accounts_items_stay() -> None:
    body = json.dumps({"entry": [{"id": "999", "messaging": [ELSEWHERE]}, {"id": PAGE}]}).encode()
    assert scrubbing.split(body, PERSON, account=PAGE) == (body, [])


def test_half_a_character_of_somebody_else_keeps_nobody_in() -> None:
    """JSON can hold half of a pair of UTF-16, which no bytes can."""
    half = {**HIS, "message": {"text": "\ud83d"}}
    body = json.dumps({"entry": [{"id": PAGE, "messaging": [HERS, half]}]}).encode()
    rest, taken = scrubbing.split(body, PERSON, account=PAGE)
    assert (json.loads(rest)["entry"][0]["messaging"], taken) == ([half], [HERS])


# --- one message, wherever it was told -----------------------------------------------------------
def without(document: Mapping[str, object], message: str = "m_1") -> tuple[object, list[object]]:
    body = json.dumps(document).encode()
    rest, taken = scrubbing.without_message(body, message, account=PAGE)
    return json.loads(rest), taken


def test_a_message_is_taken_out_and_what_answers_it_stays() -> None:
    said = {"recipient": {"id": PAGE}, "message": {"mid": "m_1", "text": "Mon code"}}
    edited = {"recipient": {"id": PAGE}, "message_edit": {"mid": "m_1", "text": "Ma clé"}}
    answer = {"recipient": {"id": PAGE}, "message": {"mid": "m_2", "reply_to": {"mid": "m_1"}}}
    rest, taken = without({"entry": [{"id": PAGE, "messaging": [said, edited, answer]}]})

    assert taken == [said, edited]
    assert rest == {"entry": [{"id": PAGE, "messaging": [answer]}]}


def test_what_answers_a_message_in_a_document_of_its_own_stays() -> None:
    content = json.dumps({"message_id": "m_2", "parent_comment_id": "m_1"})
    call = {"user_openid": PAGE, "content": content}

    assert without(call) == (call, [])
    assert without({**call, "content": json.dumps({"comment_id": "m_1"})})[0] == {}


def test_a_page_of_polling_is_all_its_accounts() -> None:
    whose = {"kind": "tiktok", "external_id": PAGE}
    items = [{"comment_id": "m_1", "text": "x"}, {"comment_id": "m_2", "text": "y"}]

    rest, taken = without({"account": whose, "stream": "comments", "items": items})
    assert (rest, taken) == (
        {"account": whose, "stream": "comments", "items": items[1:]},
        items[:1],
    )
