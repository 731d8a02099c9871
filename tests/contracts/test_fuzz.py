"""Every sample of every network, broken at random: never an exception, never a wrong account.

Samples are cut, reordered, duplicated, given wrong types, filled with another sample's parts, and
cut as bytes. A broken body may change which accounts its envelope names; the events must be of
those. 20,000 examples, the same ones in every run, in chunks.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Event
from tests.contracts.frame import Subject, page_of, samples, subjects
from tests.contracts.sound import check

EXAMPLES, CHUNKS = 20_000, 20
ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2.5,
    1e308,
    10**30,
    1794819600,
    1794819600000,
    "",
    "0",
    "null",
    "texte",
    "é" * 300,
    "\x00",
    "\ud800",
    "1794819600",
    "2026-11-28T12:00:00Z",
    "2026-11-28T12:00:00",
    "9999-12-31T23:59:59-12:00",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"id": None},
    {"id": "1"},
    {"": ""},
    '{"a": 1}',
    "{",
]
CHOSEN = [
    (name, document) for name in subjects() for document in samples(name)
]  # one entry a sample, so that each is broken as often as the others
STEPS = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(0, 8), st.integers(0, 400)), min_size=1, max_size=4
)


def places(document: Any) -> list[tuple[Any, Any]]:
    """Every value inside a document, as the container and the key or index it stands at."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        one = waiting.pop()
        keys: Iterator[Any] = iter(())
        if isinstance(one, dict):
            keys = iter(list(one))
        elif isinstance(one, list):
            keys = iter(range(len(one)))
        for key in keys:
            found.append((one, key))
            waiting.append(one[key])
    return found


def break_at(document: Any, position: int, how: int, which: int) -> None:
    """Change one value of a document in one of nine ways."""
    all_places = places(document)
    if not all_places:
        return
    holder, key = all_places[position % len(all_places)]
    other, other_key = all_places[which % len(all_places)]
    value = holder[key]
    if how in {0, 1}:
        del holder[key]
    elif how == 2:
        holder[key] = copy.deepcopy(ODD[which % len(ODD)])
    elif how == 3:
        _, donor = CHOSEN[which % len(CHOSEN)]
        holder[key] = copy.deepcopy(donor)
    elif how == 4 and isinstance(holder, list):
        holder.insert(which % (len(holder) + 1), copy.deepcopy(value))
    elif how == 5 and isinstance(value, list):
        value.reverse()
    elif how == 6:
        # A value of elsewhere in the same document, an id in another one's place above all.
        holder[key] = copy.deepcopy(other[other_key])
    elif how == 7 and isinstance(holder, dict):
        holder[f"{key}x"] = holder.pop(key)
    else:
        as_text = isinstance(value, dict | list)
        holder[key] = json.dumps(value) if as_text else [value] if which % 2 else str(value)


def heard(parse: Any, *given_to_it: Any) -> list[Event]:
    try:
        found: list[Event] = parse(*given_to_it)
    except InvalidPayloadError:
        return []
    return found


def listen(subject: Subject, body: bytes, document: Any) -> None:
    """Let a webhook's reader hear a body, whatever it is."""
    receiving = subject.provider.receiving
    if receiving is None or subject.accounts_in is None:
        return
    accounts = set() if document is None else subject.accounts_in(document)
    check(subject.provider, heard(receiving.parse, body), accounts)


def look(subject: Subject, items: Any, cut: int) -> None:
    """Let each stream's reader read the same as what a page brought."""
    provider = subject.provider
    for number, stream in enumerate(provider.streams):
        assert provider.parse_page is not None
        account = subject.accounts[(number + cut) % len(subject.accounts)]
        body = page_of(account, stream.name, [items])
        events = heard(provider.parse_page, stream.name, body)
        check(provider, events, {account.account_external_id})
        heard(provider.parse_page, stream.name, body[: cut % len(body)])


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_broken_sample_raises_or_speaks_for_another_account(chunk: int) -> None:
    @seed(chunk)
    @hypothesis_settings(
        max_examples=EXAMPLES // CHUNKS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, len(CHOSEN) - 1), STEPS, st.integers(0, 6000))
    def broken(number: int, steps: list[tuple[int, int, int]], cut: int) -> None:
        name, sample = CHOSEN[number]
        document = copy.deepcopy(sample)
        for step in steps:
            break_at(document, *step)
        subject = subjects()[name]
        body = json.dumps(document).encode()
        listen(subject, body, document)
        shorter = body[: cut % (len(body) + 1)]
        listen(subject, shorter, document if shorter == body else None)
        look(subject, document, cut)

    broken()
