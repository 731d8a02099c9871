"""Reading a channel turn by turn: what is news, what costs a call, what is asked again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from flowia.lib.http import Answer
from social.contracts import Credentials
from social.errors import ProviderError
from social.providers.youtube import errors
from social.providers.youtube.polling import read_activities, read_comments
from social.streams import Cursor
from tests.social.youtube import sample
from tests.social.youtube_world import Channel, World

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
HOUR = 3600


class Reader:
    """One channel, its cursor, and a clock to move."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cursor: Cursor = {}
        self.channel = world.channels["UC1"] = Channel("UC1")
        self.credentials = Credentials("UC1", "youtube", "UC1")

    def comment(self, name: str, *, ago: float = 0) -> None:
        self.channel.comment(self.world.now.timestamp() - ago, name)

    def reply(self, thread: str) -> str:
        return self.channel.reply(self.world.now.timestamp(), thread)

    def turn(self, *, after: float = 60) -> list[str]:
        """Read until there is no more; return the ids that were brought."""
        self.world.now += timedelta(seconds=after)
        found: list[str] = []
        more = True
        while more:
            page = read_comments(self.credentials, self.cursor)
            self.cursor, more = page.cursor, page.more
            for item in page.items:
                sampled = item.get("replies", {}).get("comments", [])
                found += [item["id"], *[one["id"] for one in sampled]]
        return found

    def units(self) -> int:
        return sum(self.world.units.values())


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    world = World(START)
    monkeypatch.setattr(errors, "call", world.call)
    return Reader(world)


def test_the_first_look_brings_the_last_two_days_and_remembers_the_rest(reader: Reader) -> None:
    reader.comment("old", ago=3 * 24 * HOUR)
    reader.comment("new", ago=HOUR)

    assert reader.turn() == ["new"]
    assert reader.turn() == []


def test_what_is_new_is_brought_once(reader: Reader) -> None:
    reader.turn()
    reader.comment("a")

    assert reader.turn() == ["a"]
    assert reader.turn() == []


def test_a_quiet_channel_costs_one_unit_a_turn(reader: Reader) -> None:
    reader.comment("a")
    reader.turn()
    before = reader.units()
    reader.turn()

    assert reader.units() == before + 1


def test_a_comment_that_surfaces_late_is_brought(reader: Reader) -> None:
    reader.turn()
    for number in range(150):
        reader.comment(f"c{number}", ago=-number / 10)
    reader.turn(after=HOUR)
    reader.comment("late", ago=HOUR)

    assert ["late"] in [reader.turn() for _ in range(6)]


def test_a_long_absence_is_read_page_by_page_until_enough_is_known(reader: Reader) -> None:
    reader.comment("known")
    reader.turn()
    for number in range(250):
        reader.comment(f"c{number}")

    assert len(reader.turn()) == 250


