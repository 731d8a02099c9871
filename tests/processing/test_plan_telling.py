"""A step of the plan is told once, in words and by letter."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError, connections
from django.utils import translation

from accounts import posting
from accounts.models import Letter, Membership, Workspace
from billing.models import PlanChange
from billing.news import NEWS, TITLES
from flowia.lib import clock
from integrations.models import SyncOrder
from processing import pipeline
from processing.ledger import sentence_of
from processing.models import InteractionEvent
from tests.factories import make_member, make_workspace
from tests.processing.plan_steps import UNTIL, on, step, tell, told, tools

pytestmark = pytest.mark.django_db


def test_a_second_call_tells_nothing_more() -> None:
    workspace = make_workspace()
    make_member(workspace)
    change = step(workspace, "freemium", "premium", "plan_started")

    assert [one.step for one in pipeline.plan(change.pk)] == ["letter"]
    assert pipeline.plan(change.pk) == []
    change.refresh_from_db()
    assert change.told_at is not None
    assert change.next_at is None
    assert InteractionEvent.objects.filter(kind="plan").count() == 1
    assert Letter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_workers_tell_it_once() -> None:
    workspace = make_workspace()
    make_member(workspace)
    tools(workspace)
    change = step(workspace, "freemium", "premium", "plan_started")

    def work(_number: int) -> None:
        try:
            pipeline.plan(change.pk)
        except OperationalError:
            # As in the product: the row is due again by itself.
            return
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    pipeline.plan(change.pk)

    assert InteractionEvent.objects.filter(kind="plan").count() == 1
    assert Letter.objects.filter(kind="plan_news").count() == 1
    assert SyncOrder.objects.count() == 2


def test_a_step_that_is_not_due_yet_is_left_alone() -> None:
    change = step(make_workspace(), "freemium", "premium")
    PlanChange.objects.update(next_at=clock.now() + timedelta(minutes=1))

    assert pipeline.plan(change.pk) == []
    assert not InteractionEvent.objects.exists()


def test_what_fails_in_the_middle_leaves_nothing_half_told(monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace()
    make_member(workspace)
    change = step(workspace, "freemium", "premium")

    def break_off(*_args: Any, **_more: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr("processing.hooking.let_go", break_off)
        with pytest.raises(OperationalError):
            pipeline.plan(change.pk)

    assert not InteractionEvent.objects.exists()
    assert not Letter.objects.exists()
    assert pipeline.plan(change.pk)
    assert InteractionEvent.objects.count() == 1


SENTENCES: list[tuple[str, dict[str, Any], str]] = [
    ("plan_started", {}, "The plan Premium began."),
    ("plan_changed", {}, "The plan changed from Ultra to Premium."),
    ("period_changed", {"period": "year"}, "The plan Premium is now paid by the year."),
    # Half past eleven in the evening in London is the next day in Paris.
    ("cancel_planned", UNTIL, "The plan Premium was cancelled and ends on Dec. 29, 2026."),
    ("payment_failed", UNTIL, "It is tried again on Dec. 29, 2026."),
    ("payment_failed", {"until": ""}, "The payment for Premium failed."),
    ("payment_given_up", {"status": "unpaid"}, "until it is paid, Premium applies."),
    ("payment_given_up", {"status": "canceled"}, "the plan ended, Premium applies."),
]


@pytest.mark.parametrize(("reason", "data", "said"), SENTENCES)
def test_the_ledger_names_plans_and_days(reason: str, data: dict[str, Any], said: str) -> None:
    workspace = make_workspace(timezone="Europe/Paris")
    tell(workspace, "ultra", "premium", reason, **data)

    with translation.override("en"):
        assert sentence_of(told(workspace)).endswith(said)
    row = told(workspace)
    assert (row.outcome, row.reason, row.data["before"]) == ("premium", reason, "ultra")


@pytest.mark.parametrize("reason", NEWS)
def test_no_sentence_is_left_with_a_gap(reason: str) -> None:
    for language in ("en", "fr"):
        with translation.override(language):
            for data in (UNTIL, {"until": "", "status": "canceled"}):
                workspace = make_workspace()
                tell(workspace, "freemium", "ultra", reason, period="month", **data)
                sentence = sentence_of(told(workspace))
                assert sentence.endswith(".")
                assert not {"ultra", "freemium", "None"} & set(sentence.split())
                assert "%" not in sentence


def test_a_day_stays_the_day_it_was_said_to_be() -> None:
    workspace = make_workspace(timezone="Asia/Tokyo")
    tell(workspace, "premium", "premium", "cancel_planned", **UNTIL)
    Workspace.objects.update(timezone="Pacific/Honolulu")

    with translation.override("fr"):
        assert "29 décembre 2026" in sentence_of(told(workspace))


def test_every_owner_is_written_to_in_their_language_and_nobody_else() -> None:
    workspace = make_workspace("Atelier Dupont")
    make_member(workspace, email="anne@exemple.fr", language="fr")
    make_member(workspace, email="bob@example.com", language="en")
    make_member(workspace, "member", email="coline@exemple.fr")
    make_member(workspace, email="gone@exemple.fr", is_active=False)
    make_member(make_workspace(), email="stranger@exemple.fr")

    for wake in tell(workspace, "premium", "premium", "cancel_planned", **UNTIL):
        posting.send(wake.row_id)

    letters = {one.to[0]: one for one in mail.outbox}
    assert set(letters) == {"anne@exemple.fr", "bob@example.com"}
    english, french = letters["bob@example.com"], letters["anne@exemple.fr"]
    assert english.subject == "Premium was cancelled · Atelier Dupont"
    assert "was cancelled and ends on Dec. 29, 2026" in english.body
    assert "29 décembre 2026" in french.body
    for letter in letters.values():
        assert f"/plan?workspace={workspace.uid}" in letter.body


@pytest.mark.parametrize("reason", NEWS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_letter_has_its_fact_as_a_subject(reason: str, language: str) -> None:
    workspace = make_workspace("Atelier")
    make_member(workspace, language=language)
    on(workspace, "premium", open_invoice_id="in_1")
    (wake, *_more) = tell(workspace, "premium", "ultra", reason, period="month", **UNTIL)
    posting.send(wake.row_id)

    fact, _, named = mail.outbox[0].subject.partition(" · ")
    assert named == "Atelier"
    assert not {"%", "_", "{"} & set(fact)
    assert not fact.endswith(".")
    assert len(fact) < 70
    assert len({str(one) for one in TITLES.values()}) == len(NEWS)


@pytest.mark.parametrize("invoice", ["in_1", ""])
def test_a_letter_asks_for_a_payment_while_one_is_awaited(invoice: str) -> None:
    workspace = make_workspace()
    make_member(workspace, language="en")
    (wake,) = tell(workspace, "premium", "premium", "payment_failed", until="")
    on(workspace, "premium", open_invoice_id=invoice)
    posting.send(wake.row_id)

    assert mail.outbox[0].subject.startswith("The payment for Premium failed")
    assert ("Meanwhile Premium still applies." in mail.outbox[0].body) is bool(invoice)
    assert ("Pay or change the card" in mail.outbox[0].body) is bool(invoice)


def test_a_confirmation_that_was_given_is_not_asked_for_again() -> None:
    workspace = make_workspace()
    make_member(workspace)
    (wake,) = tell(workspace, "premium", "premium", "payment_action", invoice="in_1")
    posting.send(wake.row_id)

    assert mail.outbox == []
    assert Letter.objects.get().status != "queued"


@pytest.mark.parametrize(("minutes", "letters"), [(1, 1), (60, 2)])
def test_one_invoice_is_written_about_once_within_minutes(minutes: int, letters: int) -> None:
    workspace = make_workspace()
    make_member(workspace)
    tell(workspace, "premium", "premium", "payment_failed", invoice="in_1", until="")
    PlanChange.objects.update(told_at=clock.now() - timedelta(minutes=minutes))
    tell(workspace, "premium", "premium", "payment_action", invoice="in_1")
    assert Letter.objects.count() == letters
    tell(workspace, "premium", "premium", "payment_action", invoice="in_2")

    assert Letter.objects.count() == letters + 1
    assert InteractionEvent.objects.filter(kind="plan").count() == 3


def test_a_letter_in_the_post_says_that_the_bank_asks_once_it_does() -> None:
    workspace = make_workspace()
    make_member(workspace, language="en")
    (wake,) = tell(workspace, "premium", "premium", "payment_failed", invoice="in_1", until="")
    tell(workspace, "premium", "premium", "payment_action", invoice="in_1")
    on(workspace, "premium", open_invoice_id="in_1")
    posting.send(wake.row_id)

    assert mail.outbox[0].subject.startswith("Confirm the payment for Premium with your bank")
    assert "failed" not in mail.outbox[0].body


def test_who_owns_it_no_more_is_not_written_to() -> None:
    workspace = make_workspace()
    make_member(workspace)
    (wake,) = tell(workspace, "freemium", "premium", "plan_started")
    Membership.objects.update(role="member")
    posting.send(wake.row_id)

    assert mail.outbox == []
