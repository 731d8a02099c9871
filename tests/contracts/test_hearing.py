"""Whatever arrives: signed or not, whole or broken, for this account or for another."""

import json
from typing import Any

import pytest

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Event, Ignored
from tests.contracts.frame import Subject, page_of, samples
from tests.contracts.sound import check

GARBAGE = [
    b"",
    b"bonjour",
    b"null",
    b"3",
    b"true",
    b"[]",
    b"{}",
    b'"texte"',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"NaN",
    b"1e999",
    b"9" * 5000,
    b'{"entry":null,"object":null,"event":null,"content":null,"items":null,"account":null}',
    b'{"entry":[],"object":"page","event":"","content":"","items":[],"account":{}}',
    b'{"object":"page","entry":[null,1,"a",[],{}],"event":[],"user_openid":[]}',
]


def test_a_signed_body_is_taken_and_no_other(subject: Subject) -> None:
    receiving = subject.provider.receiving
    if receiving is None or subject.signed is None:
        pytest.skip("a network without webhooks")
    body = json.dumps(samples(subject.provider.name)[0]).encode()
    headers = subject.signed(body)

    assert receiving.verify(headers, body)
    assert not receiving.verify({}, body)
    assert not receiving.verify(dict.fromkeys(headers, ""), body)
    assert not receiving.verify(dict.fromkeys(headers, "é" * 64), body)
    for position in range(0, len(body), max(len(body) // 20, 1)):
        changed = bytearray(body)
        changed[position] ^= 1
        assert not receiving.verify(headers, bytes(changed))
    for name, value in headers.items():
        assert not receiving.verify({**headers, name: value[:-1]}, body)
        assert not receiving.verify({**headers, name: value[::-1]}, body)


@pytest.mark.parametrize("body", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_an_invalid_payload_or_ignored(subject: Subject, body: bytes) -> None:
    provider = subject.provider
    if provider.receiving is not None:
        assert all(isinstance(one, Ignored) for one in _heard(provider.receiving.parse, body))
    for stream in provider.streams:
        assert provider.parse_page is not None
        parse = provider.parse_page
        assert all(
            isinstance(one, Ignored)
            for one in _heard(lambda raw, parse=parse, name=stream.name: parse(name, raw), body)
        )


def test_every_sample_is_sound_and_of_its_envelopes_account(subject: Subject) -> None:
    provider = subject.provider
    for document in samples(provider.name):
        body = json.dumps(document).encode()
        if provider.receiving is not None and subject.accounts_in is not None:
            events = _heard(provider.receiving.parse, body)
            check(provider, events, subject.accounts_in(document))
            assert events == _heard(provider.receiving.parse, body)


def test_a_page_is_of_the_account_it_was_read_for(subject: Subject) -> None:
    provider = subject.provider
    if provider.parse_page is None:
        pytest.skip("a network that is not asked")
    for stream in provider.streams:
        for account in subject.accounts:
            page = page_of(account, stream.name, samples(provider.name))
            check(provider, provider.parse_page(stream.name, page), {account.account_external_id})


def _heard(parse: Any, body: bytes) -> list[Event]:
    try:
        found: list[Event] = parse(body)
    except InvalidPayloadError:
        return []
    return found
