"""The pages of leads: the table, one of them with its proofs, and a member's correction."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from integrations.models import Integration, SyncedRow, SyncRun
from processing.models import InteractionEvent, Lead
from tests.callers import browser, queries_of
from tests.factories import (
    NOON,
    make_conversation,
    make_event,
    make_lead,
    make_member,
    make_message,
    make_workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def lead_named(workspace: Workspace, name: str, **fields: Any) -> Lead:
    return make_lead(make_conversation(workspace, name=name).contact, **fields)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def names(page: str) -> list[str]:
    return re.findall(r'href="/inbox/leads/[^"]+">([^<]+)<', page)


@pytest.mark.parametrize("role", ["owner", "member"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_owner_and_teammate_see_the_leads(role: str, slash: str, workspace: Workspace) -> None:
    lead = lead_named(workspace, "Ana")
    client = browser(make_member(workspace, role))

    assert names(read(client, f"/inbox/leads{slash}")) == ["Ana"]
    assert "Ana" in read(client, f"/inbox/leads/{lead.uid}{slash}")
    table = client.get(f"/inbox/leads.csv{slash}")
    assert "Ana" in b"".join(table.streaming_content).decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_gets_a_404_page(method: str, workspace: Workspace) -> None:
    lead = lead_named(workspace, "Ana", level="hot")
    stranger = browser(make_member(make_workspace("Ailleurs")))
    answer = getattr(stranger, method)(
        f"/inbox/leads/{lead.uid}", {"do": "correct", "level": "cold", "stage": "won"}
    )

    assert answer.status_code == 404
    assert "Ana" not in answer.content.decode()
    lead.refresh_from_db()
    assert (lead.level, lead.stage) == ("hot", "new")


ORDERS = [
    ("", ["Cléo", "Bob", "Ana"]),
    ("order=name", ["Ana", "Bob", "Cléo"]),
    ("order=-name", ["Cléo", "Bob", "Ana"]),
    ("order=-warmth", ["Ana", "Cléo", "Bob"]),
    ("order=phone", ["Cléo", "Bob", "Ana"]),
    ("level=hot", ["Ana"]),
    ("stage=won&level=cold", ["Bob"]),
    ("search=cl", ["Cléo"]),
    ("level=nonsense", ["Cléo", "Bob", "Ana"]),
    ("search=%00", ["Cléo", "Bob", "Ana"]),
    ("search=zz", []),
]


@pytest.mark.parametrize(("query", "expected"), ORDERS)
def test_leads_are_filtered_found_and_sorted(
    query: str, expected: list[str], workspace: Workspace, client: Client
) -> None:
    lead_named(workspace, "Ana", level="hot")
    lead_named(workspace, "Bob", level="cold", stage="won")
    lead_named(workspace, "Cléo", level="warm")
    page = read(client, f"/inbox/leads?{query}")

    assert names(page) == expected
    assert ("No lead fits" in page) == (expected == [])


def test_a_sorted_column_says_so_and_turns_around(workspace: Workspace, client: Client) -> None:
    lead_named(workspace, "Ana")

    assert 'aria-sort="descending"' in read(client, "/inbox/leads?order=-name")
    page = read(client, "/inbox/leads?order=name&level=hot")
    assert 'href="?level=hot&order=-name"' in page
    assert 'href="/inbox/leads.csv?order=name&level=hot"' in page


def test_the_second_page_keeps_the_filters(workspace: Workspace, client: Client) -> None:
    for number in range(27):
        lead_named(workspace, f"N{number:02}", level="hot")
    first = read(client, "/inbox/leads?level=hot&order=name")
    second = re.search(r'rel="next" href="([^"]+)"', first)

    assert second is not None
    assert names(read(client, f"/inbox/leads{second[1]}")) == ["N25", "N26"]


def test_an_empty_list_says_what_will_stand_there(client: Client) -> None:
    page = read(client, "/inbox/leads")

    assert "No lead yet" in page
    assert "leads.csv" not in page


def test_the_number_of_queries_does_not_grow(workspace: Workspace, client: Client) -> None:
    lead_named(workspace, "Ana")
    few = queries_of(client, "/inbox/leads")
    for number in range(6):
        lead_named(workspace, f"N{number}")

    assert queries_of(client, "/inbox/leads") == few


def full(workspace: Workspace) -> Lead:
    thread = make_conversation(workspace, name="Ana")
    said = make_message(thread, "Je la prends, 06 12 34 56 78")
    quoted = {"quote": "Je la prends", "message": str(said.uid), "level": "hot"}
    lead = make_lead(
        thread.contact,
        evidence=[{"quote": "vieux mots", "message": None}, quoted],
        phone_message=said.uid,
        summary=["Prend la lampe"],
        intent="purchase",
    )
    make_event(
        thread, kind="lead", reason="lead_new", outcome="hot", data={"level": "hot"}, message=said
    )
    make_event(thread, kind="lead", reason="lead_same", outcome="hot", data={"level": "hot"})
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    SyncRun.objects.create(
        workspace=workspace, integration=tool, lead_uid=lead.uid, status="done", finished_at=NOON
    )
    return lead


def test_one_lead_shows_its_proofs_and_their_messages(workspace: Workspace, client: Client) -> None:
    lead = full(workspace)
    page = read(client, f"/inbox/leads/{lead.uid}")
    link = f"?message={lead.phone_message}#message-{lead.phone_message}"

    for words in (
        "« Je la prends »",
        "« vieux mots »",
        "speaks for hot",
        "Prend la lampe",
        "purchase",
        "+33612345678",
        "Notion",
        "written",
        "A lead was made: hot.",
    ):
        assert words in page.lower() or words in page, words
    assert page.count(link) == 3  # the quote, the phone, the ledger
    assert "The lead stays" not in page


def test_a_quote_leads_to_the_page_with_its_message(workspace: Workspace, client: Client) -> None:
    thread = make_conversation(workspace)
    first = make_message(thread, "la toute première")
    for number in range(45):
        make_message(thread, f"m{number}")

    assert "la toute première" not in read(client, f"/inbox/{thread.uid}")
    page = read(client, f"/inbox/{thread.uid}?message={first.uid}")
    assert "la toute première" in page
    assert f'id="message-{first.uid}"' in page
    other = make_message(make_conversation(make_workspace("Ailleurs")), "ailleurs")
    for unknown in (other.uid, "x", ""):
        assert "ailleurs" not in read(client, f"/inbox/{thread.uid}?message={unknown}")


def test_the_conversation_leads_to_its_lead(workspace: Workspace, client: Client) -> None:
    lead = full(workspace)
    thread = lead.contact.conversations.get()

    assert f'href="/inbox/leads/{lead.uid}"' in read(client, f"/inbox/{thread.uid}")


def test_a_member_corrects_and_gives_back(workspace: Workspace, client: Client) -> None:
    lead, address = full(workspace), "/inbox/leads/{}"
    address = address.format(lead.uid)

    def post(**form: str) -> str:
        answer = client.post(address, form, follow=True)
        return html.unescape(answer.content.decode())

    assert "Saved." in post(do="correct", level="hot", stage="contacted")
    lead.refresh_from_db()
    assert (lead.level_by_member, lead.stage) == (False, "contacted")

    assert "Set by a member" in post(do="correct", level="cold", stage="contacted")
    lead.refresh_from_db()
    assert (lead.level, lead.level_by_member) == ("cold", True)

    assert "words decide" in post(do="reset")
    lead.refresh_from_db()
    assert (lead.level, lead.level_by_member) == ("hot", False)
    told = InteractionEvent.objects.exclude(reason__in=["lead_new", "lead_same"])
    assert [event.reason for event in told] == ["lead_stage", "lead_corrected", "lead_given_back"]


def as_the_form_shows(client: Client, lead: Lead) -> dict[str, str]:
    """Return what the form of the lead's page carries if nobody touches it."""
    page = read(client, f"/inbox/leads/{lead.uid}")
    form = dict(re.findall(r'<input type="hidden" name="(seen_\w+)" value="(\w+)">', page))
    for name in ("level", "stage"):
        choices = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
        chosen = re.search(r'value="(\w+)" selected', choices[0] if choices else "")
        form[name] = chosen[1] if chosen else ""
    return {"do": "correct", **form}


