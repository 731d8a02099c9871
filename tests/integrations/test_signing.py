"""Signatures of Standard Webhooks: the published values, and the cases its libraries test."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.hooks import signing
from integrations.hooks.signing import SignatureError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
UID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
"""The values of the reference libraries' own tests, the same in each language:
github.com/standard-webhooks/standard-webhooks, libraries/python/tests/test_webhooks.py."""
WRONG = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
NOW = datetime.fromtimestamp(AT, UTC)
HEADERS = {"webhook-id": UID, "webhook-timestamp": str(AT), "webhook-signature": PUBLISHED}


def verify(headers: dict[str, str] | None = None, secret: str = SECRET, **changes: Any) -> None:
    given = {"body": BODY, "now": NOW, **changes}
    signing.verify(secret, HEADERS if headers is None else headers, given["body"], now=given["now"])


def test_the_published_values_come_out() -> None:
    assert signing.signature_of(SECRET, uid=UID, at=AT, body=BODY) == PUBLISHED
    assert signing.headers_for([SECRET], uid=UID, at=AT, body=BODY) == HEADERS


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_")])
def test_a_secret_is_known_with_its_prefix_and_without(secret: str) -> None:
    verify(secret=secret)


def test_a_secret_is_known_without_its_padding() -> None:
    secret = signing.make_secret()
    assert secret.endswith("=")
    headers = signing.headers_for([secret], uid=UID, at=AT, body=BODY)

    verify(headers, secret=secret.rstrip("="))


@pytest.mark.parametrize("name", HEADERS)
def test_a_missing_header_is_refused(name: str) -> None:
    with pytest.raises(SignatureError, match=name):
        verify({key: value for key, value in HEADERS.items() if key != name})


@pytest.mark.parametrize("stamp", ["hello", "", "²", "-1", "1614265330.0", " 1614265330"])
def test_a_timestamp_that_is_no_number_is_refused(stamp: str) -> None:
    with pytest.raises(SignatureError):
        verify({**HEADERS, "webhook-timestamp": stamp})


@pytest.mark.parametrize(
    ("seconds", "said"), [(301, "too old"), (-301, "too new"), (300, ""), (-300, ""), (0, "")]
)
def test_a_call_is_believed_for_five_minutes(seconds: int, said: str) -> None:
    if not said:
        return verify(now=NOW + timedelta(seconds=seconds))
    with pytest.raises(SignatureError, match=said):
        verify(now=NOW + timedelta(seconds=seconds))
    return None


TAMPERED: list[dict[str, Any]] = [
    {"body": BODY + b" "},
    {"headers": {**HEADERS, "webhook-id": "msg_other"}},
    {"headers": {**HEADERS, "webhook-timestamp": str(AT + 1)}},
    {"headers": {**HEADERS, "webhook-signature": PUBLISHED.replace("OE=", "OA=")}},
    {"headers": {**HEADERS, "webhook-signature": PUBLISHED.removeprefix("v1,")}},
    {"headers": {**HEADERS, "webhook-signature": PUBLISHED.replace("v1,", "v2,")}},
    {"headers": {**HEADERS, "webhook-signature": "v1,"}},
    {"headers": {**HEADERS, "webhook-signature": "v1,é"}},
    {"secret": signing.make_secret()},
]


@pytest.mark.parametrize("changes", TAMPERED)
def test_what_was_changed_on_the_way_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SignatureError, match="no signature fits"):
        verify(**changes)


def test_one_of_several_signatures_is_enough() -> None:
    several = f"v1,{WRONG} v2,{WRONG} {PUBLISHED} v1,{WRONG}"
    verify({**HEADERS, "webhook-signature": several})


def test_the_names_of_headers_have_no_case() -> None:
    verify({name.title(): value for name, value in HEADERS.items()})


def test_a_new_secret_is_32_random_bytes() -> None:
    made = {signing.make_secret() for _ in range(50)}

    assert len(made) == 50
    for secret in made:
        assert secret.startswith("whsec_")
        assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "whsec_c2hvcnQ=", "x"])
def test_a_weak_or_broken_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        signing.signature_of(secret, uid=UID, at=AT, body=BODY)


def test_a_replaced_secret_signs_for_another_day() -> None:
    old = {"secret": SECRET}
    new = signing.replaced(old, now=NOW)

    assert signing.secrets_of(old, now=NOW) == [SECRET]
    for hours, known in ((0, 2), (23.9, 2), (24, 1), (100, 1)):
        found = signing.secrets_of(new, now=NOW + timedelta(hours=hours))
        assert found == [new["secret"], SECRET][:known]
        headers = signing.headers_for(found, uid=UID, at=AT, body=BODY)
        verify(headers, secret=new["secret"])
        if known == 2:
            verify(headers, secret=SECRET)
        else:
            with pytest.raises(SignatureError):
                verify(headers, secret=SECRET)


def test_replaced_twice_each_secret_signs_for_its_own_day() -> None:
    later = NOW + timedelta(hours=20)
    once = signing.replaced({"secret": SECRET}, now=NOW)
    twice = signing.replaced(once, now=later)

    assert signing.secrets_of(twice, now=later) == [twice["secret"], once["secret"], SECRET]
    after = NOW + timedelta(hours=24)
    assert signing.secrets_of(twice, now=after) == [twice["secret"], once["secret"]]


def test_of_many_replaced_secrets_the_newest_sign() -> None:
    made: list[dict[str, Any]] = [{"secret": SECRET}]
    for _time in range(9):
        made.append(signing.replaced(made[-1], now=NOW))
    newest = [one["secret"] for one in reversed(made)]
    assert signing.secrets_of(made[-1], now=NOW) == newest[: 1 + signing.MOST_FORMER]


def test_somebody_elses_arithmetic_agrees() -> None:
    """The signature worked out once more, from the specification's words alone."""
    key = base64.b64decode(SECRET.split("_")[1])
    digest = hmac.new(key, b".".join([UID.encode(), str(AT).encode(), BODY]), hashlib.sha256)

    assert f"v1,{base64.b64encode(digest.digest()).decode()}" == PUBLISHED