def test_an_edited_comment_comes_again(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.comment("a")
    reader.turn()
    at, name = reader.channel.begun[0]
    reader.channel.begun[0] = (at + 120, name)

    assert reader.turn(after=300) == []  # the world's tag is the same: nothing changed there
    reader.comment("b")
    assert sorted(reader.turn()) == ["a", "b"]


def test_replies_of_the_sample_cost_no_call(reader: Reader) -> None:
    reader.comment("a")
    reader.turn()
    reply = reader.reply("a")
    before = reader.units()

    assert reader.turn() == [reply]
    assert reader.units() == before + 1


def test_replies_beyond_the_sample_are_read_with_one_call_more(reader: Reader) -> None:
    reader.comment("a")
    reader.turn()
    for _ in range(7):
        last = reader.reply("a")
    before = reader.units()

    assert last in reader.turn()
    assert reader.units() == before + 2


def test_a_reply_names_the_video_that_its_thread_stands_under(reader: Reader) -> None:
    reader.comment("a")
    reader.turn()
    reader.reply("a")
    reader.world.now += timedelta(seconds=60)

    (item,) = read_comments(reader.credentials, reader.cursor).items

    assert item["snippet"]["videoId"] == "video-UC1"


def test_an_answer_to_an_old_thread_is_found_by_the_scan(reader: Reader) -> None:
    reader.comment("old", ago=HOUR)
    for number in range(250):
        reader.comment(f"c{number}")
    for _ in range(7):
        reader.turn(after=HOUR)
    reply = reader.reply("old")

    assert [reader.turn() for _ in range(7)] == [[]] * 7
    assert reader.turn(after=24 * HOUR) == [reply]


def test_a_scan_is_not_lost_to_an_answer_without_a_body(reader: Reader) -> None:
    reader.comment("a")
    reader.turn()
    reader.turn(after=25 * HOUR)  # 304: nothing on the first page
    assert reader.cursor["etag"] == ""
    reader.turn()

    assert reader.cursor["scan_at"] > reader.world.now.timestamp()


def answering(reader: Reader, answer: Callable[[dict[str, str]], Any]) -> Callable[..., Answer]:
    def call(_method: str, _url: str, **asked: Any) -> Answer:
        found = answer(asked["params"])
        headers = {"Date": format_datetime(reader.world.now, usegmt=True)}
        status, body = found if isinstance(found, tuple) else (200, found)
        return Answer(status, body, headers)

    return call


def test_what_is_held_for_review_is_brought_once_and_again_when_it_is_shown(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = sample("2.1-threads", 3)
    shown: dict[str, Any] = {"items": []}

    def answer(params: dict[str, str]) -> Any:
        return held if "moderationStatus" in params else shown

    monkeypatch.setattr(errors, "call", answering(reader, answer))
    brought = [name for _ in range(12) for name in reader.turn()]
    assert brought == ["UgxInvente0003AaABAg"]

    shown, held = {**held, "etag": "2"}, {"items": []}
    assert reader.turn() == ["UgxInvente0003AaABAg"]


def test_a_token_that_is_too_old_begins_the_list_anew(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(250):
        reader.comment(f"c{number}")
    reader.world.now += timedelta(seconds=60)
    first = read_comments(reader.credentials, {**reader.cursor, "round": 1})
    assert first.more
    refusal = (400, {"error": {"errors": [{"reason": "invalidPageToken"}]}})
    monkeypatch.setattr(errors, "call", answering(reader, lambda _params: refusal))

    page = read_comments(reader.credentials, first.cursor)

    assert (page.items, page.more, page.cursor["token"]) == ((), False, "")
    monkeypatch.setattr(errors, "call", reader.world.call)
    reader.cursor = page.cursor
    assert len(reader.turn()) == 150  # and nothing of the first page again


def test_a_thread_that_is_gone_costs_only_itself(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = {"replies": [["gone", "", 0, 0], ["b", "", 0, 0]], "round": 3}
    refusal = (404, {"error": {"errors": [{"reason": "commentNotFound"}]}})
    monkeypatch.setattr(errors, "call", answering(reader, lambda _params: refusal))

    page = read_comments(reader.credentials, cursor)

    assert (page.items, page.more) == ((), True)
    assert page.cursor["replies"] == [["b", "", 0, 0]]


def test_a_refused_token_leaves_the_cursor_as_it_was(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor: dict[str, Any] = {"replies": [["a", "", 0, 0]], "round": 3}
    monkeypatch.setattr(errors, "call", answering(reader, lambda _params: (401, {})))

    with pytest.raises(ProviderError) as caught:
        read_comments(reader.credentials, cursor)

    assert caught.value.needs_refresh
    assert cursor == {"replies": [["a", "", 0, 0]], "round": 3}


@pytest.mark.parametrize(
    "body",
    [None, [], "text", {}, {"items": None}, {"items": [None, 7, {}, {"id": 3}, {"id": "x"}]}],
)
def test_an_answer_of_no_known_shape_breaks_nothing(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, body: Any
) -> None:
    monkeypatch.setattr(errors, "call", answering(reader, lambda _params: body))

    assert _more_of(reader) is False


def _more_of(reader: Reader) -> bool:
    """Read one page; what is no list at all is an error to try again."""
    try:
        return read_comments(reader.credentials, {}).more
    except ProviderError as error:
        return not error.retryable


def test_a_new_upload_is_brought_once_and_old_ones_never(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    activities: dict[str, Any] = {"items": sample("2.5-activities", 2)["items"]}
    monkeypatch.setattr(errors, "call", answering(reader, lambda _params: activities))
    first = read_activities(reader.credentials, {})
    activities["items"] = [*sample("2.5-activities", 1)["items"], *activities["items"]]
    second = read_activities(reader.credentials, first.cursor)
    third = read_activities(reader.credentials, second.cursor)

    assert [len(page.items) for page in (first, second, third)] == [0, 1, 0]
