"""The benchmark's stand-in answers what the product accepts, and counts it."""

import sys
import time
from collections.abc import Iterator

import pytest
from django.test import override_settings

from benchmarks.throughput.services import World, process
from benchmarks.throughput.world import (
    ANSWER,
    FIELDS,
    QUESTION,
    WANTS,
    contact_id,
    signature,
    told_afterwards,
    webhook,
)
from integrations.connectors.airtable import AIRTABLE
from integrations.contracts import Connection, Item, LeadRecord, Written
from processing.ai import client, engine
from processing.ai.contracts import Brief, Line
from sandbox import demo
from social.contracts import (
    Credentials,
    Echo,
    InboundMessage,
    OutboundMessage,
    Profile,
    StatusUpdate,
)
from social.providers.meta.provider import META
from tests.stack import free_port, wait_until

US = Credentials(demo.PAGE_ID, "messenger", demo.PAGE_TOKEN, login="facebook")
BRIEF = Brief(
    business=demo.WORKSPACE_NAME,
    profile=demo.BUSINESS_PROFILE,
    facts=demo.FACTS,
    instruction=demo.SCENARIO_INSTRUCTION,
    language="fr",
    history=(Line("contact", QUESTION),),
    text_limit=600,
    workspace_id=1,
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    found = World(f"http://127.0.0.1:{free_port()}")
    port = found.url.rpartition(":")[2]
    with process([sys.executable, "-m", "benchmarks.throughput.standin", "--port", port]):
        assert wait_until(found.answers, 20)
        yield found


@pytest.fixture
def pointed(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world.ask("/forget")
    monkeypatch.setattr(client, "take_turn", lambda _workspace_id: None)
    told = {
        "META_GRAPH_URL": f"{world.url}/graph",
        "META_APP_SECRET": demo.APP_SECRET,
        "OPENAI_BASE_URL": f"{world.url}/openai/v1",
        "OPENAI_API_KEY": "sandbox",
        "AIRTABLE_API_URL": f"{world.url}/airtable",
    }
    with override_settings(**told):
        yield world


def test_a_signed_webhook_of_the_load_is_one_message() -> None:
    body = webhook(7, time.time())
    with override_settings(META_APP_SECRET=demo.APP_SECRET):
        assert META.receiving is not None
        assert META.receiving.verify({"X-Hub-Signature-256": signature(body)}, body)
        [said] = META.receiving.parse(body)
    assert isinstance(said, InboundMessage)
    assert (said.account_external_id, said.text) == (demo.PAGE_ID, QUESTION)


def test_two_messages_of_the_load_are_of_two_people() -> None:
    assert META.receiving is not None
    said = [META.receiving.parse(webhook(number, time.time()))[0] for number in (1, 2)]
    people = {one.contact_external_id for one in said if isinstance(one, InboundMessage)}
    assert len(people) == 2


def test_what_is_told_of_an_answer_is_an_echo_of_ours_and_two_statuses() -> None:
    assert META.receiving is not None
    with override_settings(META_APP_ID=demo.APP_ID):
        calls = told_afterwards(contact_id(7), "m_sent1", time.time())
        echo, *statuses = [one for call in calls for one in META.receiving.parse(call)]
    assert isinstance(echo, Echo)
    assert (echo.external_id, echo.ours, echo.text) == ("m_sent1", True, ANSWER)
    kinds = [one.status for one in statuses if isinstance(one, StatusUpdate)]
    assert kinds == ["delivered", "read"]


@pytest.mark.parametrize("style", ["responses", "chat"])
def test_the_model_gives_an_answer_and_a_proven_lead(pointed: World, style: str) -> None:
    with override_settings(OPENAI_API_STYLE=style):
        draft = engine.generate_reply(BRIEF)
    assert (draft.reply.action, draft.reply.text) == ("reply", ANSWER)
    assert (draft.reply.interest.level, draft.reply.interest.evidence) == ("hot", [WANTS])
    counts = pointed.ask("/counts")
    assert counts["calls"] == {"model": 1}
    assert (counts["tokens_in"], counts["tokens_out"]) == (
        draft.spent.tokens_in,
        draft.spent.tokens_out,
    )


def test_the_model_classifies(pointed: World) -> None:
    interest, _spent = engine.classify_prospect(BRIEF)
    assert interest.level == "hot"


def test_the_model_takes_as_long_as_it_is_told(pointed: World) -> None:
    pointed.ask("/latency?0.3")
    started = time.monotonic()
    engine.generate_reply(BRIEF)
    pointed.ask("/latency?0")
    assert time.monotonic() - started >= 0.3


def test_whom_a_text_was_sent_to_is_known(pointed: World) -> None:
    sent = META.send(US, OutboundMessage("7000000000000001", ANSWER, reference="r"))
    assert sent.external_id
    counts = pointed.ask("/counts")
    assert (counts["answered"], counts["again"]) == (1, [])
    META.send(US, OutboundMessage("7000000000000001", ANSWER, reference="r"))
    assert pointed.ask("/counts")["again"] == ["7000000000000001"]
    [first, _second] = pointed.ask("/log")
    assert first[1:3] == ["send", "7000000000000001"]


def test_a_person_has_a_name(pointed: World) -> None:
    assert META.profile is not None
    assert META.profile(US, "7000000000000001", "direct", "") == Profile("Léa Martin")


def test_a_lead_stands_in_the_table_once(pointed: World) -> None:
    connection = Connection(
        secrets={"token": demo.AIRTABLE_TOKEN},
        target={"base_id": demo.AIRTABLE_BASE_ID, "table_id": demo.AIRTABLE_TABLE_ID},
        field_map=dict(FIELDS),
    )
    said = ("je la prends",)
    lead = LeadRecord("u-1", "Léa", "hot", "", "messenger", said, "achat", "2026-11-20T12:00:00Z")
    [first] = AIRTABLE.push(connection, [Item(lead)])
    [again] = AIRTABLE.push(connection, [Item(lead)])
    assert isinstance(first, Written)
    assert isinstance(again, Written)
    assert (first.created, again.created) == (True, False)
    assert first.row_id == again.row_id
    assert pointed.ask("/counts")["leads"] == 1
