"""What failed, by cause; corrections with their reason."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Workspace
from billing.models import Quota
from flowia.lib import admin as common
from flowia.lib import ratelimit
from processing.admin import repairs
from processing.ledger import sentence_of
from processing.models import Conversation, DeadLetter, Delivery, InteractionEvent, Lead
from social.models import WebhookEvent
from tests.admin.pages import operator
from tests.callers import browser
from tests.factories import (
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_webhook,
    make_workspace,
)

pytestmark = pytest.mark.django_db
CALLS = {"kind": "calls", "of": "meta", "reason": ""}
LETTERS = {"kind": "letters", "of": "send", "reason": "rate_limited"}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def conversation(workspace: Workspace) -> Conversation:
    return make_conversation(workspace)


@pytest.fixture
def client() -> Client:
    return operator()[0]


def bury(conversation: Conversation, status: str) -> DeadLetter:
    reply = make_reply(make_message(conversation), status="failed")
    row = Delivery.objects.create(
        workspace=conversation.workspace, message=reply, status=status, error_code="rate_limited"
    )
    return DeadLetter.objects.create(
        workspace=conversation.workspace, kind="send", object_id=row.pk, reason="rate_limited"
    )


def go(client: Client, **form: str) -> Any:
    return client.post(reverse("admin:repairs-cause"), form)


def test_causes_are_counted_the_largest_first(conversation: Conversation, client: Client) -> None:
    make_webhook(status="failed")
    make_webhook(status="processed")
    for _ in range(2):
        bury(conversation, "failed")

    page = client.get(reverse("admin:repairs")).content.decode()

    assert page.index("Dead letter: send") < page.index("Webhook: meta")
    assert "<td>2</td>" in page
    assert "of=send&amp;reason=rate_limited" in page


def test_the_summary_tells_what_would_be_tried_and_tries_nothing(
    conversation: Conversation, client: Client
) -> None:
    bury(conversation, "failed")
    bury(conversation, "unconfirmed")

    page = client.get(reverse("admin:repairs-cause"), LETTERS).content.decode()

    assert "2 rows" in page
    assert "1 of them would be tried again" in page
    assert DeadLetter.objects.filter(replayed_at=None).count() == 2


def test_a_batch_is_tried_again_and_what_may_have_left_is_not(
    conversation: Conversation, client: Client
) -> None:
    failed, lost = bury(conversation, "failed"), bury(conversation, "unconfirmed")

    assert go(client, **LETTERS).status_code == 302

    failed.refresh_from_db()
    lost.refresh_from_db()
    assert (failed.replayed_at is not None, lost.replayed_at) == (True, None)
    assert AuditEntry.objects.filter(action="operator.replayed").count() == 1
    go(client, **LETTERS)
    assert Delivery.objects.filter(status="queued").count() == 1


def test_one_click_takes_a_batch_and_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairs, "BATCH", 2)
    monkeypatch.setattr(common, "BATCH", 2)
    rows = [make_webhook(status="failed") for _ in range(3)]

    go(client, **CALLS)
    assert WebhookEvent.objects.filter(status="failed").count() == 1
    WebhookEvent.objects.update(status="failed")
    form = {"action": "replay", "_selected_action": [row.pk for row in rows]}
    page = client.post(reverse("admin:social_webhookevent_changelist"), form, follow=True)
    assert "Only 2 of the chosen rows were taken" in page.content.decode()
    assert WebhookEvent.objects.filter(status="failed").count() == 1


def test_batches_follow_each_other_slowly(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    full = ratelimit.Verdict(passed=False, limit=5, remaining=0, retry_after=9, reset_at=0)
    real = ratelimit.take

    def take(key: str, **more: Any) -> ratelimit.Verdict | None:
        return full if key == "repairs" else real(key, **more)

    monkeypatch.setattr(ratelimit, "take", take)
    make_webhook(status="failed")

    go(client, **CALLS)

    assert WebhookEvent.objects.filter(status="failed").count() == 1
    assert "Wait 9 seconds" in client.get(reverse("admin:repairs")).content.decode()


@pytest.mark.parametrize("door", ["the cause's page", "the list"])
def test_a_batch_gets_past_what_cannot_be_tried_again(
    door: str, conversation: Conversation, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairs, "BATCH", 2)
    monkeypatch.setattr(common, "BATCH", 2)
    rows = [bury(conversation, status) for status in ("unconfirmed", "unconfirmed", "failed")]

    if door == "the list":
        form = {"action": "replay", "_selected_action": [row.pk for row in rows]}
        client.post(reverse("admin:processing_deadletter_changelist"), form)
    else:
        go(client, **LETTERS)

    assert list(DeadLetter.objects.exclude(replayed_at=None)) == rows[2:]


def test_a_cause_of_which_nothing_can_be_tried_offers_no_button(
    conversation: Conversation, client: Client
) -> None:
    bury(conversation, "unconfirmed")

    page = client.get(reverse("admin:repairs-cause"), LETTERS).content.decode()

    assert "1 row, from" in page
    assert "Try this batch again" not in page


def test_a_kind_that_there_is_not_is_not_found(client: Client) -> None:
    assert client.get(reverse("admin:repairs-cause"), {"kind": "all"}).status_code == 404


def test_members_and_operators_without_the_right_try_nothing(workspace: Workspace) -> None:
    make_webhook(status="failed")
    reader = operator("view_deadletter", "view_webhookevent")[0]
    assert reader.get(reverse("admin:repairs")).status_code == 200
    assert go(reader, **CALLS).status_code == 403
    assert go(browser(make_member(workspace)), **CALLS).status_code == 302
    assert WebhookEvent.objects.get().status == "failed"


def correct(client: Client, row: Lead | Quota, **form: Any) -> Any:
    name = "lead-correct" if isinstance(row, Lead) else "quota-correct"
    return client.post(reverse(f"admin:{name}", args=[row.pk]), {"why": "complaint", **form})


def test_a_lead_is_corrected_and_that_is_told(
    conversation: Conversation, workspace: Workspace, client: Client
) -> None:
    lead = make_lead(conversation.contact)

    assert correct(client, lead, level="cold", stage="lost", ticket="T-9").status_code == 302

    lead.refresh_from_db()
    assert (lead.level, lead.level_by_member, lead.stage) == ("cold", True, "lost")
    assert {one.reason for one in InteractionEvent.objects.all()} == {
        "lead_corrected_by_operator",
        "lead_stage_by_operator",
    }
    entry = AuditEntry.objects.get(action="operator.corrected")
    assert entry.chain == str(workspace.uid)
    assert entry.data == {"fields": ["level", "stage"], "why": "complaint", "ticket": "T-9"}
    owner = browser(make_member(workspace), "en")
    page = owner.get(reverse("settings-activity")).content.decode()
    assert "An operator corrected: lead (level, stage; a complaint T-9)" in page


def test_an_operator_s_correction_is_not_told_as_a_member_s(
    conversation: Conversation, client: Client
) -> None:
    correct(client, make_lead(conversation.contact), level="cold", stage="lost")

    told = [sentence_of(event) for event in InteractionEvent.objects.filter(kind="lead")]
    assert len(told) == 2
    assert all("operators" in one and "member" not in one for one in told)


def test_what_the_form_showed_does_not_undo_what_a_member_said_since(
    conversation: Conversation, client: Client
) -> None:
    lead = make_lead(conversation.contact)
    seen = {"initial-level": lead.level, "initial-stage": lead.stage}
    Lead.objects.update(level="cold", level_by_member=True)

    correct(client, lead, level=lead.level, stage="lost", **seen)

    lead.refresh_from_db()
    assert (lead.level, lead.stage) == ("cold", "lost")


WRONG = "+33612345678"


@pytest.mark.parametrize(
    ("form", "phone"),
    [
        ({"phone": "06 98 76 54 32"}, "+33698765432"),
        ({"phone": "+32 470 12 34 56"}, "+32470123456"),
        ({"no_phone": "on"}, ""),
        ({"phone": "soon"}, WRONG),
        ({"phone": "06 12 34 56 78"}, WRONG),
        ({}, WRONG),
    ],
)
def test_a_wrong_phone_is_corrected_or_taken_away_and_the_form_shows_none(
    conversation: Conversation, client: Client, form: dict[str, str], phone: str
) -> None:
    lead = make_lead(conversation.contact, phone=WRONG, phone_message=uuid4())
    page = client.get(reverse("admin:lead-correct", args=[lead.pk])).content.decode()
    assert "612345678" not in page

    correct(client, lead, level="hot", stage="new", **form)

    lead.refresh_from_db()
    done = phone != WRONG
    assert (lead.phone, lead.phone_message is None, lead.level) == (phone, done, "hot")
    reasons = [one.reason for one in InteractionEvent.objects.all()]
    assert reasons == (["lead_phone_by_operator"] if done else [])
    entries = AuditEntry.objects.filter(action="operator.corrected")
    assert [one.data["fields"] for one in entries] == ([["phone"]] if done else [])
    assert not any(phone in str(one.data) for one in entries if phone)


def test_an_unchanged_lead_stays_the_contact_s(conversation: Conversation, client: Client) -> None:
    lead = make_lead(conversation.contact)

    correct(client, lead, level="hot", stage="new")

    lead.refresh_from_db()
    assert not lead.level_by_member
    assert not AuditEntry.objects.filter(action="operator.corrected").exists()


@pytest.mark.parametrize(
    ("amount", "status", "used"),
    [(3, 302, 2), (5, 302, 0), (-4, 302, 9), (6, 200, 5), (0, 200, 5), (-501, 200, 5)],
)
def test_messages_of_a_day_are_given_back_or_taken(
    amount: int, status: int, used: int, workspace: Workspace, client: Client
) -> None:
    quota = Quota.objects.create(workspace=workspace, day=date(2026, 11, 28), used=5, reserved=1)

    assert correct(client, quota, amount=amount).status_code == status

    quota.refresh_from_db()
    assert (quota.used, quota.reserved) == (used, 1)
    told = AuditEntry.objects.filter(action="operator.quota_corrected")
    assert [one.data["amount"] for one in told] == ([amount] if status == 302 else [])


def test_nothing_is_corrected_without_a_reason_or_the_right(
    conversation: Conversation, workspace: Workspace, client: Client
) -> None:
    lead = make_lead(conversation.contact)
    quota = Quota.objects.create(workspace=workspace, day=date(2026, 11, 28), used=5)
    reader = operator("view_lead", "view_quota")[0]
    member = browser(make_member(workspace))
    for row, form in ((lead, {"level": "cold", "stage": "lost"}), (quota, {"amount": 1})):
        assert correct(client, row, **{**form, "why": ""}).status_code == 200
        assert correct(reader, row, **form).status_code == 403
        assert correct(member, row, **form).status_code == 302
    lead.refresh_from_db()
    quota.refresh_from_db()
    assert (lead.level, quota.used) == ("hot", 5)


def test_what_is_asked_for_here_is_not_written_into_the_search(client: Client) -> None:
    for address, written in (("repairs-cause", ""), ("search", "letters")):
        page = client.get(reverse(f"admin:{address}"), {**LETTERS, "q": "letters"}).content.decode()
        assert re.findall(r'id="find-anything"[^>]* value="([^"]*)"', page) == [written]
