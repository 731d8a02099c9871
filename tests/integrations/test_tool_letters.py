"""The letter to owners when a tool has to be mended: to whom, once, and what it says."""

from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Letter, User
from accounts.tasks import post_letter
from integrations.contracts import ConnectorError
from integrations.models import Integration
from integrations.outcomes import fall
from tests.factories import make_member, make_workspace
from tests.integrations.tool import connected

pytestmark = pytest.mark.django_db
GONE = ConnectorError("unauthorized", needs="needs_login")


def owner_of(there: Integration, **fields: Any) -> User:
    return make_member(there.workspace, email_verified_at=timezone.now(), **fields)


def post_all() -> None:
    for letter in Letter.objects.order_by("pk"):
        post_letter(letter.pk)


def test_every_owner_hears_once_that_the_tool_must_be_connected_again() -> None:
    there = connected()
    owner = owner_of(there)
    make_member(there.workspace, "member", email_verified_at=timezone.now())
    make_member(make_workspace("Ailleurs"), email_verified_at=timezone.now())

    assert fall(there, GONE)
    assert not fall(there, GONE)
    post_all()

    [sent] = mail.outbox
    assert sent.to == [owner.email]
    assert f"/tools/{there.kind}?workspace={there.workspace.uid}" in str(sent.body)
    assert there.workspace.name in str(sent.body)


def test_a_tool_that_was_mended_and_falls_again_is_told_again() -> None:
    there = connected()
    owner_of(there)
    fall(there, GONE)
    Integration.objects.update(status="active", status_reason="")
    fall(there, GONE)
    assert Letter.objects.filter(kind="tool_state").count() == 2


@pytest.mark.parametrize("end", [{"status": "active"}, {"status": "paused"}, None])
def test_what_is_mended_by_then_is_not_told(end: dict[str, Any] | None) -> None:
    there = connected()
    owner_of(there)
    fall(there, GONE)
    if end is None:
        there.delete()
    else:
        Integration.objects.update(**end)
    post_all()
    assert mail.outbox == []


@pytest.mark.parametrize("needs", ["needs_login", "needs_attention", "needs_mapping"])
@pytest.mark.parametrize("code", ["unauthorized", "quite_unknown"])
def test_each_trouble_says_what_to_do_whatever_the_tool_said(needs: str, code: str) -> None:
    there = connected()
    owner_of(there)
    fall(there, ConnectorError(code, needs=needs))
    post_all()
    [sent] = mail.outbox
    assert "%(" not in str(sent.body)
    assert sent.subject
    assert "Notion" in str(sent.body)
