"""The figures that a member agrees to are those that the code keeps on the real network.

Whoever changes one without the other fails here. A stand-in on this machine promises nothing.
"""

import re
from calendar import day_name
from datetime import timedelta

import pytest
from django.utils import translation
from pytest_django import Settings

from social import turns
from social.models import BrowserSession
from social.providers.linkedin.polling import INBOX, THREAD, shortest
from social.providers.linkedin.provider import LINKEDIN, pace
from social.providers.linkedin.statement import AUTOMATION, SESSION, statement
from social.sessioning import Pace

REAL = "https://www.linkedin.com"
MONDAY_FIRST = list(day_name)


def promised(kind: str, words: str) -> list[str]:
    """Return what stands at the places of a pattern in a statement, in English."""
    with translation.override("en"):
        text = "\n".join(str(one) for one in statement(kind).paragraphs)
    found = re.findall(words, text)
    assert len(found) == 1, words
    return [found[0]] if isinstance(found[0], str) else list(found[0])


def numbers(kind: str, words: str) -> list[int]:
    return [int(one) for one in promised(kind, words)]


@pytest.fixture(params=[None, 0, 1, 119, 899])
def kept(request: pytest.FixtureRequest, settings: Settings) -> Pace:
    """Return the pace on the real network, as it is set and with settings that are too quick."""
    settings.LINKEDIN_URL = REAL
    if request.param is not None:
        settings.LINKEDIN_SEND_SECONDS = settings.LINKEDIN_POLL_SECONDS = request.param
    return pace()


def test_the_list_is_looked_at_as_rarely_as_promised(kept: Pace) -> None:
    (minutes,) = numbers(SESSION, r"at most every (\d+) minutes")
    soonest = shortest() * (1 - turns.SPREAD)

    assert kept
    assert soonest >= minutes * 60


def test_the_streams_are_those_of_the_real_network() -> None:
    (minutes,) = numbers(SESSION, r"at most every (\d+) minutes")

    for stream in (INBOX, THREAD):
        assert stream in LINKEDIN.streams
        assert stream.shortest == shortest()
        assert minutes * 60 <= stream.shortest <= minutes * 60 * 1.2
    assert LINKEDIN.look_up_seconds >= INBOX.shortest


def test_the_working_hours_are_those_that_were_promised(kept: Pace) -> None:
    first, last = promised(SESSION, r"works from (\w+) to (\w+)")
    begins, ends = numbers(SESSION, r"between (\d+):00 and (\d+):00")
    days = range(MONDAY_FIRST.index(first), MONDAY_FIRST.index(last) + 1)
    fresh = BrowserSession()

    assert (kept.hours, kept.days) == ((begins, ends), tuple(days))
    assert (fresh.works_from, fresh.works_until, fresh.works_days) == (begins, ends, list(days))


def test_as_many_messages_leave_as_were_promised(kept: Pace) -> None:
    first, more = numbers(SESSION, r"sends (\d+) messages on its first day and (\d+)\s+more on")
    (most,) = numbers(SESSION, r"up to (\d+) a day")

    assert (kept.first, kept.more, kept.most) == (first, more, most)


def test_they_leave_as_far_apart_as_was_promised(kept: Pace) -> None:
    (minutes,) = numbers(SESSION, r"at least (\d+) minutes apart")

    assert kept.gap >= timedelta(minutes=minutes)
    assert kept.jitter >= 0


def test_the_pause_that_is_set_is_the_one_that_is_promised(settings: Settings) -> None:
    (minutes,) = numbers(SESSION, r"at least (\d+) minutes apart")
    settings.LINKEDIN_URL = REAL

    assert pace().gap == timedelta(minutes=minutes)


def test_the_second_statement_promises_the_same(kept: Pace) -> None:
    (minutes,) = numbers(AUTOMATION, r"at least (\d+) minutes between two")
    first, most = numbers(AUTOMATION, r"(\d+) a day at first and (\d+) a day at the most")

    assert kept.gap >= timedelta(minutes=minutes)
    assert (kept.first, kept.most) == (first, most)


@pytest.mark.parametrize("kind", [SESSION, AUTOMATION])
def test_french_promises_the_same_figures(kind: str) -> None:
    told = {}
    for language in ("en", "fr"):
        with translation.override(language):
            text = " ".join(str(one) for one in statement(kind).paragraphs)
        # "9:00" is "9 h" in French; the section's number is none of ours.
        told[language] = sorted(re.findall(r"(?<![\d.,])\d+(?![\d.,]\d)", text.replace(":00", "")))

    assert told["en"] == told["fr"]


@pytest.mark.parametrize("address", [REAL, "https://linkedin.com", "http://linkedin.example"])
def test_only_this_machine_is_no_real_network(settings: Settings, address: str) -> None:
    settings.LINKEDIN_URL = address
    settings.LINKEDIN_SEND_SECONDS, settings.LINKEDIN_POLL_SECONDS = 0, 1

    assert pace().gap == timedelta(minutes=2)
    assert shortest() > 15 * 60