@pytest.mark.parametrize(
    ("mine", "theirs", "after", "told"),
    [
        ({"level": "hot"}, {"stage": "contacted"}, ("hot", "contacted"), "Saved."),
        ({"stage": "won"}, {"level": "cold"}, ("cold", "won"), "Saved."),
        ({"stage": "won"}, {"stage": "won"}, ("warm", "won"), "Saved."),
        ({"stage": "lost"}, {"stage": "won"}, ("warm", "won"), "nothing was saved"),
        ({"level": "hot", "stage": "won"}, {"level": "cold"}, ("cold", "new"), "nothing was saved"),
    ],
)
def test_the_second_of_two_saves_leaves_what_the_first_has_set(
    mine: dict[str, str],
    theirs: dict[str, str],
    after: tuple[str, str],
    told: str,
    client: Client,
) -> None:
    workspace = Workspace.objects.get()
    lead = lead_named(workspace, "Ana", level="warm")
    address, shown = f"/inbox/leads/{lead.uid}", as_the_form_shows(client, lead)
    mate = browser(make_member(workspace, "member"), "en")
    assert "Saved." in mate.post(address, {**shown, **theirs}, follow=True).content.decode()

    answer = client.post(address, {**shown, **mine}, follow=True).content.decode()

    assert told in answer
    lead.refresh_from_db()
    level, stage = after
    assert (lead.level, lead.stage) == after
    as_it_is = {"level": level, "stage": stage, "seen_level": level, "seen_stage": stage}
    assert as_the_form_shows(client, lead) == {"do": "correct", **as_it_is}


