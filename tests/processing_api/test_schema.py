"""The OpenAPI document: complete, valid, with every error."""

import re
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator

from flowia.document import written
from tests.callers import browser


@pytest.fixture(scope="module")
def document() -> Any:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def test_each_address_is_documented_once(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == {
        "/audit",
        "/auth/google",
        "/auth/login",
        "/auth/logout",
        "/auth/me",
        "/auth/password",
        "/auth/password/reset",
        "/auth/password/reset/confirm",
        "/auth/refresh",
        "/auth/register",
        "/auth/sessions",
        "/auth/sessions/{uid}",
        "/auth/verification",
        "/auth/verification/confirm",
        "/invitations",
        "/invitations/accept",
        "/invitations/{uid}",
        "/members",
        "/members/{uid}",
        "/workspace",
        "/workspace/erasure",
        "/auth/me/erasure",
        "/auth/me/export",
        "/contacts",
        "/contacts/{uid}",
        "/contacts/{uid}/export",
        "/conversations",
        "/conversations/{uid}",
        "/conversations/{uid}/category",
        "/conversations/{uid}/messages",
        "/conversations/{uid}/takeover",
        "/conversations/{uid}/release",
        "/conversations/{uid}/reply",
        "/drafts",
        "/drafts/{uid}/approve",
        "/drafts/{uid}/edit",
        "/drafts/{uid}/reject",
        "/drafts/{uid}/send-myself",
        "/drafts/{uid}/snooze",
        "/drafts/{uid}/undo",
        "/trust",
        "/trust/{uid}/accept",
        "/trust/{uid}/decline",
        "/trust/{uid}/take-back",
        "/erasures",
        "/integrations/webhooks",
        "/integrations/webhooks/calls/{uid}",
        "/integrations/webhooks/calls/{uid}/replay",
        "/integrations/webhooks/{uid}",
        "/integrations/webhooks/{uid}/calls",
        "/integrations/webhooks/{uid}/replay",
        "/integrations/webhooks/{uid}/rotate",
        "/integrations/webhooks/{uid}/test",
        "/interactions",
        "/analytics",
        "/leads",
        "/leads.csv",
        "/billing",
        "/billing/cancel",
        "/billing/create-checkout",
        "/billing/create-portal",
        "/billing/resume",
        "/integrations/config",
        "/integrations/{kind}",
        "/integrations/{kind}/columns",
        "/integrations/{kind}/targets",
        "/integrations/{kind}/test",
        "/leads/{uid}",
        "/leads/{uid}/level/reset",
        "/leads/{uid}/rewrite",
        "/integrations/airtable/sync",
        "/integrations/google-sheets/sync",
        "/integrations/notion/sync",
        "/integrations/orders",
        "/integrations/orders/{uid}",
        "/integrations/orders/{uid}/cancel",
        "/integrations/runs",
        "/integrations/runs/{uid}/retry",
        "/sequences",
        "/sequences/{uid}",
        "/follow-ups",
        "/follow-ups/{uid}/cancel",
        "/follow-ups/{uid}/done",
        "/contacts/{uid}/opt-out",
        "/contacts/{uid}/opt-in",
        "/messages/{uid}/decision",
        "/social-accounts",
        "/social-accounts/connecting/{uid}",
        "/social-accounts/{uid}",
        "/social-accounts/{uid}/check",
        "/social-accounts/{provider}/auth-url",
        "/social-accounts/{provider}/callback",
        "/social-accounts/{provider}/connect",
        "/social-accounts/{provider}/consent",
        "/social-accounts/linkedin/conversations",
        "/social-accounts/linkedin/messages",
        "/social-accounts/linkedin/send-message",
        "/social-accounts/meta/messages",
        "/social-accounts/meta/send-dm",
        "/social-accounts/tiktok/comments",
        "/social-accounts/tiktok/interactions",
        "/social-accounts/tiktok/send-message",
        "/social-accounts/youtube/activities",
        "/social-accounts/youtube/comments",
        "/social-accounts/{provider}/reply-comment",
        "/replays/{uid}",
        "/replays/{uid}/cancel",
        "/replays/{uid}/continue",
        "/replays/{uid}/publish",
        "/replays/{uid}/results",
        "/scenarios",
        "/scenarios/{uid}",
        "/scenarios/{uid}/replays",
        "/scenarios/{uid}/replays/estimate",
        "/scenarios/{uid}/try",
        "/scenarios/{uid}/versions",
        "/scenarios/{uid}/versions/{number}",
        "/scenarios/{uid}/versions/{number}/restore",
        "/workspace/exports",
        "/workspace/exports/{uid}/file",
    }


def test_every_operation_tells_its_errors_with_an_example(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "401" in operation["responses"]
            assert operation["summary"]
    for status in (400, 401, 404):
        body = document["components"]["responses"][f"Problem{status}"]["content"]
        assert body["application/problem+json"]["example"]["status"] == status


def test_an_order_is_documented_as_a_closed_list(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/conversations"]["get"]["parameters"]
    ordering = next(each for each in parameters if each["name"] == "ordering")
    assert "-last_message_at" in ordering["schema"]["enum"]


@pytest.mark.parametrize("address", ["/schema", "/schema/"])
def test_the_document_is_served_to_everyone(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi")


@pytest.mark.parametrize("address", ["/docs", "/docs/"])
def test_its_pages_need_no_inline_script(address: str) -> None:
    page = browser().get(address).content.decode()
    assert 'id="swagger-ui"' in page
    assert "<style" not in page
    script = browser().get("/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")


def test_the_document_is_written_once_per_language_and_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written.cache_clear()
    made: list[str] = []
    generate: Any = SchemaGenerator.get_schema

    def counted(self: Any, *given: Any, **options: Any) -> Any:
        made.append(get_language() or "")
        return generate(self, *given, **options)

    monkeypatch.setattr(SchemaGenerator, "get_schema", counted)
    first, *_others = [Client().get(f"/schema?lang={one}") for one in ("fr", "en", "fr", "xx")]

    assert made == ["fr", "en"]
    assert yaml.safe_load(first.content)["info"]["title"] == "Flow IA"
    assert Client().get("/schema?format=json").json()["info"]["title"] == "Flow IA"


def test_every_text_that_we_are_sent_is_told_to_hold_no_nul(document: dict[str, Any]) -> None:
    sent = [
        (name, field, told)
        for name, schema in document["components"]["schemas"].items()
        if name.endswith("Request")
        if "oneOf" not in schema  # each of which is a schema of its own here
        for field, told in schema["properties"].items()
    ]
    asked = [
        (address, parameter["name"], parameter["schema"])
        for address, operations in document["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] != "header"  # no header holds one, nor a new line
    ]
    texts = [one for one in sent + asked if one[2].get("type") == "string"]
    free = [one for one in texts if not {"enum", "format"} & set(one[2])]

    assert len(free) > 20
    assert not [one for one in free if not re.fullmatch(one[2].get("pattern", ".*"), "a\nb")]
    assert not [one for one in free if re.fullmatch(one[2].get("pattern", "(?s).*"), "a\x00b")]
