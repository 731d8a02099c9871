"""Looking a send up, and how people call themselves: only what was read proves something."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from social.contracts import COMMENT, Credentials, Found, OutboundMessage, Profile, Sought
from social.errors import ProviderError
from social.providers.meta.graph import MOST_PAGES
from social.providers.meta.looking import look_up, profile
from tests.standin import StandIn

PAGE, GRAM, ZOE = "104857600012345", "17841400112233445", "7012345678901234"
AS_PAGE = Credentials(PAGE, "messenger", "EAAB-page-invente", login="facebook")
ALONE = Credentials(GRAM, "instagram", "IGAA-invente", login="instagram")
SENT = datetime(2026, 11, 16, 9, 0, 0, 700_000, tzinfo=UTC)
TEXT = "Oui, elle coûte 39 €."


def at(seconds: float) -> str:
    """A moment so many seconds after the send, as Graph spells it: whole seconds."""
    return (SENT + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S+0000")


def row(mid: str, text: str, seconds: float, *, who: str = PAGE) -> dict[str, Any]:
    return {"id": mid, "message": text, "created_time": at(seconds), "from": {"id": who}}


def thread(*rows: dict[str, Any], more: bool = False) -> dict[str, Any]:
    paging = {"cursors": {"after": "QVFI"}, **({"next": "https://x"} if more else {})}
    return {"id": "t_1", "messages": {"data": list(rows), "paging": paging}}


def listed(*threads: tuple[str, str, float], more: bool = False) -> dict[str, Any]:
    data = [
        {"id": name, "updated_time": at(seconds), "participants": {"data": [{"id": person}]}}
        for name, person, seconds in threads
    ]
    paging = {"cursors": {"after": "QVFI"}, **({"next": "https://x"} if more else {})}
    return {"data": data, "paging": paging}


def sought(**more: Any) -> Sought:
    values = {"conversation_external_id": "t_1", **more}
    return Sought(OutboundMessage(ZOE, TEXT, "delivery:1", **values), SENT)


QUESTION = row("m_1", "C’est combien ?", -60, who=ZOE)
READ: list[tuple[str, dict[str, Any], Found]] = [
    ("there", thread(row("m_2", TEXT, 1), QUESTION), Found("m_2", complete=True)),
    ("the second rounded down", thread(row("m_2", TEXT, -0.7), QUESTION), Found("m_2", True)),
    ("not there", thread(QUESTION), Found("", complete=True)),
    ("said before", thread(row("m_0", TEXT, -30), QUESTION), Found("", complete=True)),
    ("said by them", thread(row("m_2", TEXT, 1, who=ZOE), QUESTION), Found("", complete=True)),
    ("other words", thread(row("m_2", "Oui.", 1), QUESTION), Found("", complete=True)),
    ("blanks around", thread(row("m_2", f" {TEXT}\n", 1), QUESTION), Found("m_2", True)),
    (
        "twice: the first",
        thread(row("m_3", TEXT, 9), row("m_2", TEXT, 1), QUESTION),
        Found("m_2", True),
    ),
    ("only newer ones were read", thread(row("m_9", "Bien", 50), more=True), Found("")),
    ("older ones were read", thread(QUESTION, more=True), Found("", complete=True)),
    ("an empty thread", thread(), Found("")),
    ("no thread at all", {}, Found("")),
    ("a moment nobody reads", thread({**QUESTION, "created_time": "hier"}, QUESTION), Found("")),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "body", "found"), READ, ids=[one[0] for one in READ])
def test_a_send_is_known_by_our_words_in_the_thread_since_then(
    graph: StandIn, _name: str, body: dict[str, Any], found: Found
) -> None:
    graph.answer(200, body)

    assert look_up(AS_PAGE, sought()) == found
    assert urlsplit(graph.asked[0].path).path == "/v26.0/t_1"


@pytest.mark.parametrize("seconds", [-60, 60])
def test_of_several_that_say_the_same_ours_is_the_one_nearest_to_our_call(
    graph: StandIn, seconds: int
) -> None:
    """The other's outcome may be just as unknown: nobody could tell that it is another."""
    graph.answer(200, thread(row("m_3", TEXT, seconds), row("m_2", TEXT, 1), QUESTION))
    lately = replace(sought(), sent_after=SENT - timedelta(minutes=2), called_at=SENT)

    assert look_up(AS_PAGE, lately).external_id == "m_2"


def test_a_thread_without_a_name_is_found_by_its_person(graph: StandIn) -> None:
    graph.answer(200, listed(("t_9", "autre", 5), more=True))
    graph.answer(200, listed(("t_1", ZOE, 1)))
    graph.answer(200, thread(row("m_2", TEXT, 1), QUESTION))

    assert look_up(AS_PAGE, sought(conversation_external_id="")) == Found("m_2", complete=True)

    first, second, _ = (parse_qs(urlsplit(one.path).query) for one in graph.asked)
    assert (first["platform"], first["user_id"]) == (["messenger"], [ZOE])
    assert ("after" in first, second["after"]) == (False, ["QVFI"])


LISTS: list[tuple[str, dict[str, Any], bool]] = [
    ("read to before the send", listed(("t_9", "autre", -60)), True),
    ("ends before", listed(("t_9", "autre", 60)), False),
    ("is empty", listed(), False),
]


@pytest.mark.parametrize(("_name", "body", "complete"), LISTS, ids=[one[0] for one in LISTS])
def test_a_person_who_is_in_no_thread_proves_something_only_if_all_was_read(
    graph: StandIn, _name: str, body: dict[str, Any], complete: bool
) -> None:
    graph.answer(200, body)

    assert look_up(AS_PAGE, sought(conversation_external_id="")) == Found("", complete)


