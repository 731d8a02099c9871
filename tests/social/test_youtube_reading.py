"""YouTube's objects, each sample of the fact sheet with the contracts it stands for."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Echo, Edit, Event, Ignored, InboundMessage, PollWanted, Removal
from social.providers.youtube.reading import parse_page
from tests.social.youtube import CHANNEL, page, sample

ZOE, LEO = "UCinventeZoe0000000000001", "UCinventeLeo0000000000001"
TOP = "UgxInvente0001AaABAg"


def at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


def heard(**fields: Any) -> InboundMessage:
    values = {
        "account_kind": "youtube",
        "account_external_id": CHANNEL,
        "contact_external_id": ZOE,
        "contact_name": "zoe-martin",
        "contact_handle": "zoe-martin",
        "external_id": TOP,
        "text": "Super vidéo ! Quel micro utilisez-vous ?",
        "sent_at": at(16, 9, 0),
        "kind": "comment",
        "post_external_id": "vidInvente1",
    }
    return InboundMessage(**{**values, **fields})


LEOS = heard(
    contact_external_id=LEO,
    contact_name="leo-b",
    contact_handle="leo-b",
    external_id=f"{TOP}.9zInv01",
    text="Pareil ici",
    sent_at=at(16, 9, 5),
    parent_external_id=TOP,
)
OURS = Echo(
    account_kind="youtube",
    account_external_id=CHANNEL,
    contact_external_id="",
    external_id=f"{TOP}.9zInv02",
    text="Bonjour, un micro cravate !",
    sent_at=at(16, 9, 10),
    kind="comment",
    post_external_id="vidInvente1",
    parent_external_id=TOP,
)
EDITED, HELD = "UgxInvente0002AaABAg", "UgxInvente0003AaABAg"
SPAM = "Visitez mon site exemple.invalid"
EXPECTED: list[tuple[str, int, list[Event]]] = [
    ("2.1-threads", 1, [heard(), LEOS]),
    (
        "2.1-threads",
        2,
        [
            heard(external_id=EDITED, text="Question corrigée", sent_at=at(15, 9, 0)),
            Edit("youtube", CHANNEL, EDITED, "Question corrigée", at(15, 10, 46, 40)),
        ],
    ),
    (
        "2.1-threads",
        3,
        [
            heard(external_id=HELD, text=SPAM),
            Removal("youtube", CHANNEL, HELD, at(16, 9, 0), hidden=True),
        ],
    ),
    ("2.1-threads", 4, []),
    ("2.2-replies", 1, [LEOS, OURS]),
    (
        "2.2-replies",
        2,
        [
            heard(
                contact_external_id="",
                contact_name="",
                contact_handle="",
                external_id=f"{TOP}.9zInv03",
                text="Merci",
                sent_at=at(16, 9, 11, 40),
                parent_external_id=TOP,
            )
        ],
    ),
    ("2.5-activities", 1, [PollWanted("youtube", CHANNEL, "comments")]),
    ("2.5-activities", 2, [Ignored("unsupported_activity")]),
]


@pytest.mark.parametrize(("name", "number", "expected"), EXPECTED)
def test_a_sample_becomes_its_contracts(name: str, number: int, expected: list[Event]) -> None:
    assert parse_page("comments", page(sample(name, number)["items"])) == expected


def test_our_own_answer_as_the_network_returns_it_is_an_echo() -> None:
    (echo,) = parse_page("comments", page([sample("3-writing", 2)]))

    assert isinstance(echo, Echo)
    assert (echo.external_id, echo.parent_external_id) == (f"{TOP}.9zInv04", TOP)
    assert echo.text == "Bonjour Zoé, un micro cravate. Bonne journée !"


def test_a_comment_of_another_channel_is_never_given_to_ours() -> None:
    items = sample("2.1-threads", 1)["items"]

    assert parse_page("comments", page(items, account="UCautre")) == [Ignored("account_mismatch")]


def test_a_reply_of_another_channel_costs_only_itself() -> None:
    thread = sample("2.1-threads", 1)["items"][0]
    thread["replies"]["comments"][0]["snippet"]["channelId"] = "UCautre"

    assert parse_page("comments", page([thread])) == [heard(), Ignored("account_mismatch")]


def _without(path: tuple[str, ...]) -> dict[str, Any]:
    thread: dict[str, Any] = copy.deepcopy(sample("2.1-threads", 1)["items"][0])
    inner: Any = thread
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return thread


COMMENT = ("snippet", "topLevelComment", "snippet")


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "text",
        7,
        [],
        {},
        {"kind": "youtube#comment"},
        _without(("kind",)),
        _without(("snippet",)),
        _without(("snippet", "topLevelComment", "id")),
        _without((*COMMENT, "publishedAt")),
        _without((*COMMENT, "textDisplay")),
    ],
)
def test_a_broken_object_costs_only_itself(broken: Any) -> None:
    whole = sample("2.2-replies", 1)["items"][0]

    assert parse_page("comments", page([broken, whole])) == [Ignored("malformed"), LEOS]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"textOriginal": "écrit"}, {"text": "écrit"}),
        ({"textDisplay": "a\x00b"}, {"text": "ab"}),
        ({"videoId": None, "postId": "post1"}, {"post_external_id": "post1"}),
        ({"authorDisplayName": "Zoé Martin"}, {"contact_name": "Zoé Martin"}),
        ({"imageUrl": "https://exemple.invalid/x.png"}, {}),
    ],
)
def test_a_comment_is_read_as_it_comes(change: dict[str, Any], expected: dict[str, str]) -> None:
    thread = sample("2.1-threads", 1)["items"][0]
    thread["snippet"]["videoId"] = None
    comment = thread["snippet"]["topLevelComment"]
    comment["snippet"].update(change)

    first, *_ = parse_page("comments", page([thread]))

    assert first == heard(**expected)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"account": 1, "items": []}', b"\xff"])
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        parse_page("comments", body)
