"""What a scrape costs: a handful of questions, each of which an index answers."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis import Redis

from flowia.watching import metrics
from flowia.watching.reading import read
from processing.models import Contact, Conversation, Delivery, InteractionEvent, Lead, Message
from social.models import WebhookEvent

pytestmark = pytest.mark.django_db
LARGE = (Contact, Conversation, Delivery, InteractionEvent, Lead, Message, WebhookEvent)
"""The tables that grow with every message."""


def asked() -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        metrics.written(metrics.whole(read()))
    return [one["sql"] for one in queries]


def scanned(node: dict[str, Any]) -> set[str]:
    """Return the tables that a plan reads from one end to the other."""
    mine = {str(node["Relation Name"])} if node["Node Type"] == "Seq Scan" else set()
    return mine.union(*(scanned(one) for one in node.get("Plans", [])))


def test_a_scrape_asks_few_questions_and_the_census_only_once_in_minutes(live_redis: Redis) -> None:
    first, then = len(asked()), len(asked())
    assert first <= 20
    assert then <= 8


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_every_question_but_the_census_can_be_answered_by_an_index(live_redis: Redis) -> None:
    asked()  # the census is taken
    large = {model._meta.db_table for model in LARGE}
    selects = [sql for sql in asked() if sql.lstrip("( ").startswith("SELECT")]
    assert len(selects) > 3
    with connection.cursor() as cursor:
        # On empty tables the planner reads them whole unless it has no other way.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in selects:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            (told,) = cursor.fetchone()
            plan = json.loads(told) if isinstance(told, str) else told
            assert not scanned(plan[0]["Plan"]) & large, sql
