"""The compliance file: what it shows of a period, for whom, and what it costs."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from accounts import audit
from accounts.models import AuditEntry, User, Workspace
from flowia.lib import clock
from integrations.models import Hook, Integration
from processing.models import InteractionEvent
from processing.privacy import compliance, register, retention
from processing.privacy.forms import PeriodForm
from social.models import Consent
from tests.callers import browser
from tests.factories import (
    make_account,
    make_contact,
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db
PAGE, PAPER, TABLE = (
    "/settings/compliance",
    "/settings/compliance/file",
    "/settings/compliance/notices.csv",
)
WORDS = "Bonjour, ici l'assistant automatique de l'atelier."
MOST_QUERIES = 12


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier Lumière", ai_notice=WORDS)


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace, name="Camille")


def told(workspace: Workspace, name: str, at: datetime | None = None) -> InteractionEvent:
    """A person of this name was told that an AI writes."""
    account = make_account(workspace)
    contact = make_contact(account, name, handle=name.lower())
    talk = make_conversation(workspace, account=account, contact=contact)
    reply = make_reply(make_message(talk), notice=WORDS)
    event = InteractionEvent.objects.create(
        workspace=workspace,
        conversation=talk,
        message=reply,
        kind="notice",
        reason="ai_notice_sent",
        data={"message": str(reply.uid)},
    )
    if at is not None:
        InteractionEvent.objects.filter(pk=event.pk).update(created_at=at)
    return event


def full(workspace: Workspace, owner: User) -> None:
    """Something of everything that the file tells of."""
    for number in range(12):
        told(workspace, f"Zoe{number}")
    account = make_account(workspace)
    make_contact(account, "Silencieux", opted_out_at=timezone.now())
    Integration.objects.create(workspace=workspace, kind="airtable")
    Hook.objects.create(workspace=workspace, name="n8n", url="https://n8n.exemple.fr/secret-7")
    for number in range(3):
        Consent.objects.create(
            workspace=workspace,
            provider="linkedin",
            kind="session",
            version=f"2026-1{number}",
            language="fr",
            digest="a1" * 32,
            user_uid=owner.uid,
            given_at=timezone.now(),
        )
    for _ in range(3):
        audit.record("contact.erased", by=audit.by(owner, "192.0.2.1"), workspace=workspace)


def read(answer: Any) -> str:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(raw.decode())


def test_the_file_tells_of_everything_within_twelve_queries(
    workspace: Workspace, owner: User
) -> None:
    full(workspace, owner)
    client = browser(owner)
    client.post(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(PAPER)
    shown = read(page)
    assert len(queries) <= MOST_QUERIES, [one["sql"][:90] for one in queries]
    for words in ("Atelier Lumière", "Camille", WORDS, "Zoe11", "2026-11", "Airtable"):
        assert words in shown.replace("&#x27;", "'")
    assert "n8n.exemple.fr" in shown
    assert "secret-7" not in shown
    assert [one.who for one in page.context["file"].rights] == ["Camille"] * 3
    assert all(escape(one.what) in shown for one in page.context["file"].rights)


def test_the_page_that_asks_for_the_period_is_within_twelve_queries(
    workspace: Workspace, owner: User
) -> None:
    full(workspace, owner)
    client = browser(owner)
    with CaptureQueriesContext(connection) as queries:
        client.post(PAGE, {"person": "zoe"})
    assert len(queries) <= MOST_QUERIES


def test_making_it_is_kept_in_the_activity_and_leads_to_the_file(
    workspace: Workspace, owner: User
) -> None:
    days = {"since": "2026-01-01", "until": "2026-03-31"}
    answer = browser(owner).post(PAGE, {**days, "workspace": workspace.uid})

    assert answer["Location"].startswith(f"{PAPER}?since=2026-01-01&until=2026-03-31")
    entry = AuditEntry.objects.get(action="compliance.made")
    assert entry.actor_uid == owner.uid
    assert entry.data["since"].startswith("2025-12-31T23:00")
    assert entry.data["until"].startswith("2026-03-31T22:00")
    assert browser(owner).get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("address", [PAPER, TABLE])
def test_reading_it_is_kept_in_the_activity_once_an_hour_for_each_period(
    owner: User, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, now = browser(owner), clock.now()
    spring = {"since": "2026-01-01", "until": "2026-03-31"}
    client.post(PAGE, spring)
    kept = AuditEntry.objects.filter(action="compliance.made", actor_uid=owner.uid)
    for days, expected in ((spring, 1), ({**spring, "until": "2026-04-30"}, 2)):
        for _ in range(2):
            read(client.get(address, days))
            assert kept.count() == expected
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
    read(client.get(address, spring))
    assert kept.count() == 3


@pytest.mark.parametrize(
    ("since", "until"), [("2026-03-31", "2026-01-01"), ("hier", "2026-01-01"), ("", "")]
)
def test_a_period_that_makes_no_sense_makes_no_file(owner: User, since: str, until: str) -> None:
    answer = browser(owner).post(PAGE, {"since": since, "until": until})
    assert answer.status_code == 200
    assert not AuditEntry.objects.filter(action="compliance.made").exists()
    assert browser(owner).get(PAPER, {"since": since, "until": until}).status_code == 200


@pytest.mark.parametrize("far", [{"since": "0001-01-01"}, {"until": "9999-12-31"}])
def test_a_far_day_is_refused_by_the_form_and_is_no_failure_in_an_address(
    owner: User, far: dict[str, str]
) -> None:
    client = browser(owner)
    for address in (PAPER, TABLE):
        assert client.get(address, far).status_code == 200
    kept = AuditEntry.objects.count()
    answer = client.post(PAGE, far)
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == set(far)
    assert AuditEntry.objects.count() == kept


def test_the_period_holds_both_of_its_days_by_the_workspace_s_clock(
    workspace: Workspace, owner: User
) -> None:
    first = datetime(2026, 1, 9, 23, 0, tzinfo=UTC)
    last = datetime(2026, 1, 10, 22, 59, 59, tzinfo=UTC)
    names = {"Trop-tot": first - timedelta(seconds=1), "Premiere": first, "Derniere": last}
    for name, at in {**names, "Trop-tard": last + timedelta(seconds=1)}.items():
        told(workspace, name, at)
    day = {"since": "2026-01-10", "until": "2026-01-10"}
    for address in (PAPER, TABLE):
        shown = read(browser(owner).get(address, day))
        assert "Premiere" in shown
        assert "Derniere" in shown
        assert "Trop" not in shown


def test_the_paper_says_how_many_it_leaves_out_and_the_table_has_all(
    workspace: Workspace, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compliance, "NOTICES_SHOWN", 2)
    monkeypatch.setattr(compliance, "BATCH", 2)
    for number in range(5):
        told(workspace, f"Zoe{number}")
    client = browser(owner)
    page = client.get(PAPER)
    assert "Zoe0" not in read(page)
    assert (len(page.context["file"].notices), page.context["file"].notices_in_all) == (2, 5)
    lines = read(client.get(TABLE)).strip().splitlines()
    assert len(lines) == 1 + 5
    assert all(WORDS in line for line in lines[1:])


def test_nothing_of_another_workspace_stands_in_it(workspace: Workspace, owner: User) -> None:
    full(workspace, owner)
    stranger = make_member(make_workspace("Ailleurs"))
    for address in (PAPER, TABLE, PAGE):
        shown = read(browser(stranger).get(address))
        assert "Zoe" not in shown
        assert "Lumière" not in shown
        named = f"{address}?workspace={workspace.uid}"
        assert browser(stranger).get(named).status_code == 404
    assert browser(stranger).post(PAGE, {"person": "zoe"}).context["people"] == []
    named_in_form = {"person": "zoe", "workspace": workspace.uid}
    assert browser(stranger).post(PAGE, named_in_form).status_code == 404


@pytest.mark.parametrize(
    "search", ["@zoe_m", "zoe_", "Zoé Martin", "+33 6 12 34 56 78", "0612345678"]
)
def test_a_person_is_found_by_handle_name_or_phone(
    workspace: Workspace, owner: User, search: str
) -> None:
    zoe = make_contact(make_account(workspace), "Zoé Martin", handle="zoe_m")
    make_lead(zoe, phone="+33612345678")
    make_contact(make_account(workspace), "Paul", handle="paul")

    page = browser(owner).post(PAGE, {"person": search})

    assert page.context["people"] == [zoe]
    shown = read(page)
    assert f"/inbox/contacts/{zoe.uid}/copy" in shown
    assert f"/inbox/contacts/{zoe.uid}/erase" in shown


@pytest.mark.parametrize("search", ["", "%", "12", "@", "nobody", "a\0b"])
def test_a_search_for_nobody_finds_nobody(workspace: Workspace, owner: User, search: str) -> None:
    make_contact(make_account(workspace), "Zoé", handle="zoe")
    assert browser(owner).post(PAGE, {"person": search}).context["people"] == []


def test_every_period_of_the_purge_has_its_words() -> None:
    assert set(register.KEPT) == {rule.name for rule in (*retention.RULES, retention.AUDIT)}


def test_a_member_who_is_gone_is_told_by_what_they_were(workspace: Workspace, owner: User) -> None:
    audit.record(
        "contact.exported", by=audit.By(AuditEntry.Actor.MEMBER, uuid4(), ""), workspace=workspace
    )
    [line] = browser(owner).get(PAPER).context["file"].rights
    assert line.who
    assert "@" not in line.who


def test_a_day_is_a_day_when_the_clocks_are_changed() -> None:
    form = PeriodForm({"since": "2026-03-29", "until": "2026-03-29"})
    assert form.is_valid()
    span = form.span("Europe/Paris")
    assert span.until - span.since == timedelta(hours=23)


def test_no_two_parts_of_the_file_have_the_same_name(owner: User, workspace: Workspace) -> None:
    """As screen readers list them; the rest of it is asked by axe."""
    told(workspace, "Léa")
    page = browser(owner).get(PAPER).content.decode()
    names = re.findall(r'aria-labelledby="([^"]+)"', page)
    assert "notices" in names
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("address", [PAPER, TABLE])
@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("since=9999-12-31&until=9999-12-31", "Choose a day of these years."),
        ("since=2026-11-20&until=2026-11-01", "The period ends before it begins."),
        ("since=hier", "Enter a valid date."),
    ],
)
def test_a_period_that_is_none_is_told_instead_of_another_one(
    owner: User, address: str, days: str, words: str
) -> None:
    answer = browser(owner, "en").get(f"{address}?{days}")
    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"][:9]) == (200, "text/html")
    assert words in page
    assert 'name="since"' in page
    assert not AuditEntry.objects.filter(action__startswith="compliance").exists()


def test_who_is_looked_for_stands_in_no_address(owner: User, workspace: Workspace) -> None:
    zoe = make_contact(make_account(workspace), name="Zoé")
    page = browser(owner).post(PAGE, {"person": "Zoé"})

    assert (page.status_code, page.context["people"]) == (200, [zoe])
    assert browser(owner).get(f"{PAGE}?person=Zoé").context["people"] == []
    assert not AuditEntry.objects.filter(action="compliance.made").exists()


def test_who_receives_nothing_is_not_among_those_who_do(workspace: Workspace, owner: User) -> None:
    client = browser(owner, "en")

    def recipients() -> list[str]:
        page = client.get(PAPER).content.decode()
        table = page[page.index('id="recipients"') :]
        return re.findall(r'<th scope="row">([^<]*)</th>', table[: table.index("</table>")])

    alone = recipients()
    Integration.objects.create(workspace=workspace, kind="notion")
    make_account(workspace)
    Hook.objects.create(workspace=workspace, url="https://hooks.example/x")

    assert len(recipients()) == len(alone) + 3
    assert {"Notion", "hooks.example"} <= set(recipients())
