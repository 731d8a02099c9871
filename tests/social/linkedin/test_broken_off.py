"""A visit that broke off is a visit all the same; what a machine's trouble may cost."""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from billiard.exceptions import SoftTimeLimitExceeded

from processing import pipeline, tasks
from processing.models import DeadLetter, Delivery, Message
from social.accounts import mark_needs_login
from social.models import BrowserSession, Poll
from social.providers.linkedin import acting
from social.providers.linkedin.browser import Outcome
from social.providers.linkedin.browser.running import ENDING_SECONDS
from tests.social.linkedin.fake import SWALLOWED
from tests.social.linkedin.play import Play

QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize("before", [0, 4])
def test_a_reading_that_crashed_comes_back_no_sooner_than_a_quarter_of_an_hour(
    play: Play, before: int
) -> None:
    """A lost worker, a soft time limit: every five minutes a browser with her cookies."""
    play.linkedin.strange = [SoftTimeLimitExceeded()]
    poll = Poll.objects.get(social_account=play.account, stream="inbox")
    Poll.objects.filter(pk=poll.pk).update(attempts=before)
    with suppress(SoftTimeLimitExceeded):
        pipeline.poll(poll.pk)
    poll.refresh_from_db()
    assert play.linkedin.whats() == ["inbox"]
    assert poll.next_at is not None
    assert poll.next_at - play.time.now >= QUARTER


def unconfirmed(play: Play) -> Delivery:
    delivery = play.approve(play.draft(play.heard()))
    play.linkedin.sends = SWALLOWED
    play.time.move(minutes=5)
    return play.send(delivery)


def test_a_look_up_that_crashed_comes_back_no_sooner_and_not_for_ever(play: Play) -> None:
    delivery = unconfirmed(play)
    begun: list[datetime] = []
    while len(begun) < 12:
        delivery.refresh_from_db()
        if delivery.next_at is None:
            break
        play.time.now = delivery.next_at
        play.linkedin.strange = [SoftTimeLimitExceeded()]
        begun.append(play.time.now)
        with suppress(SoftTimeLimitExceeded):
            pipeline.settle(delivery.pk)
    pauses = [later - sooner for sooner, later in pairwise(begun)]
    assert all(one >= QUARTER for one in pauses)
    assert play.linkedin.whats().count("inbox") == 1 + 5
    assert delivery.status == "unconfirmed"
    delivery.message.conversation.refresh_from_db()
    assert delivery.message.conversation.handoff_reason == "send_unconfirmed"


def test_a_look_ups_two_readings_fit_into_a_workers_time(play: Play) -> None:
    delivery = unconfirmed(play)
    play.writes("Autre chose")
    play.linkedin.jobs.clear()
    assert delivery.next_at is not None
    play.time.now = delivery.next_at
    pipeline.settle(delivery.pk)
    assert play.linkedin.whats() == ["inbox", "thread"]
    longest = sum(job.seconds + ENDING_SECONDS for job in play.linkedin.jobs)
    assert longest < tasks.BROWSER_SECONDS


def test_an_approved_message_waits_for_a_browser_that_is_missing_for_an_evening(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chromium is being upgraded: nothing is wrong with the message."""
    delivery = play.approve(play.draft(play.heard()))
    monkeypatch.setattr(acting, "find_browser", lambda _named: None)
    for _ in range(4):
        delivery = play.send(delivery)
    assert not DeadLetter.objects.exists()
    assert delivery.status == "queued"
    assert Message.objects.get(pk=delivery.message_id).status == "queued"


def test_a_message_that_was_clicked_into_a_429_rests_the_account_and_is_not_tried_again(
    play: Play,
) -> None:
    delivery = play.approve(play.draft(play.heard()))
    play.linkedin.strange = [
        Outcome("cooldown", "status_429", result="unconfirmed", why="no_answer", clicked=True)
    ]
    delivery = play.send(delivery)
    assert delivery.status == "unconfirmed"
    assert BrowserSession.objects.get(social_account=play.account).until is not None


def test_words_of_a_wall_do_not_come_back_by_a_check(play: Play) -> None:
    """A signed-out account is not looked at again by itself."""
    mark_needs_login(play.account, "checkpoint")
    play.account.refresh_from_db()
    assert play.account.check_next_at is None
