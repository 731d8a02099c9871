"""The whole counts: made by one of all who ask, once in minutes, and never waited for long."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from redis import Redis

from billing.models import Subscription
from flowia.watching import census
from processing.models import Lead
from tests.factories import make_account, make_conversation, make_message, make_workspace

pytestmark = pytest.mark.django_db


def test_everything_is_counted_by_its_labels() -> None:
    shop, other = make_workspace("Atelier"), make_workspace("Boutique")
    Subscription.objects.create(workspace=shop, plan="ultra")
    account = make_account(shop)
    make_account(other, status="needs_login")
    thread = make_conversation(shop, account=account)
    make_message(thread, status="held", direction="outbound", author="assistant")
    Lead.objects.create(workspace=shop, contact=thread.contact, level="hot")
    found = census.taken()
    assert found["leads"] == [(["hot"], 1)]
    assert found["plans"] == [(["freemium"], 1), (["ultra"], 1)]
    assert sorted(found["accounts"]) == [(["meta", "active"], 1), (["meta", "needs_login"], 1)]
    assert found["drafts"] == [([], 1)]
    assert found["quota_waits"] == [([], 0)]


def test_a_census_is_taken_once_for_all_who_ask(live_redis: Redis) -> None:
    first = census.known()
    make_workspace()
    with CaptureQueriesContext(connection) as asked:
        assert census.known() == first
    assert len(asked) == 0
    live_redis.delete(census.TURN)
    assert census.known() != first


def test_a_count_that_takes_too_long_leaves_what_was_known(
    live_redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_redis.set(census.KEY, json.dumps({"parts": {"leads": [[["hot"], 3]]}}))

    def slow() -> Any:
        raise DatabaseError

    monkeypatch.setattr(census, "taken", slow)
    assert json.dumps(census.known()) == '{"leads": [[["hot"], 3]]}'


def test_without_redis_there_is_no_census_and_nothing_is_counted() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert census.known() == {}
    assert len(asked) == 0
