"""Calls a minute: for a workspace and in all, counted in Redis, refused before anything is sent."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from pytest_django import Settings
from redis import Redis

from flowia.lib import ratelimit
from flowia.lib.redis import redis_client
from processing.ai import engine, rate
from processing.errors import AnswerUnavailable
from processing.models import Message
from tests.processing.asking import BRIEF, REPLY, says
from tests.processing.conftest import Scene
from tests.standin import StandIn


def passes(workspace_id: int) -> bool:
    try:
        rate.take_turn(workspace_id)
    except AnswerUnavailable:
        return False
    return True


def waits_of(workspace_id: int) -> float:
    with pytest.raises(AnswerUnavailable) as caught:
        rate.take_turn(workspace_id)
    return caught.value.retry_after or 0.0


def counted(key: str) -> int:
    found = redis_client().zcard(f"flowia:limit:{key}")
    assert isinstance(found, int)
    return found


def test_the_sixty_first_call_of_a_workspace_waits_its_turn(live_redis: Redis) -> None:
    assert [passes(1) for _ in range(61)] == [True] * 60 + [False]

    with pytest.raises(AnswerUnavailable) as caught:
        rate.take_turn(1)
    error = caught.value
    assert (error.reason, error.retryable, error.its_turn) == ("model_queue", True, True)
    assert error.retry_after is not None
    assert 50 < error.retry_after <= 60


def test_a_crowd_comes_back_one_after_the_other(live_redis: Redis) -> None:
    assert all(passes(1) for _ in range(60))
    waits = [waits_of(1) for _ in range(200)]

    assert waits == sorted(waits)
    assert 195 < waits[-1] <= 201


def test_nobody_is_sent_away_for_longer_than_the_longest_line(
    live_redis: Redis, settings: Settings
) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 1
    assert passes(1)
    assert max(waits_of(1) for _ in range(40)) == rate.LONGEST_LINE_SECONDS


def test_more_in_all_leaves_something_to_others(live_redis: Redis, settings: Settings) -> None:
    settings.AI_REQUESTS_PER_MINUTE, settings.AI_REQUESTS_PER_MINUTE_IN_ALL = 3, 5
    assert [passes(1) for _ in range(5)] == [True] * 3 + [False] * 2
    assert [passes(2) for _ in range(3)] == [True] * 2 + [False]


def test_all_workspaces_share_one_minute_and_who_is_refused_is_not_counted(
    live_redis: Redis, settings: Settings
) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 5
    assert [passes(workspace) for workspace in (1, 1, 2, 2, 3, 3, 1, 4)] == [True] * 5 + [False] * 3

    assert [counted(f"ai:{workspace}") for workspace in (1, 2, 3, 4)] == [2, 2, 1, 0]
    assert counted("ai") == 5


def test_one_busy_workspace_does_not_use_up_the_count_of_all(
    live_redis: Redis, settings: Settings
) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 5
    for _ in range(50):
        passes(1)

    assert counted("ai") == 5


def test_eight_workers_at_once_never_pass_the_limit(live_redis: Redis) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda number: passes(number % 3), range(200)))

    assert sum(won) == 60
    assert counted("ai") == sum(counted(f"ai:{workspace}") for workspace in range(3)) == 60


def test_without_redis_nothing_is_sent(model: StandIn, settings: Settings) -> None:
    says(model, "responses", REPLY)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.cache_clear()
    ratelimit.forget_failure()

    with pytest.raises(AnswerUnavailable) as caught:
        engine.generate_reply(BRIEF)

    assert (caught.value.reason, caught.value.its_turn) == ("model_queue", True)
    assert not model.asked
    ratelimit.forget_failure()


def test_the_turn_is_taken_before_anything_is_sent(
    model: StandIn, style: str, settings: Settings
) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 1
    says(model, style, REPLY)
    engine.generate_reply(BRIEF)

    for workspace in (BRIEF.workspace_id, 8):
        with pytest.raises(AnswerUnavailable):
            engine.generate_reply(replace(BRIEF, workspace_id=workspace))
    assert len(model.asked) == 1


def test_a_message_whose_turn_has_not_come_waits_and_fails_nothing(
    scene: Scene, settings: Settings
) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 0
    message = scene.say()
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason, message.attempts) == ("", "model_queue", 0)
    assert message.next_at is not None
    assert not scene.model.asked

    settings.AI_REQUESTS_PER_MINUTE = 60
    Message.objects.filter(pk=message.pk).update(next_at=message.created_at)
    scene.run()
    message.refresh_from_db()
    assert message.outcome == "reply"
