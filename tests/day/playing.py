"""Playing the stories against a running product, many at once, and comparing."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sandbox import demo
from tests.day import stories
from tests.day.story import Result, Said, Story
from tests.journeys.driver import WAITS, Driver, eventually
from tests.journeys.envelopes import envelope, message, new_contact
from tests.stack import Stack

AT_ONCE = 6
PAUSE = 0.3
FREE = 10


def play_day(stack: Stack) -> list[Result]:
    """Play all parts of the day in turn; the stories of one part run at once."""
    driver = Driver(stack)
    driver.plan("ultra")
    driver.rows("UPDATE accounts_workspace SET timezone = %s", zone_at_noon(datetime.now(UTC).hour))
    results = [*play(driver, stories.MORNING), *play(driver, stories.CONSENT)]
    with autonomy(driver, "draft"):
        results += play(driver, stories.DRAFTS)
    for kind, story in stories.TROUBLE.items():
        driver.fault("openai", kind, times=3 if kind == "server_error" else 1)
        results += play(driver, [story])
        driver.forget("/faults")
    results += play(driver, [stories.BACK])
    results += play(driver, stories.EVENING)
    with workspace(driver, assistant_on=False):
        results += play(driver, [stories.OFF])
    driver.plan("freemium")
    use_up(driver)
    results += play(driver, [stories.SPENT])
    return results


def zone_at_noon(hour: int) -> str:
    """Return a time zone in which it is about noon when it is `hour` in UTC: nothing sleeps."""
    west = hour - 12
    return f"Etc/GMT{west:+d}" if west else "Etc/UTC"


def use_up(driver: Driver) -> None:
    """Use the day's free messages."""
    for _ in range(FREE):
        contact = new_contact()
        driver.write(stories.PRICE, contact=contact)
        if driver.outcome(contact)[1] == WAITS:
            return


def play(driver: Driver, part: Sequence[Story]) -> list[Result]:
    """Play the stories of one part at once and return what came of each, in their order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(partial(play_story, driver), part))


def play_story(driver: Driver, story: Story) -> Result:
    """Play one conversation to its end and compare."""
    contact = new_contact(16 if story.account == "instagram" else 17)
    result = Result(story)
    heard = 0
    try:
        for step in story.steps:
            if isinstance(step, Said):
                _write(driver, story, contact, step.burst)
                heard += len(step.burst)
            else:
                step.deed(driver, contact)
                heard += step.inbound
            _arrived(driver, contact, heard, story.seconds)
            result.outcome, result.reason = driver.outcome(contact, story.seconds)
            _rest(driver, contact, story.seconds)
    except Exception as error:  # noqa: BLE001 - the table says it
        result.differs.append(f"{type(error).__name__}: {str(error)[:120]}")
        return result
    _compare(driver, contact, result)
    return result


def _write(driver: Driver, story: Story, contact: str, burst: tuple[str, ...]) -> None:
    page, kind = demo.PAGE_ID, "page"
    if story.account == "instagram":
        page, kind = demo.INSTAGRAM_ID, "instagram"
    for text in burst:
        body = envelope(message(contact, text, page=page), kind=kind)
        assert driver.post(body).status == 200
        time.sleep(PAUSE if len(burst) > 1 else 0)


def _arrived(driver: Driver, contact: str, number: int, seconds: float) -> None:
    """Wait until so many messages of the contact are stored."""

    def stored() -> bool:
        said = [row for row in driver.messages(contact) if row["direction"] == "inbound"]
        return len(said) >= number

    eventually(stored, seconds, what=f"{number} messages stored")


def _rest(driver: Driver, contact: str, seconds: float) -> None:
    """Wait until nothing of the contact is about to leave."""
    waiting = {"queued", "sending"}
    limit = time.monotonic() + seconds
    while any(row["status"] in waiting for row in driver.messages(contact)):
        assert time.monotonic() < limit, "an answer is still about to leave"
        time.sleep(PAUSE)


def _compare(driver: Driver, contact: str, result: Result) -> None:
    story = result.story
    limit = time.monotonic() + story.seconds
    # What follows of itself (a confirmation, a follow-up) may leave a little later.
    while len(driver.sends(contact)) < story.sends and time.monotonic() < limit:
        time.sleep(PAUSE)
    sends = driver.sends(contact)
    result.sends = len(sends)
    lead: dict[str, Any] = driver.lead(contact)
    happened = {
        "outcome": (result.outcome, story.outcome),
        "reason": (result.reason, story.reason),
        "sends": (result.sends, story.sends),
    }
    if story.level:
        happened["level"] = (lead.get("level"), story.level)
    if story.phone:
        happened["phone"] = (lead.get("phone"), story.phone)
    result.differs += [
        f"{name}: {got!r} instead of {wanted!r}"
        for name, (got, wanted) in happened.items()
        if got != wanted
    ]
    if story.words and not (sends and story.words in sends[-1]["text"]):
        result.differs.append(f"« {story.words} » is not in the last text")


@contextmanager
def autonomy(driver: Driver, value: str) -> Iterator[None]:
    """Let the demo's scenario write drafts for a while."""
    driver.rows("UPDATE processing_scenario SET autonomy = %s WHERE kind <> 'follow_up'", value)
    try:
        yield
    finally:
        driver.rows("UPDATE processing_scenario SET autonomy = 'auto' WHERE kind <> 'follow_up'")


@contextmanager
def workspace(driver: Driver, *, assistant_on: bool) -> Iterator[None]:
    """Switch the assistant for a while."""
    driver.rows("UPDATE accounts_workspace SET assistant_on = %s", assistant_on)
    try:
        yield
    finally:
        driver.rows("UPDATE accounts_workspace SET assistant_on = %s", not assistant_on)


def table_of(results: Sequence[Result]) -> str:
    """Return the day as a table: expected, happened, and what differs."""
    lines = []
    for number, result in enumerate(results, 1):
        story = result.story
        wanted = f"{story.outcome}/{story.reason} ×{story.sends}"
        got = f"{result.outcome}/{result.reason} ×{result.sends}"
        mark = "FAIL" if result.differs else "ok"
        lines.append(f"{number:3} {mark:4} {story.name:45} {wanted:32} {got:32}".rstrip())
        lines += [f"         {line}" for line in result.differs]
    agreed = sum(not result.differs for result in results)
    return "\n".join([*lines, f"{agreed} of {len(results)} agree", ""])