NONSENSE: list[dict[str, str]] = [
    {},
    {"do": "something"},
    {"do": "correct"},
    {"do": "correct", "level": "x", "stage": "won"},
]


@pytest.mark.parametrize("form", NONSENSE)
def test_a_form_with_nonsense_changes_nothing(
    form: dict[str, str], workspace: Workspace, client: Client
) -> None:
    lead = lead_named(workspace, "Ana", level="hot")
    assert client.post(f"/inbox/leads/{lead.uid}", form).status_code == 302

    lead.refresh_from_db()
    assert (lead.level, lead.level_by_member, lead.stage) == ("hot", False, "new")


def test_markup_of_a_contact_is_shown_as_text(workspace: Workspace, client: Client) -> None:
    bad = "<script>alert(1)</script>"
    quote = {"quote": bad, "message": '"><b>', "level": "hot"}
    lead = lead_named(workspace, bad, evidence=[quote], summary=[bad], intent=bad)

    for address in ("/inbox/leads", f"/inbox/leads/{lead.uid}"):
        raw = client.get(address).content.decode()
        assert bad not in raw
        assert '"><b>' not in raw


def receipt(page: str) -> str:
    """The part of a lead's page that tells where it was written."""
    return page.partition('id="receipts"')[2].partition("</section>")[0]


def test_the_page_tells_where_the_lead_stands_in_each_tool(
    workspace: Workspace, client: Client
) -> None:
    lead = full(workspace)
    tool = Integration.objects.get()
    row = SyncedRow.objects.create(
        workspace=workspace, integration=tool, lead_uid=lead.uid, external_id="page-1",
        url="https://www.notion.so/page-1", written_at=NOON,
    )  # fmt: skip
    told = receipt(read(client, f"/inbox/leads/{lead.uid}"))
    assert "Written" in told
    assert 'href="https://www.notion.so/page-1"' in told
    assert "Write it again" not in told

    SyncedRow.objects.filter(pk=row.pk).update(state="missing")
    told = receipt(read(client, f"/inbox/leads/{lead.uid}"))
    assert "was taken away in Notion" in told
    assert "notion.so" not in told
    assert "Write it again" in told

    SyncRun.objects.update(status="queued", error_code="rate_limited")
    told = receipt(read(client, f"/inbox/leads/{lead.uid}"))
    assert "Notion asked us to slow down." in told

    Integration.objects.update(status="needs_login", status_reason="unauthorized")
    told = receipt(read(client, f"/inbox/leads/{lead.uid}"))
    assert "Notion no longer accepts our key." in told


def test_write_it_again_queues_the_lead_as_it_is_now(workspace: Workspace, client: Client) -> None:
    lead = full(workspace)
    tool = Integration.objects.get()
    SyncedRow.objects.create(
        workspace=workspace, integration=tool, lead_uid=lead.uid, external_id="p", state="missing"
    )
    form = {"do": "rewrite", "tool": "notion"}
    answer = client.post(f"/inbox/leads/{lead.uid}", form, follow=True)
    assert "The lead is being written again." in answer.content.decode()
    run = SyncRun.objects.get(status="queued")
    assert (run.lead_uid, run.payload["phone"]) == (lead.uid, lead.phone)
    assert SyncedRow.objects.get().external_id == ""

    Integration.objects.update(status="paused")
    answer = client.post(f"/inbox/leads/{lead.uid}", form, follow=True)
    assert "has to be mended first" in html.unescape(answer.content.decode())
    assert client.post(f"/inbox/leads/{lead.uid}", {**form, "tool": "x"}).status_code == 404
