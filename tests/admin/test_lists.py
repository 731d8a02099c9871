"""Every list of the admin: few questions, however many rows; counted and filtered up to a bound."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoDbBlocker

from flowia.lib import capped
from processing.models import InteractionEvent, Message
from tests.admin.pages import operator
from tests.factories import make_conversation, make_message, make_webhook, make_workspace
from tests.isolation.world import make_world

MOST = 12
LISTS = sorted(
    f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry
)

# Groups of rights and the schedule have a few rows, which we wrote.
LARGE = [name for name in LISTS if not name.startswith(("auth_", "django_celery_beat_"))]


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rows of every table; all of them go with the transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_world()
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture
def client(rows: None, db: None) -> Client:
    return operator()[0]


def questions(client: Client, address: str, query: dict[str, str] | None = None) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, query)
    assert answer.status_code == 200
    return [one["sql"] for one in asked.captured_queries]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_few_questions(name: str, client: Client) -> None:
    asked = questions(client, reverse(f"admin:{name}_changelist"))

    assert len(asked) <= MOST, "\n".join(asked)


@pytest.mark.parametrize("name", LARGE)
def test_no_list_counts_a_whole_table(name: str, client: Client) -> None:
    """Counting stops at a bound, also where something is searched for or chosen."""
    for query in ({}, {"q": "a"}):
        asked = questions(client, reverse(f"admin:{name}_changelist"), query)
        counts = [one for one in asked if "COUNT(" in one and name in one]
        assert all("LIMIT" in one for one in counts), counts


@pytest.mark.django_db
def test_many_rows_are_told_as_at_least_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    most = Message.objects.count() + 2
    monkeypatch.setattr(capped, "CAP", most)
    client, _user = operator()
    conversation = make_conversation(make_workspace())
    address = reverse("admin:processing_message_changelist")
    for _ in range(2):
        make_message(conversation)
    assert f"{most} messages" in client.get(address).content.decode()

    for _ in range(3):
        make_message(conversation)

    assert f"{most}+ messages" in client.get(address).content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "10,000+"), ("fr", "10\xa0000+")])
def test_a_large_number_is_grouped_as_its_reader_writes_it(language: str, words: str) -> None:
    with translation.override(language):
        assert str(capped.AtLeast(10_001)) == words


@pytest.mark.django_db
def test_a_filter_offers_what_was_seen_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capped, "LATELY", 2)
    client, _user = operator()
    for provider in ("tiktok", "meta", "youtube"):
        make_webhook(provider=provider)
    address = reverse("admin:social_webhookevent_changelist")

    page = client.get(address).content.decode()

    offered = [one for one in ("meta", "tiktok", "youtube") if f'"?provider={one}"' in page]
    assert offered == ["meta", "youtube"]
    chosen: Any = client.get(address, {"provider": "tiktok"})
    assert "1 webhook event" in chosen.content.decode()


@pytest.mark.django_db
def test_a_row_of_the_ledger_about_no_conversation_is_shown() -> None:
    client, _user = operator()
    InteractionEvent.objects.create(workspace=make_workspace(), kind="plan", reason="upgraded")
    page = client.get(reverse("admin:processing_interactionevent_changelist"))
    assert "upgraded" in page.content.decode()
