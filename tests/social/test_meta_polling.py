"""The second look at conversations: once each, nothing lost in a crash, nothing of the past."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flowia.lib.errors import InvalidPayloadError
from social.contracts import Credentials, Echo, Ignored, InboundMessage
from social.errors import ProviderError
from social.providers.meta.polling import parse_page, read
from social.streams import Page
from tests.contracts.frame import page_of
from tests.standin import StandIn

PAGE, ZOE, LEO = "104857600012345", "7012345678901234", "7098765432109876"
AS_PAGE = Credentials(PAGE, "messenger", "EAAB-page-invente", login="facebook")
ALONE = Credentials("178", "instagram", "IGAA-invente", login="instagram")
NOON = 1_800_000_000


def at(seconds: int) -> str:
    return datetime.fromtimestamp(NOON + seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def listed(*threads: tuple[str, int], more: bool = False) -> dict[str, Any]:
    paging = {"cursors": {"after": "QVFI"}, **({"next": "https://x"} if more else {})}
    return {"data": [{"id": n, "updated_time": at(s)} for n, s in threads], "paging": paging}


def said(mid: str, seconds: int, *, who: str = ZOE, to: str = PAGE, **more: Any) -> dict[str, Any]:
    parties = {"from": {"id": who}, "to": {"data": [{"id": to}]}}
    return {"id": mid, "created_time": at(seconds), "message": f"mot {mid}", **parties, **more}


def thread(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"id": "t", "messages": {"data": list(rows)}}


def turn(graph: StandIn, cursor: Any, *answers: dict[str, Any]) -> tuple[list[str], Any]:
    """Read a whole turn, its cursor stored as JSON between any two calls; the ids it brought."""
    graph.answers.clear()
    for answer in answers:
        graph.answer(200, answer)
    ids: list[str] = []
    for _ in answers:
        page = read(AS_PAGE, json.loads(json.dumps(cursor)))
        ids += [item["id"] for item in page.items]
        cursor = page.cursor
    assert not page.more
    return ids, cursor


def test_the_first_look_takes_nothing_and_remembers_where_it_is(graph: StandIn) -> None:
    graph.answer(200, listed(("t_1", 0), ("t_2", -50), more=True))

    assert read(AS_PAGE, {}) == Page((), {"since": NOON, "floor": NOON})
    assert read(AS_PAGE, {}).more is False


def test_an_account_without_threads_hears_its_first_one(graph: StandIn) -> None:
    ids, cursor = turn(graph, {}, listed())
    assert (ids, cursor) == ([], {"since": 0, "floor": 0})

    ids, _ = turn(graph, cursor, listed(("t_1", 5)), thread(said("m_1", 5)))
    assert ids == ["m_1"]


def test_what_was_written_until_the_first_look_stays_history(graph: StandIn) -> None:
    _, cursor = turn(graph, {}, listed(("t_1", 0)))

    ids, _ = turn(graph, cursor, listed(("t_1", 20)), thread(said("m_2", 20), said("m_1", -5)))

    assert ids == ["m_2"]


def test_a_turn_reads_what_changed_since_the_last_one_oldest_first(graph: StandIn) -> None:
    ids, cursor = turn(
        graph,
        {"since": NOON},
        listed(("t_1", 700), ("t_2", 650), ("t_3", -500)),
        thread(said("m_2", 700), said("m_1", 600), said("m_0", -400)),
        thread(said("m_3", 650)),
    )

    assert ids == ["m_1", "m_2", "m_3"]
    assert cursor["since"] == NOON + 700
    paths = [urlsplit(one.path).path for one in graph.asked]
    assert paths == [f"/v26.0/{PAGE}/conversations", "/v26.0/t_1", "/v26.0/t_2"]


def test_what_was_seen_is_not_seen_again_and_what_came_late_is(graph: StandIn) -> None:
    _, cursor = turn(
        graph, {"since": NOON}, listed(("t_1", 700)), thread(said("m_1", 690), said("m_2", 700))
    )

    # A minute is looked at twice: one thread was late in the list.
    ids, cursor = turn(
        graph,
        cursor,
        listed(("t_1", 700), ("t_2", 660), ("t_3", 600)),
        thread(said("m_1", 690), said("m_2", 700)),
        thread(said("m_4", 660)),
    )
    assert ids == ["m_4"]
    assert cursor["since"] == NOON + 700


def test_a_long_list_is_read_page_by_page_to_where_the_last_turn_was(graph: StandIn) -> None:
    ids, cursor = turn(
        graph,
        {"since": NOON},
        listed(("t_1", 700), more=True),
        thread(said("m_1", 700)),
        listed(("t_2", 500), ("t_3", -500), more=True),
        thread(said("m_2", 500)),
    )

    assert ids == ["m_1", "m_2"]
    assert cursor["since"] == NOON + 700
    third = parse_qs(urlsplit(graph.asked[2].path).query)
    assert (third["after"], third["platform"]) == (["QVFI"], ["messenger"])


def test_a_turn_goes_on_where_a_crash_left_it(graph: StandIn) -> None:
    graph.answer(200, listed(("t_1", 700), ("t_2", 650)))
    stored = json.loads(json.dumps(read(AS_PAGE, {"since": NOON}).cursor))

    for _ in range(2):  # the call was made, its page was lost
        graph.answers.clear()
        graph.answer(200, thread(said("m_1", 700)))
        page = read(AS_PAGE, stored)
        assert ([item["id"] for item in page.items], page.more) == (["m_1"], True)


GONE = {"error": {"code": 100, "error_subcode": 33, "message": "does not exist"}}
OLD = {"error": {"code": 100, "message": "Invalid cursors values"}}


def test_a_thread_that_is_refused_costs_only_itself(graph: StandIn) -> None:
    graph.answer(400, GONE)
    graph.answer(200, thread(said("m_2", 10)))
    cursor = {"since": NOON, "high": NOON + 20, "after": "", "threads": ["t_gone", "t_2"]}
    first = read(AS_PAGE, cursor)
    second = read(AS_PAGE, first.cursor)

    assert (first.items, first.more) == ((), True)
    assert ([item["id"] for item in second.items], second.more) == (["m_2"], False)


@pytest.mark.parametrize("error", [{"code": 190}, {"code": 2}, {"code": 10}, {"code": 32}])
def test_what_is_refused_of_the_whole_account_is_no_threads_matter(
    graph: StandIn, error: dict[str, int]
) -> None:
    graph.answer(400, {"error": error})
    with pytest.raises(ProviderError):
        read(AS_PAGE, {"since": NOON, "high": NOON, "after": "", "threads": ["t_1"]})


def test_a_page_of_the_list_that_is_no_longer_there_begins_it_anew(graph: StandIn) -> None:
    graph.answer(400, OLD)
    page = read(AS_PAGE, {"since": NOON, "high": NOON + 9, "after": "QVFI", "threads": []})
    # Not at once: a network that refuses each second page would be asked without end.
    assert page.more is False

    ids, cursor = turn(graph, page.cursor, listed(("t_1", 20)), thread(said("m_1", 20)))
    assert (ids, cursor["since"]) == (["m_1"], NOON + 20)


def test_a_list_whose_first_page_is_refused_is_told(graph: StandIn) -> None:
    graph.answer(400, OLD)
    with pytest.raises(ProviderError):
        read(AS_PAGE, {"since": NOON})


def test_no_address_of_a_picture_is_stored(graph: StandIn) -> None:
    picture = {"mime_type": "image/jpeg", "image_data": {"url": "https://scontent/x.jpg"}}
    paper = {"mime_type": "application/pdf", "file_url": "https://cdn/x.pdf"}
    row = said("m_1", 700, attachments={"data": [picture, paper, {}]})
    graph.answer(200, thread(row))

    page = read(AS_PAGE, {"since": NOON, "high": NOON, "after": "", "threads": ["t_1"]})

    assert page.items[0]["attachments"] == [{"type": "image"}, {"type": "file"}, {"type": "file"}]
    assert "https" not in json.dumps(page.items)


def test_a_page_is_told_as_webhooks_tell_it() -> None:
    sent_at = datetime.fromtimestamp(NOON, tz=UTC)
    theirs = {**said("m_1", 0), "attachments": [{"type": "image"}]}
    ours = said("m_2", 0, who=PAGE, to=ZOE)

    assert parse_page("conversations", page_of(AS_PAGE, "conversations", [theirs, ours])) == [
        InboundMessage(
            "messenger", PAGE, ZOE, "m_1", "mot m_1", sent_at, attachments=({"type": "image"},)
        ),
        Echo("messenger", PAGE, ZOE, "m_2", "mot m_2", sent_at),
    ]


def test_a_message_on_instagram_brings_its_writers_handle() -> None:
    row = {**said("m_1", 0, to="178"), "from": {"id": ZOE, "username": "zoe.m"}}
    [event] = parse_page("conversations", page_of(ALONE, "conversations", [row]))

    assert isinstance(event, InboundMessage)
    assert (event.account_kind, event.contact_handle) == ("instagram", "zoe.m")


ODD = [
    (said("m", 0, to=LEO), "account_mismatch"),
    (said("m", 0, who=PAGE, to=PAGE), "malformed"),
    (said("", 0), "malformed"),
    ({**said("m", 0), "created_time": "2026-11-28T12:00:00"}, "malformed"),
    ({**said("m", 0), "from": None}, "malformed"),
    ("texte", "malformed"),
]


@pytest.mark.parametrize(("item", "reason"), ODD, ids=range(len(ODD)))
def test_an_odd_item_costs_only_itself(item: Any, reason: str) -> None:
    body = page_of(AS_PAGE, "conversations", [item, said("m_9", 0)])
    odd, good = parse_page("conversations", body)

    assert odd == Ignored(reason)
    assert isinstance(good, InboundMessage)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"account": {"kind": "youtube", "external_id": "1"}, "items": []}'],
)
def test_what_is_no_page_of_ours_is_an_error(body: bytes) -> None:
    with pytest.raises(InvalidPayloadError):
        parse_page("conversations", body)