def test_a_private_answer_is_sought_in_the_thread_of_whom_it_was_for(graph: StandIn) -> None:
    graph.answer(200, listed(("t_1", ZOE, 1)))
    graph.answer(200, thread(row("m_2", TEXT, 1), QUESTION))
    private = sought(kind=COMMENT, private=True, conversation_external_id="post")

    assert look_up(AS_PAGE, private) == Found("m_2", complete=True)


def test_a_commenter_without_a_thread_proves_nothing(graph: StandIn) -> None:
    graph.answer(200, listed(("t_9", "autre", -60)))

    assert look_up(AS_PAGE, sought(kind=COMMENT, private=True)) == Found("")


def test_a_commenter_without_a_name_is_not_looked_for(graph: StandIn) -> None:
    hidden = OutboundMessage("", TEXT, "r", kind=COMMENT, private=True)

    assert look_up(AS_PAGE, Sought(hidden, SENT)) == Found("")
    assert not graph.asked


def reply(mid: str, text: str, seconds: float, who: str, *, gram: bool) -> dict[str, Any]:
    words, time = ("text", "timestamp") if gram else ("message", "created_time")
    named = {"from": {"id": who}} if who else {}
    return {"id": mid, words: text, time: at(seconds), **named}


@pytest.mark.parametrize("gram", [False, True], ids=["page", "instagram"])
def test_a_public_answer_is_sought_among_the_answers(graph: StandIn, gram: bool) -> None:
    who, us = (ALONE, GRAM) if gram else (AS_PAGE, PAGE)
    others = [reply("c_1", TEXT, 1, "autre", gram=gram), reply("c_2", TEXT, -60, us, gram=gram)]
    ours = reply("c_3", TEXT, 2, "" if gram else us, gram=gram)
    paging = {"cursors": {"after": "QVFI"}, "next": "https://x"}
    graph.answer(200, {"data": others, "paging": paging})
    graph.answer(200, {"data": [ours]})

    found = look_up(who, sought(kind=COMMENT, comment_external_id="555_9"))

    assert found == Found("c_3", complete=True)
    edge = "replies" if gram else "comments"
    assert {urlsplit(one.path).path for one in graph.asked} == {f"/v26.0/555_9/{edge}"}


UNREAD = [
    ("longer than anybody reads", {"cursors": {"after": "QVFI"}, "next": "https://x"}, MOST_PAGES),
    ("that goes on without a cursor", {"next": "https://x"}, 1),
]


@pytest.mark.parametrize(("_name", "paging", "calls"), UNREAD, ids=[one[0] for one in UNREAD])
def test_a_list_of_answers_that_was_not_read_to_its_end_proves_nothing(
    graph: StandIn, _name: str, paging: dict[str, Any], calls: int
) -> None:
    other = reply("c_1", "Bonjour", 1, "autre", gram=False)
    for _ in range(calls):
        graph.answer(200, {"data": [other], "paging": paging})

    found = look_up(AS_PAGE, sought(kind=COMMENT, comment_external_id="555_9"))
    assert (found, len(graph.asked)) == (Found(""), calls)


def test_an_answer_to_an_answer_on_instagram_is_sought_where_it_was_hung(graph: StandIn) -> None:
    graph.answer(200, {"data": [reply("c_3", f"@zoe.m {TEXT}", 2, GRAM, gram=True)]})
    nested = {"parent_external_id": "555_1", "contact_handle": "zoe.m"}

    found = look_up(ALONE, sought(kind=COMMENT, comment_external_id="555_9", **nested))

    assert found.external_id == "c_3"
    assert urlsplit(graph.asked[0].path).path == "/v26.0/555_1/replies"


def test_reading_that_fails_is_for_later(graph: StandIn) -> None:
    graph.answer(500, {"error": {"code": 2}})

    with pytest.raises(ProviderError) as caught:
        look_up(AS_PAGE, sought())
    assert (caught.value.retryable, caught.value.outcome_unknown) == (True, False)


PROFILES: list[tuple[Credentials, dict[str, Any], Profile]] = [
    (AS_PAGE, {"first_name": "Zoé", "last_name": "Martin"}, Profile("Zoé Martin")),
    (AS_PAGE, {"first_name": "Zoé"}, Profile("Zoé")),
    (AS_PAGE, {"first_name": 3, "last_name": None}, Profile()),
    (ALONE, {"name": "Zoé M.", "username": "zoe.m"}, Profile("Zoé M.", "zoe.m")),
    (ALONE, {"username": "z\x00oe"}, Profile("", "zoe")),
]


@pytest.mark.parametrize(("who", "body", "expected"), PROFILES, ids=range(len(PROFILES)))
def test_a_person_is_called_what_their_network_calls_them(
    graph: StandIn, who: Credentials, body: dict[str, Any], expected: Profile
) -> None:
    graph.answer(200, body)

    assert profile(who, ZOE, "direct") == expected


@pytest.mark.parametrize(("code", "subcode"), [(230, 0), (9010, 0), (100, 33), (100, 2018001)])
def test_a_profile_that_is_not_shown_is_empty(graph: StandIn, code: int, subcode: int) -> None:
    graph.answer(400, {"error": {"code": code, "error_subcode": subcode}})

    assert profile(ALONE, ZOE, "direct") == Profile()


def test_a_dead_token_is_told_even_by_a_profile(graph: StandIn) -> None:
    graph.answer(401, {"error": {"code": 190}})

    with pytest.raises(ProviderError) as caught:
        profile(ALONE, ZOE, "direct")
    assert caught.value.needs_login
