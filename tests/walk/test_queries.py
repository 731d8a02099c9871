"""Every page asks the database little, whoever looks at it: on the second look, as the first."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User, Workspace
from billing.models import PlanChange, Subscription
from social import pauses
from tests.callers import browser
from tests.walk.pages import pages
from tests.walk.rows import make_place

pytestmark = pytest.mark.django_db
MOST = 12
WRITES = "settings/compliance/file"
"""Its first look within the hour stands in the activity: a deed, with its chain and its seal."""


def test_no_page_asks_the_database_more_than_twelve_questions() -> None:
    people, ids = make_place()
    assert asking_more_than(MOST, people, ids) == {}


def test_what_operators_paused_is_told_on_every_page_for_one_question_more() -> None:
    """Which is that line's own; the look at PostgreSQL's clock is among the twelve."""
    people, ids = make_place()
    tell_much(people["owner"].workspaces.get())
    assert asking_more_than(MOST + 1, people, ids) == {}


def asking_more_than(
    most: int, people: Mapping[str, User], ids: dict[str, str]
) -> dict[str, list[str]]:
    clients = {who: browser(user) for who, user in people.items()}
    clients["nobody"] = browser()
    above = {}
    for page in pages():
        client, address = clients[page.who], page.address(ids)
        if page.route == WRITES:
            client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        if len(queries) > most:
            above[str(page)] = [one["sql"][:200] for one in queries]
    return above


def tell_much(workspace: Workspace) -> None:
    """Have the head tell more than on most days: a pause, and a payment that is awaited."""
    now = timezone.now()
    pauses.stop("model", "incident", until=now + timedelta(hours=1), by_uid=workspace.uid, now=now)
    awaited = {"open_invoice_id": "in_1"}
    Subscription.objects.update_or_create(workspace=workspace, defaults=awaited)
    PlanChange.objects.create(workspace=workspace, reason="payment_failed", after="premium")
