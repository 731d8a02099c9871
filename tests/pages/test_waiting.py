"""Who waits for the quota, on the pages: the list, the place in a conversation, the meter."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from billing import quotas
from billing.models import Quota, Subscription
from processing.models import Conversation, Message
from tests.callers import browser, queries_of
from tests.factories import (
    make_conversation,
    make_event,
    make_lead,
    make_member,
    make_message,
    make_workspace,
)
from tests.processing.following import zone_where_it_is

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(timezone=zone_where_it_is(12))


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def waits(workspace: Workspace, name: str, *, phone: bool = False) -> Conversation:
    """A conversation whose message waits, as `respond` leaves it."""
    now = timezone.now()
    closes = now + timedelta(hours=20)
    thread = make_conversation(workspace, name=name, window_closes_at=closes, last_message_at=now)
    until = quotas.usage(workspace).renews_at
    message = make_message(thread, reason="quota_waits", next_at=until, sent_at=now)
    facts = {"position": 1, "limit": 10, "phone": phone, "closes": closes.isoformat()}
    make_event(thread, kind="decided", message=message, reason="quota_waits", data=facts)
    return thread


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def at(moment: datetime, workspace: Workspace) -> str:
    day = quotas.local_day(workspace, moment)
    return f"{day.day} {day:%B}"


def test_the_inbox_lists_who_waits_in_their_order(client: Client, workspace: Workspace) -> None:
    waits(workspace, "Cléo Froide")
    hot = waits(workspace, "Hugo Chaud")
    make_lead(hot.contact, level="hot")
    waits(workspace, "Nina Numéro", phone=True)
    shown = page(client, "/inbox")
    section = shown[shown.index('aria-labelledby="waiting"') : shown.index("</section>")]

    assert "3 people wait for one of today" in section
    places = [section.index(name) for name in ("Hugo Chaud", "Nina Numéro", "Cléo Froide")]
    assert places == sorted(places)
    assert "Place 1" in section
    assert "Left a phone number" in section
    assert f'href="/inbox/{hot.uid}#answer"' in section
    assert "Reply window:" in section


@pytest.mark.parametrize("address", ["/inbox?search=Cléo", "/inbox?place=direct"])
def test_a_part_of_the_inbox_shows_no_line(
    client: Client, workspace: Workspace, address: str
) -> None:
    waits(workspace, "Cléo")

    assert 'aria-labelledby="waiting"' not in page(client, address)


def test_an_inbox_in_which_nobody_waits_says_nothing_of_it(client: Client) -> None:
    assert 'aria-labelledby="waiting"' not in page(client, "/inbox")


def test_strangers_see_nobody_elses_line(workspace: Workspace) -> None:
    waits(workspace, "Cléo Froide")

    assert "Cléo" not in page(browser(make_member(make_workspace()), "en"), "/inbox")


def test_a_conversation_shows_its_place(client: Client, workspace: Workspace) -> None:
    make_lead(waits(workspace, "Hugo").contact, level="hot")
    second = waits(workspace, "Cléo")
    shown = page(client, f"/inbox/{second.uid}")

    assert "Place 2" in shown
    assert "What you write by hand does not count." in shown
    Message.objects.update(outcome="reply", next_at=None)
    assert "Place 2" not in page(client, f"/inbox/{second.uid}")


def test_a_long_line_costs_one_question(client: Client, workspace: Workspace) -> None:
    costs = []
    for number in (1, 25):
        for one in range(number):
            waits(workspace, f"Nom {number} {one}")
        costs.append(queries_of(client, "/inbox"))

    assert costs[0] == costs[1]


def test_the_meter_tells_what_is_kept_and_when_there_is_more(
    client: Client, workspace: Workspace
) -> None:
    shown = page(client, "/inbox")
    renews = quotas.usage(workspace).renews_at

    assert "The last 2 are kept for hot leads" in shown
    assert renews is not None
    assert f"New messages from {at(renews, workspace)}" in shown


def test_in_the_evening_nothing_is_kept_any_more(client: Client, workspace: Workspace) -> None:
    workspace.timezone = zone_where_it_is(21)
    workspace.save()

    assert "are kept for hot leads" not in page(client, "/inbox")


def test_a_plan_without_a_limit_has_no_end_of_the_day(client: Client, workspace: Workspace) -> None:
    Subscription.objects.create(workspace=workspace, plan="ultra")

    assert "New messages from" not in page(client, "/inbox")


def test_operators_see_the_limit_and_what_is_kept(workspace: Workspace) -> None:
    Quota.objects.create(workspace=workspace, day=quotas.local_day(workspace, timezone.now()))
    operator = make_member(workspace, is_staff=True, is_superuser=True)
    shown = page(browser(operator, "en"), "/admin/billing/quota/")

    assert 'class="field-limit">10<' in shown
    assert 'class="field-kept">2<' in shown
    Subscription.objects.create(workspace=workspace, plan="ultra")
    shown = page(browser(operator, "en"), "/admin/billing/quota/")
    assert 'class="field-limit">none<' in shown
    assert 'class="field-kept">0<' in shown


@pytest.mark.parametrize(
    ("plan", "used", "said"),
    [
        ("freemium", 10, "2 people wait for an answer. With a larger plan they get it at once."),
        # One message is left, for two people.
        ("premium", 99, "With a larger plan they get it at once."),
        ("premium", 10, "2 people wait for an answer and get it now."),
        ("ultra", 10, "2 people wait for an answer and get it now."),
    ],
)
def test_the_plans_page_says_when_who_waits_is_answered(
    client: Client, workspace: Workspace, plan: str, used: int, said: str
) -> None:
    Subscription.objects.create(workspace=workspace, plan=plan)
    Quota.objects.create(workspace=workspace, day=quotas.usage(workspace).day, used=used)
    for name in ("Cléo", "Hugo"):
        waits(workspace, name)

    shown = page(client, "/plan")
    assert said in shown
    assert shown.count("wait for an answer") == 1
    Subscription.objects.update(suspended_at=timezone.now(), suspended_for="operator")
    assert "wait for an answer" not in page(client, "/plan")
