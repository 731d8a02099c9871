"""Meta's documented calls: each becomes exactly the contract that the fact sheet promises."""

import json

import pytest
from pytest_django import Settings

from social.contracts import Event
from social.providers.meta.webhook import parse
from tests.social.meta_samples import APP_ID, FOLDER, SAMPLES, numbered

ROWS = numbered()


@pytest.fixture(autouse=True)
def _app(settings: Settings) -> None:
    settings.META_APP_ID, settings.META_INSTAGRAM_APP_ID = APP_ID, "1217981644879600"


@pytest.mark.parametrize(("_name", "body", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_a_documented_call_becomes_its_contract(
    _name: str, body: bytes, expected: list[Event]
) -> None:
    assert parse(body) == expected


@pytest.mark.parametrize(("_name", "body", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_metas_own_spelling_of_the_same_call_changes_nothing(
    _name: str, body: bytes, expected: list[Event]
) -> None:
    # Meta escapes everything that is not ASCII, and slashes (meta.md 3.2).
    escaped = json.dumps(json.loads(body)).replace("/", "\\/").encode()

    assert parse(escaped) == expected


def test_no_sample_is_forgotten() -> None:
    webhooks = {path.stem for path in FOLDER.glob("[45].*.jsonl")}
    every = sum(len(path.read_bytes().splitlines()) for path in FOLDER.glob("*.jsonl"))

    assert {name for name, _ in SAMPLES} == webhooks
    assert (len(ROWS), every) == (66, 89)


def test_all_samples_in_one_batch_are_the_same_events() -> None:
    for kind in ("page", "instagram"):
        rows = [row for row in ROWS if json.loads(row[1])["object"] == kind]
        entries = [entry for _, body, _ in rows for entry in json.loads(body)["entry"]]

        events = parse(json.dumps({"object": kind, "entry": entries}).encode())

        assert events == [event for _, _, expected in rows for event in expected]


def test_no_address_of_a_picture_is_kept() -> None:
    told = str([parse(body) for _, body, _ in ROWS])

    assert not [host for host in ("fbcdn", "fbsbx", "cdninstagram") if host in told]
