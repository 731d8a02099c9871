"""The page of figures: tables for a period, and what is wrong with another."""

import html
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from processing import figures
from tests.callers import browser
from tests.factories import make_conversation, make_event, make_member, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace, "member"), "en")


def read(client: Client, query: str = "") -> str:
    answer = client.get(f"/inbox/figures{query}")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def row(name: str, value: object) -> str:
    return f'<th scope="row">{name}</th><td>{value}</td>'


@pytest.mark.parametrize("digested", [False, True])
def test_the_page_shows_the_figures(digested: bool, workspace: Workspace, client: Client) -> None:
    thread = make_conversation(workspace)
    paid = {"tokens_in": 900, "tokens_out": 100, "cost": 1500}
    for _ in range(2):
        make_event(thread, kind="decided", outcome="silent", reason="nothing_to_add", data=paid)
    make_event(thread, kind="lead", outcome="hot", reason="lead_new", data={"level": "hot"})
    sent = {"purpose": "reply", "author": "assistant", "first_answer": 7300}
    make_event(thread, kind="delivery", outcome="sent", reason="sent", data=sent)
    if digested:
        figures.digest()
    page = read(client)

    assert row("The message calls for no answer.", 2) in page
    assert row("Tokens", "2,000") in page or row("Tokens", 2000) in page
    assert row("Cost per new lead", "0.0030 $") in page
    assert row("Mean", "2 h") in page
    assert "an hour or more" in page


def test_an_empty_period_is_a_page_of_zeros(client: Client) -> None:
    page = read(client)

    assert "Nothing in this period." in page
    assert row("Cost per hot lead", "–") in page


def test_a_period_is_chosen_by_link_or_by_days(workspace: Workspace, client: Client) -> None:
    old = make_event(make_conversation(workspace), kind="received", reason="received")
    type(old).objects.update(created_at=timezone.now() - timedelta(days=40))
    received = "<dt>Messages received</dt><dd>{}</dd>"

    assert received.format(0) in read(client)
    start = (timezone.now() - timedelta(days=50)).date()
    assert received.format(1) in read(client, f"?from={start}")
    assert f'value="{start}"' in read(client, f"?from={start}")
    assert read(client).count('class="pill"') == 4


@pytest.mark.parametrize(("query", "field"), [
    ("?from=hier", "from"), ("?from=2026-01-02&to=2026-01-01", "from"), ("?to=2099-01-01", "to"),
    ("?from=2020-01-01", "from"), ('?from="><script>', "from"),
])  # fmt: skip
def test_a_wrong_period_is_said_and_the_last_month_shown(
    query: str, field: str, client: Client
) -> None:
    page = read(client, query)

    assert 'role="alert"' in page
    assert f'href="#{field}"' in page
    assert page.count('<th scope="row"><time') == 30
    assert "<script>" not in client.get(f"/inbox/figures{query}").content.decode()


def test_a_stranger_sees_figures_of_their_own(workspace: Workspace) -> None:
    make_event(make_conversation(workspace), kind="received", reason="received")
    stranger = browser(make_member(make_workspace("Ailleurs")), "en")

    assert "<dt>Messages received</dt><dd>0</dd>" in read(stranger)
    assert stranger.get(f"/inbox/figures?workspace={workspace.uid}").status_code == 404
