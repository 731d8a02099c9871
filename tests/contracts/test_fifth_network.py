"""One network more: its own folder and one line of the registry, and its letters arrive."""

import json

import pytest
from django.test import Client

from processing import pipeline
from processing.models import Message
from social.models import WebhookEvent
from social.providers.registry import CAPABILITIES, PROVIDERS
from tests.contracts.frame import samples
from tests.contracts.pigeon.provider import PIGEON
from tests.contracts.pigeon.subject import signed
from tests.factories import make_account, make_workspace


@pytest.fixture(autouse=True)
def _one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROVIDERS, PIGEON.name, PIGEON)
    for kind, capabilities in PIGEON.capabilities.items():
        monkeypatch.setitem(CAPABILITIES, kind, capabilities)


@pytest.mark.django_db
def test_a_letter_of_an_invented_network_becomes_a_message() -> None:
    account = make_account(make_workspace(), provider="pigeon", kind="pigeon", external_id="loft1")
    body = json.dumps(samples("pigeon")[1]).encode()

    door = Client(headers=signed(body))
    answer = door.post("/social-accounts/pigeon/webhook", body, content_type="application/json")
    for event in WebhookEvent.objects.all():
        pipeline.receive(event.pk)

    assert answer.status_code == 200
    found = Message.objects.order_by("sent_at").values_list("social_account", "text")
    assert list(found) == [(account.pk, "Merci"), (account.pk, "Allô ?")]


@pytest.mark.django_db
def test_a_letter_without_the_seal_is_refused() -> None:
    body = json.dumps(samples("pigeon")[0]).encode()

    answer = Client().post("/social-accounts/pigeon/webhook", body, content_type="text/plain")

    assert answer.status_code == 403
    assert not WebhookEvent.objects.exists()
