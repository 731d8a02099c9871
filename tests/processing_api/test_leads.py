"""Leads by HTTP: filters, corrections, receipts, and a table that starts nothing."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from integrations.models import Integration, SyncRun
from processing.models import InteractionEvent, Lead
from tests.callers import caller
from tests.factories import (
    NOON,
    make_conversation,
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
    return caller(make_member(workspace, "member"))


def lead_named(workspace: Workspace, name: str, **fields: Any) -> Lead:
    return make_lead(make_conversation(workspace, name=name).contact, **fields)


def names(client: Client, query: str) -> list[str]:
    return [row["contact"]["name"] for row in client.get(f"/leads{query}").json()["results"]]


FILTERS = [
    ("?level=hot", ["Ana"]),
    ("?stage=won", ["Bob"]),
    ("?level=hot&stage=won", []),
    ("?search=an", ["Ana"]),
    ("?search=06 99 00", ["Cléo"]),
    ("?search=zz", []),
    ("?ordering=name", ["Ana", "Bob", "Cléo"]),
    ("?ordering=-name", ["Cléo", "Bob", "Ana"]),
    ("?ordering=-warmth", ["Ana", "Cléo", "Bob"]),
    ("?ordering=warmth", ["Bob", "Cléo", "Ana"]),
    ("", ["Cléo", "Bob", "Ana"]),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_a_list_is_filtered_and_ordered(
    query: str, expected: list[str], workspace: Workspace, client: Client
) -> None:
    lead_named(workspace, "Ana", level="hot", phone="")
    lead_named(workspace, "Bob", level="cold", stage="won", phone="")
    lead_named(workspace, "Cléo", level="warm", phone="+33699000000")
    lead_named(make_workspace("Ailleurs"), "Ana", level="hot")

    assert names(client, query) == expected


@pytest.mark.parametrize("query", ["level=boiling", "stage=x", "ordering=phone", "limit=0"])
def test_a_wrong_filter_is_named(query: str, client: Client) -> None:
    answer = client.get(f"/leads?{query}")

    assert answer.status_code == 400
    assert query.split("=", maxsplit=1)[0] in answer.json()["errors"]


def test_pages_turn_by_name_and_by_warmth(workspace: Workspace, client: Client) -> None:
    for number in range(5):
        lead_named(workspace, f"N{number}", level=["hot", "warm", "cold"][number % 3])
    for order in ("name", "warmth", "-updated_at"):
        seen, address = [], f"/leads?limit=2&ordering={order}"
        while address:
            page = client.get(address).json()
            seen += [row["contact"]["name"] for row in page["results"]]
            address = page["next"]
        assert sorted(seen) == [f"N{number}" for number in range(5)]


def test_one_lead_tells_where_everything_comes_from(workspace: Workspace, client: Client) -> None:
    thread = make_conversation(workspace)
    message = make_message(thread, "Je la prends, 06 12 34 56 78")
    quoted = {"quote": "Je la prends", "message": str(message.uid), "level": "hot"}
    lead = make_lead(
        thread.contact, evidence=[quoted], summary=["Prend la lampe"], phone_message=message.uid
    )
    tool = Integration.objects.create(workspace=workspace, kind="notion")
    for status, at in (("failed", NOON), ("done", NOON + timedelta(hours=1))):
        SyncRun.objects.create(
            workspace=workspace, integration=tool, lead_uid=lead.uid, status=status, finished_at=at
        )
    row = client.get(f"/leads/{lead.uid}").json()

    assert row["evidence"] == [quoted]
    assert (row["phone"], row["phone_message"]) == (lead.phone, str(message.uid))
    assert row["summary"] == ["Prend la lampe"]
    assert row["conversation"] == str(thread.uid)
    assert [(one["tool"], one["status"]) for one in row["pushes"]] == [("notion", "done")]
    assert row["pushes"][0]["finished_at"] == "2026-11-20T13:00:00Z"


def test_a_correction_is_kept_told_and_given_back(workspace: Workspace, client: Client) -> None:
    lead = lead_named(workspace, "Ana", level="hot")
    address = f"/leads/{lead.uid}"
    answer = client.patch(
        address, {"level": "cold", "stage": "lost"}, content_type="application/json"
    ).json()
    assert (answer["level"], answer["level_by_member"], answer["stage"]) == ("cold", True, "lost")

    answer = client.post(f"{address}/level/reset").json()
    assert (answer["level"], answer["level_by_member"]) == ("warm", False)  # the phone's word
    reasons = InteractionEvent.objects.order_by("id").values_list("reason", flat=True)
    assert list(reasons) == ["lead_corrected", "lead_stage", "lead_given_back"]


@pytest.mark.parametrize("body", [{}, {"level": "boiling"}, {"stage": ""}, {"phone": "1"}, []])
def test_a_correction_says_what_is_wrong(body: Any, workspace: Workspace, client: Client) -> None:
    lead = lead_named(workspace, "Ana")
    answer = client.patch(f"/leads/{lead.uid}", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert not InteractionEvent.objects.exists()


def test_a_strangers_lead_is_not_found(workspace: Workspace) -> None:
    lead = lead_named(workspace, "Ana")
    stranger = caller(make_member(make_workspace("Ailleurs")))
    for method, address in (("get", ""), ("patch", ""), ("post", "/level/reset")):
        answer = getattr(stranger, method)(
            f"/leads/{lead.uid}{address}", {"level": "cold"}, content_type="application/json"
        )
        assert answer.status_code == 404
    assert "Ana" not in table(stranger, "")[1]


def table(client: Client, query: str) -> tuple[list[list[str]], str]:
    answer = client.get(f"/leads.csv{query}")
    assert answer.status_code == 200, answer.content
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")), text


def test_the_table_opens_in_a_spreadsheet(workspace: Workspace, client: Client) -> None:
    lead_named(workspace, "Léa", intent="price", summary=["a", "b"], warmed_at=NOON)
    rows, text = table(client, "")

    assert text.startswith("\ufeff")
    assert rows[0][0] == "Nom"
    assert rows[1][:2] == ["Léa", "messenger"]
    assert rows[1][9] == "2026-11-20T13:00:00+01:00"
    english = caller(make_member(workspace), **{"accept-language": "en"})
    assert table(english, "")[0][0][0] == "Name"


DANGEROUS = ["=HYPERLINK(1)", "+33", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.mark.parametrize("name", DANGEROUS)
def test_no_cell_starts_a_formula(name: str, workspace: Workspace, client: Client) -> None:
    quote = {"quote": name, "message": None}
    lead_named(workspace, name, intent=name, evidence=[quote], summary=[name])
    rows, _ = table(client, "")

    assert f"'{name}" in rows[1]
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in rows[1])


def test_the_table_has_every_lead_that_fits_once(workspace: Workspace, client: Client) -> None:
    for number in range(7):
        lead_named(workspace, f"N{number}", level="hot" if number % 2 else "cold")

    assert len(table(client, "")[0]) == 8
    assert [row[0] for row in table(client, "?level=hot")[0][1:]] == ["N5", "N3", "N1"]
    assert client.get("/leads.csv?level=x").status_code == 400


def test_the_table_is_read_one_page_of_rows_at_a_time(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.leadsheet.BATCH", 2)
    for number in range(5):
        lead_named(workspace, f"N{number}")

    assert [row[0] for row in table(client, "")[0][1:]] == ["N4", "N3", "N2", "N1", "N0"]


@pytest.mark.parametrize("accept", ["text/csv", "application/json", "*/*"])
def test_callers_may_ask_for_csv_by_its_name(accept: str, workspace: Workspace) -> None:
    client = caller(make_member(workspace), accept=accept)

    assert client.get("/leads.csv")["Content-Type"] == "text/csv; charset=utf-8"
    assert "errors" in client.get("/leads.csv?level=x").json()
