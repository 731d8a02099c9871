"""The page of figures: pictures, their tables and sentences, and what is wrong with a period."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from processing import figures
from processing.models import InteractionEvent
from tests.callers import browser, clock_queries, queries_of
from tests.factories import (
    make_account,
    make_conversation,
    make_event,
    make_member,
    make_workspace,
)

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


def tell(workspace: Workspace, *, days_ago: int = 0, **fields: Any) -> None:
    told = make_event(make_conversation(workspace), **fields)
    at = timezone.now() - timedelta(days=days_ago)
    InteractionEvent.objects.filter(pk=told.pk).update(created_at=at)


def answer(workspace: Workspace, seconds: int) -> None:
    data = {"purpose": "reply", "author": "assistant", "first_answer": seconds}
    tell(workspace, kind="delivery", outcome="sent", reason="sent", data=data)


def tell_a_story(workspace: Workspace) -> None:
    paid = {"tokens_in": 900, "tokens_out": 100, "cost": 50_000}
    tell(workspace, kind="received", reason="received")
    tell(workspace, kind="decided", outcome="silent", reason="nothing_to_add", data=paid)
    tell(workspace, kind="decided", outcome="handoff", reason="asked_for_human")
    tell(workspace, kind="decided", outcome="wait", reason="five_minutes")
    tell(workspace, kind="decided", outcome="hold", reason="needs_approval")
    tell(workspace, kind="lead", outcome="hot", reason="lead_new", data={"level": "hot"})
    answer(workspace, 7)


def today(workspace: Workspace) -> date:
    return figures.today_of(workspace)


def days_of(client: Client) -> list[list[str]]:
    """Return the rows of the table for spreadsheets."""
    text = b"".join(client.get("/inbox/figures.csv")).decode()
    return [line.split(";") for line in text.splitlines()[1:]]


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
    assert row("Cost per new lead", "$0.0030") in page
    assert row("Mean", "2 h") in page
    assert "an hour or more" in page


def test_an_empty_period_is_a_page_of_zeros(workspace: Workspace, client: Client) -> None:
    tell(workspace, days_ago=40, kind="received", reason="received")
    page = read(client)

    assert "Nothing in this period." in page
    assert row("Cost per hot lead", "–") in page


def test_a_period_is_chosen_by_link_or_by_days(workspace: Workspace, client: Client) -> None:
    tell(workspace, days_ago=40, kind="received", reason="received")
    received = "<dt>Messages received</dt><dd>{}</dd>"

    assert received.format(0) in read(client)
    start = (timezone.now() - timedelta(days=50)).date()
    assert received.format(1) in read(client, f"?from={start}")
    assert f'value="{start}"' in read(client, f"?from={start}")
    assert read(client).count('class="pill"') == 6


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
    tell(workspace, kind="received", reason="received")
    elsewhere = make_workspace("Ailleurs")
    stranger = browser(make_member(elsewhere), "en")

    assert "<dt>Messages received</dt><dd>0</dd>" in read(stranger, f"?from={today(elsewhere)}")
    assert days_of(stranger)[-1][1] == "0"
    for address in ("/inbox/figures", "/inbox/figures.csv"):
        assert stranger.get(f"{address}?workspace={workspace.uid}").status_code == 404


@pytest.mark.parametrize("role", ["owner", "member"])
def test_whoever_is_in_the_workspace_sees_its_figures(role: str, workspace: Workspace) -> None:
    tell(workspace, kind="received", reason="received")
    person = browser(make_member(workspace, role), "en")

    assert "<dt>Messages received</dt><dd>1</dd>" in read(person)
    assert days_of(person)[-1][1] == "1"


def test_nobody_sees_figures_without_signing_in() -> None:
    for address in ("/inbox/figures", "/inbox/figures.csv"):
        assert browser().get(address).status_code == 302


def test_a_new_workspace_is_told_what_will_stand_here_and_what_to_do(
    workspace: Workspace, client: Client
) -> None:
    page = read(client)
    assert "Your figures will stand here" in page
    assert 'href="/accounts">Connect an account' in page
    assert 'class="cards"' not in page

    make_account(workspace)
    assert 'href="/inbox">Go to the inbox' in read(client)

    tell(workspace, kind="received", reason="received")
    assert "Your figures will stand here" not in read(client)


def test_every_chart_has_a_name_a_sentence_and_a_table(
    workspace: Workspace, client: Client
) -> None:
    tell_a_story(workspace)
    page = read(client)
    figures_of_page = page.split("<figure")[1:]

    assert len(figures_of_page) == 8
    for one in figures_of_page:
        name = re.search(r'aria-labelledby="([a-z]+)-title"', one)
        assert name
        assert f'id="{name[1]}-title"' in one
        assert f'id="{name[1]}-finding"' in one
        assert '<th scope="row">' in one
    assert page.count('role="img"') == 4
    assert "style=" not in page


def test_answers_within_five_minutes_are_in_time(workspace: Workspace, client: Client) -> None:
    for seconds in (4, 40, 299, 300, 90_000):
        answer(workspace, seconds)
    page = read(client)

    assert "60% of the first answers left in time: 3 of 5." in page
    assert "<dt>Of the first answers, in time</dt><dd>60%</dd>" in page
    assert row("5 to 60 minutes", 1) in page
    assert [one[3:5] for one in days_of(client)][-1] == ["3", "2"]


@pytest.mark.parametrize(("now", "then", "sentence"), [
    (3, 2, "50% more than the 7 days before"), (1, 2, "50% less than the 7 days before"),
    (2, 2, "as many as the 7 days before"), (1, 0, "none during the 7 days before"),
])  # fmt: skip
def test_a_figure_is_compared_with_the_period_before(
    now: int, then: int, sentence: str, workspace: Workspace, client: Client
) -> None:
    for days_ago in [0] * now + [8] * then:
        tell(workspace, days_ago=days_ago, kind="received", reason="received")
    query = f"?from={today(workspace) - timedelta(days=6)}"

    assert f"<dt>Messages received</dt><dd>{now}</dd>" in read(client, query)
    assert sentence in read(client, query)
    assert "7 days before" not in read(client, f"{query}&compare=no").replace(
        "Compare with the 7 days before", ""
    )


def test_whole_months_are_offered_and_compared_with_the_month_before(
    workspace: Workspace, client: Client
) -> None:
    tell(workspace, kind="received", reason="received")
    last = today(workspace).replace(day=1) - timedelta(days=1)
    query = f"from={last.replace(day=1)}&to={last}"

    assert f'href="?{query}">Last month' in read(client)
    assert "as many as the month before" in read(client, f"?{query}")
    assert f'href="?{query}" aria-current="true">Last month' in read(client, f"?{query}")


@pytest.mark.parametrize(("days", "name", "rows"), [(30, "By day", 30), (90, "By week", 14),
                                                    (365, "By month", 13)])  # fmt: skip
def test_longer_periods_are_drawn_in_weeks_and_months(
    days: int, name: str, rows: int, workspace: Workspace, client: Client
) -> None:
    tell_a_story(workspace)
    page = read(client, f"?from={today(workspace) - timedelta(days=days - 1)}")

    assert name in page
    assert rows - 1 <= page.count('<th scope="row"><time') <= rows
    assert "<dt>Messages received</dt><dd>1</dd>" in page


def test_a_hot_lead_s_cost_is_said_with_what_the_month_will_come_to(
    workspace: Workspace, client: Client
) -> None:
    tell_a_story(workspace)
    page = read(client)

    assert "A hot lead cost $0.0500 of model on average." in page
    assert f"{today(workspace):%B %Y}: $0.0500 so far" in page


def test_the_days_come_as_a_table_that_a_french_spreadsheet_opens(workspace: Workspace) -> None:
    tell_a_story(workspace)
    answer = browser(make_member(workspace)).get("/inbox/figures.csv")
    text = b"".join(answer).decode()

    assert text.startswith("\ufeffJour;")
    assert len(text.splitlines()) == 31
    assert text.splitlines()[-1].startswith(f"{today(workspace)};1;")
    assert text.splitlines()[-1].endswith(";1;0,050000")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert ".csv" in answer["Content-Disposition"]


def test_the_page_asks_the_database_a_few_questions_alone(
    workspace: Workspace, client: Client
) -> None:
    tell_a_story(workspace)

    assert queries_of(client, "/inbox/figures") <= 12 + 2 * clock_queries()
    figures.digest()
    assert queries_of(client, "/inbox/figures") <= 12


def test_a_reason_whose_words_differ_ends_as_a_sentence(
    client: Client, workspace: Workspace
) -> None:
    tell(workspace, kind="decided", outcome="handoff", reason="risk_words")
    shown = read(client)
    assert "The message speaks of something that no machine should answer." in shown
    assert "….\n" not in shown
    assert "…." not in shown
