"""What is kept too long goes, on time and not before; what must stay known stays known."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.checks import run_checks
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts import audit
from accounts.models import (
    AuditChain,
    AuditEntry,
    Invitation,
    Letter,
    OAuthState,
    SignIn,
    SignInAttempt,
    Workspace,
)
from flowia.embedded import BASE_DIR
from flowia.lib import clock
from integrations.models import Integration, SyncOrder, SyncRun
from processing.models import Contact, DeadLetter, Lead, Message
from processing.privacy import erasing, retention
from social.models import (
    Breaker,
    Consent,
    Drift,
    Forgotten,
    SelectorUse,
    SentDay,
    WebhookEvent,
)
from tests.accounts.tampering import unguard
from tests.factories import (
    make_account,
    make_contact,
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_user,
    make_webhook,
    make_workspace,
)
from tests.processing.conftest import ANSWER, Scene
from tests.stack import clean_environment

pytestmark = pytest.mark.django_db
BIRTH = datetime(2026, 1, 1, 12, tzinfo=UTC)
Travel = Callable[..., None]


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """The purge runs so long after `BIRTH`."""

    def to(**after: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: BIRTH + timedelta(**after))

    return to


def born(row: Any) -> Any:
    type(row).objects.filter(pk=row.pk).update(created_at=BIRTH)
    return row


def push(workspace: Workspace) -> SyncRun:
    integration = Integration.objects.create(workspace=workspace, kind="notion")
    whose: dict[str, Any] = {"workspace": workspace, "integration": integration, "status": "done"}
    whose |= {"lead_uid": workspace.uid, "payload": {"name": "Zoé"}}
    first, _second = (SyncRun.objects.create(**whose) for _ in range(2))
    return first


def order(workspace: Workspace) -> SyncOrder:
    integration = Integration.objects.create(workspace=workspace, kind="notion")
    return SyncOrder.objects.create(
        workspace=workspace, integration=integration, kind="full", status="done"
    )


def sign_in(workspace: Workspace) -> SignIn:
    later = BIRTH + timedelta(days=300)
    return SignIn.objects.create(
        user=make_member(workspace), kind="browser", rotated_at=BIRTH, seen_at=BIRTH,
        expires_at=later, ended_at=BIRTH,
    )  # fmt: skip


def lifted(_: Workspace) -> Drift:
    page = {"provider": "meta", "capability": "send", "found_at": BIRTH}
    return Drift.objects.create(**page, lifted_at=BIRTH)


def used(_: Workspace) -> SelectorUse:
    return SelectorUse.objects.create(provider="meta", name="row", rank=0, day=BIRTH.date())


def sent(workspace: Workspace) -> SentDay:
    account = make_account(workspace)
    return SentDay.objects.create(workspace=workspace, social_account=account, day=BIRTH.date())


KINDS: dict[str, tuple[int, Callable[[Workspace], Any]]] = {
    "webhook_calls": (30, lambda _: make_webhook()),
    "pushes": (30, push),
    "sync_orders": (30, order),
    "contacts": (1095, lambda one: make_conversation(one, last_message_at=BIRTH).contact),
    "dead_letters": (90, lambda _: DeadLetter.objects.create(kind="receive", object_id=1)),
    "breakers": (1, lambda _: Breaker.objects.create(name="account:x", since=BIRTH)),
    "changed_pages": (90, lifted),
    "sign_ins": (90, sign_in),
    "sign_in_attempts": (2, lambda _: SignInAttempt.objects.create(email_key="x", address="::1")),
    "authorisations": (0, lambda _: OAuthState.objects.create(digest="x", expires_at=BIRTH)),
    "invitations": (
        90,
        lambda one: Invitation.objects.create(workspace=one, email="a@b.fr", expires_at=BIRTH),
    ),
    "letters": (30, lambda _: Letter.objects.create(kind="welcome", status="sent")),
    "admin_history": (
        365,
        lambda _: LogEntry.objects.create(user=make_user(), action_flag=2, action_time=BIRTH),
    ),
    "sessions": (0, lambda _: Session.objects.create(session_key="x", expire_date=BIRTH)),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_row_is_kept_until_its_period_is_over(name: str, travel: Travel) -> None:
    days, make = KINDS[name]
    row = make(make_workspace())
    if hasattr(row, "created_at"):
        born(row)
    travel(days=days, minutes=-1)
    assert retention.purge()[name] == 0
    assert type(row).objects.filter(pk=row.pk).exists()
    travel(days=days, minutes=1)
    assert retention.overdue()[name] == 1
    assert retention.purge()[name] == 1
    assert not type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("name", "days", "make"), [("selector_uses", 90, used), ("sent_days", 365, sent)]
)
def test_a_day_is_kept_until_its_period_is_over(
    name: str, days: int, make: Callable[[Workspace], Any], travel: Travel
) -> None:
    make(make_workspace())
    travel(days=days, hours=11)
    assert retention.purge()[name] == 0
    travel(days=days + 1)
    assert retention.purge()[name] == 1


@pytest.mark.parametrize(("for_all", "left"), [(True, 1), (False, 0)])
def test_a_changed_page_that_still_stops_everybody_stays(
    for_all: bool, left: int, travel: Travel
) -> None:
    page = {"provider": "meta", "capability": "send", "found_at": BIRTH}
    Drift.objects.create(**page, for_all=for_all)
    travel(days=400)
    retention.purge()
    assert Drift.objects.count() == left


def test_the_proof_of_a_consent_stays_as_long_as_the_workspace(travel: Travel) -> None:
    workspace = make_workspace()
    Consent.objects.create(
        workspace=workspace, provider="meta", kind="session", version="1", language="fr",
        digest="d", user_uid=workspace.uid, given_at=BIRTH, withdrawn_at=BIRTH,
    )  # fmt: skip
    travel(days=4000)
    retention.purge()
    assert Consent.objects.exists()
    workspace.delete()
    assert not Consent.objects.exists()


def test_a_texts_words_go_after_ninety_days_and_the_row_stays(travel: Travel) -> None:
    message = born(make_message(make_conversation(make_workspace()), attachments=[{"type": "x"}]))
    lead = make_lead(message.conversation.contact)
    quotes = [{"quote": "faded", "message": str(message.uid)}, {"quote": "y", "message": None}]
    Lead.objects.filter(pk=lead.pk).update(evidence=quotes, summary=["Cherche une lampe"])
    travel(days=90, minutes=-1)
    retention.purge()
    assert Message.objects.get().text == "C'est combien ?"
    assert Lead.objects.get().summary == ["Cherche une lampe"]
    travel(days=90, minutes=1)
    retention.purge()
    kept = Message.objects.get()
    assert (kept.text, kept.attachments, kept.external_id) == ("", [], "")
    assert [one["quote"] for one in Lead.objects.get().evidence] == ["y"]
    assert Lead.objects.get().summary == []
    assert Forgotten.objects.count() == 1


def test_an_old_call_that_comes_after_the_purge_is_a_duplicate(scene: Scene) -> None:
    body = scene.envelope(scene.item(message={"mid": "m_old", "text": "Bonjour"}))
    scene.post(body)
    scene.run()
    sent = scene.reply().external_id
    Message.objects.update(created_at=BIRTH)
    WebhookEvent.objects.update(created_at=BIRTH)
    retention.purge()
    assert not WebhookEvent.objects.exists()
    before = Message.objects.count()
    scene.post(body)
    scene.echo(mid=sent, text=ANSWER)
    scene.run()
    assert Message.objects.count() == before
    assert WebhookEvent.objects.order_by("pk")[0].reasons == ["duplicate"]
    assert len(scene.graph.asked) == 1


def test_the_last_push_stays_as_the_receipt_without_what_it_wrote(travel: Travel) -> None:
    push(make_workspace())
    SyncRun.objects.update(created_at=BIRTH)
    last = SyncRun.objects.order_by("pk").last()
    travel(days=31)
    assert retention.purge()["pushes"] == 2
    assert SyncRun.objects.get() == last
    assert SyncRun.objects.get().payload == {}
    assert retention.purge()["pushes"] == 0


def test_what_still_waits_is_not_purged(travel: Travel) -> None:
    born(make_webhook(next_at=timezone.now()))
    born(make_message(make_conversation(make_workspace()), next_at=timezone.now()))
    travel(days=400)
    retention.purge()
    assert WebhookEvent.objects.exists()
    assert Message.objects.get().text


def test_a_contact_who_wrote_since_stays(travel: Travel) -> None:
    late = BIRTH + timedelta(days=1000)
    born(make_conversation(make_workspace(), last_message_at=late).contact)
    travel(days=1200)
    retention.purge()
    assert Contact.objects.exists()


def test_who_commented_once_and_still_writes_stays_in_direct_messages(travel: Travel) -> None:
    late = BIRTH + timedelta(days=1000)
    direct = born(make_conversation(make_workspace(), last_message_at=late).contact)
    born(make_contact(direct.social_account, direct=direct))
    travel(days=1200)
    retention.purge()
    assert Contact.objects.get() == direct


def test_the_audit_log_is_shortened_and_still_verified(travel: Travel) -> None:
    workspace = make_workspace()
    key = str(workspace.uid)
    for day in range(5):
        travel(days=day)
        audit.record("thing.done", by=audit.SYSTEM, workspace=workspace)
    travel(days=365 + 2, minutes=1)
    assert retention.purge()["audit_entries"] == 3
    assert list(AuditEntry.objects.order_by("number").values_list("number", flat=True)) == [4, 5]
    assert audit.broken_at(key) is None
    audit.record("thing.done", by=audit.SYSTEM, workspace=workspace)
    assert audit.broken_at(key) is None
    unguard()
    AuditEntry.objects.filter(number=4).delete()
    assert audit.broken_at(key) == 4


def test_a_chain_that_was_purged_whole_goes_on(travel: Travel) -> None:
    travel(days=0)
    audit.record("thing.done", by=audit.SYSTEM)
    travel(days=400)
    retention.purge()
    assert not AuditEntry.objects.exists()
    assert AuditChain.objects.get().purged_to == 1
    assert audit.broken_at("operators") is None
    audit.record("thing.done", by=audit.SYSTEM)
    assert audit.broken_at("operators") is None


def test_it_goes_on_over_many_batches_and_twice_is_once(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    user = make_user()
    for number in range(5):
        born(Letter.objects.create(kind=f"k{number}", user=user, status="sent"))
        travel(days=number)
        audit.record("thing.done", by=audit.SYSTEM)
    travel(days=500)
    first, second = retention.purge(), retention.purge()
    assert (first["letters"], first["audit_entries"]) == (5, 5)
    assert set(second.values()) == {0}


def test_a_rule_that_fails_keeps_no_other_from_its_work(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(erasing, "ask_one", refuse)
    contact = born(make_conversation(make_workspace(), last_message_at=BIRTH).contact)
    born(Letter.objects.create(kind="welcome", status="sent"))
    travel(days=1200)
    with pytest.raises(ExceptionGroup) as raised:
        retention.purge()
    assert [str(error) for error in raised.value.exceptions] == ["broken"]
    assert not Letter.objects.exists()
    assert Contact.objects.get() == contact


def test_a_dry_run_counts_and_changes_nothing(travel: Travel) -> None:
    born(make_webhook())
    travel(days=31)
    out = StringIO()
    call_command("purge", "--dry-run", stdout=out)
    assert "webhook_calls        1" in out.getvalue()
    assert WebhookEvent.objects.exists()
    call_command("purge", stdout=out)
    assert not WebhookEvent.objects.exists()


def test_periods_are_written_as_the_example_shows(tmp_path: Path) -> None:
    told = {"RETENTION_DAYS": "message_texts=60,webhook_calls=7", "FLOWIA_VAR": str(tmp_path)}
    script = "from flowia import settings; print(settings.RETENTION_DAYS)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=BASE_DIR,
        env=clean_environment(told),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "{'message_texts': 60, 'webhook_calls': 7}"


def test_a_period_of_the_environment_is_kept_to(travel: Travel, settings: Settings) -> None:
    settings.RETENTION_DAYS = {"webhook_calls": 5}
    born(make_webhook())
    travel(days=6)
    assert retention.purge()["webhook_calls"] == 1


@pytest.mark.parametrize("periods", [{"webhook_call": 5}, {"webhook_calls": -1}])
def test_a_period_that_cannot_be_kept_to_is_refused_at_start(
    periods: dict[str, int], settings: Settings
) -> None:
    settings.RETENTION_DAYS = periods
    assert [error.id for error in run_checks() if error.id == "privacy.E001"] == ["privacy.E001"]
