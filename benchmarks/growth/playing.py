"""One database of one size in a process of its own, which plays a round whenever it is told to."""

import logging
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from os import environ
from typing import TYPE_CHECKING

import django

from benchmarks.growth.costs import Costs

if TYPE_CHECKING:
    from benchmarks.growth.rows import Rows
    from tests.processing.conftest import Scene

DUE = 50
"""So many threads are looked at by each sweep, whatever the size."""


def play(url: str, redis: str, messages: int, orders: Connection) -> None:
    """Fill the database, then answer each order (whether to count) with what a round cost."""
    environ.update({"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"})
    django.setup()
    from benchmarks.growth.rows import fill_messages  # noqa: PLC0415 - after django.setup

    logging.disable(logging.CRITICAL)
    with ExitStack() as stack:
        scene = stack.enter_context(_scene(redis))
        rows = fill_messages(messages)
        _settle_statistics()
        scene = _large(scene, rows)
        orders.send("ready")
        people = _people(rows, messages)
        while (counting := orders.recv()) is not None:
            orders.send(_round(scene, rows, people, counting=counting))


@contextmanager
def _scene(redis: str) -> "Iterator[Scene]":
    """Point the product at stand-ins in this process."""
    from django.conf import settings  # noqa: PLC0415 - after django.setup

    from tests.processing import conftest  # noqa: PLC0415 - as above
    from tests.standin import stand_in  # noqa: PLC0415 - as above

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.REDIS_URL = redis
    settings.SETTLE_SECONDS = settings.SYNC_SETTLE_SECONDS = 0
    settings.META_APP_SECRET, settings.META_INSTAGRAM_APP_SECRET = conftest.SECRET, ""
    settings.META_APP_ID = "998877665544332"
    settings.OPENAI_API_KEY, settings.OPENAI_API_STYLE = "cle-de-test", "responses"
    settings.AI_REQUESTS_PER_MINUTE = 10**6
    with stand_in() as graph, stand_in() as model, stand_in() as notion:
        settings.META_GRAPH_URL, settings.NOTION_API_URL = graph.url, notion.url
        settings.OPENAI_BASE_URL = f"{model.url}/v1"
        model.answer(200, conftest.model_says())
        yield conftest.Scene(None, None, graph, model, notion)  # type: ignore[arg-type] # filled next


def _large(scene: "Scene", rows: "Rows") -> "Scene":
    from tests.plans.conftest import NOTION, in_large_business  # noqa: PLC0415 - after setup

    scene.notion.answer(200, NOTION)
    return in_large_business(scene, rows)


def _settle_statistics() -> None:
    from django.db import connection  # noqa: PLC0415 - after django.setup

    if connection.vendor == "postgresql":  # nobody asks SQLite for statistics
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _round(scene: "Scene", rows: "Rows", people: Iterator[int], *, counting: bool) -> Costs:
    """Let a stranger and somebody known long since write and be answered, and keep the house."""
    from benchmarks.growth.measuring import Measured  # noqa: PLC0415 - after django.setup
    from processing.models import Conversation, Message  # noqa: PLC0415 - as above
    from tests.plans.journey import NUMBERS  # noqa: PLC0415 - as above

    journey = Measured(scene, counting=counting)
    stranger = f"stranger-{next(NUMBERS)}"
    (said,) = journey.hear("stranger", stranger)
    journey.confirm("echo", journey.answer("stranger", said), stranger)
    known = f"psid-{next(people)}"
    (said,) = journey.hear("known", known)
    journey.answer("known", said)
    journey.hear("call of 3", *(f"{stranger} {one}" for one in range(3)))
    marked = [rows.talk + talk for talk in random.sample(range(rows.talks), DUE)]
    long_ago = said.created_at - timedelta(hours=1)
    Conversation.objects.filter(pk__in=marked).update(attention_at=long_ago)
    journey.housekeeping()
    # The next round begins as this one did: nothing waits, whoever was answered may be again.
    Message.objects.filter(next_at__isnull=False).update(next_at=None)
    for asked in (scene.graph, scene.model, scene.notion):
        asked.asked.clear()
    return journey.costs


def _people(rows: "Rows", messages: int) -> Iterator[int]:
    """Give the numbers of the large business's threads in which nobody waits for a member.

    In any order, and none twice: who was answered a moment ago would wait.
    """
    calm = [talk for talk in range(rows.talks) if talk // 2 % 2 == 0 and talk % 100 != 7]  # noqa: PLR2004 - see rows.py
    random.Random(messages).shuffle(calm)
    return iter(calm)
