"""The lists of the largest tables: searched by their indexes, found in the ways people ask."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

from processing.models import (
    Contact,
    Conversation,
    Delivery,
    InteractionEvent,
    Lead,
    Message,
)
from social.models import WebhookEvent
from tests.factories import (
    make_conversation,
    make_event,
    make_lead,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db
LARGE = (Contact, Conversation, Delivery, InteractionEvent, Lead, Message, WebhookEvent)


@pytest.fixture
def message() -> Message:
    workspace = make_workspace("Atelier Léa")
    thread = make_conversation(workspace, name="LeaMartin Déco")
    Contact.objects.update(handle="LeaMartin_Deco")
    make_lead(thread.contact, phone="+33612345678")
    found = make_message(thread, external_id="mid.77", request_id="req-77")
    Delivery.objects.create(workspace=workspace, message=make_reply(found, external_id="mid.78"))
    make_event(thread, message=found, request_id="req-77")
    other = make_conversation(make_workspace("Ailleurs"), name="Bob")
    make_lead(other.contact, phone="")
    make_event(other, message=make_message(other))
    return found


def found(model: Any, text: str) -> int:
    page = admin.site._registry[model]
    rows, twice = page.get_search_results(RequestFactory().get("/"), model.objects.all(), text)
    return (rows.distinct() if twice else rows).count()


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (Contact, "leamartin"),
        (Contact, "LEAMARTIN_deco"),
        (Contact, "@leamartin_deco"),
        (Conversation, "leamartin"),
        (Lead, "leamartin"),
        (Lead, "06 12 34 56 78"),
        (Message, "mid.77"),
        (Message, "req-77"),
        (Delivery, "mid.78"),
        (Delivery, "leamartin"),
        (InteractionEvent, "req-77"),
        (InteractionEvent, "mid.77"),
        (InteractionEvent, "leamartin_deco"),
        (InteractionEvent, "atelier l"),
    ],
)
def test_one_search_finds_what_is_meant_and_nothing_else(
    model: Any, text: str, message: Message
) -> None:
    assert found(model, text) == 1


@pytest.mark.parametrize("model", LARGE)
@pytest.mark.usefixtures("message")
def test_what_nobody_knows_finds_nothing_and_an_empty_search_everything(model: Any) -> None:
    assert found(model, "zzzzzz") == 0
    assert found(model, " ") == model.objects.count()


@pytest.mark.parametrize("model", LARGE)
def test_a_list_that_no_index_sorts_offers_no_order(model: Any) -> None:
    page = admin.site._registry[model]
    assert list(page.get_sortable_by(RequestFactory().get("/"))) == []
