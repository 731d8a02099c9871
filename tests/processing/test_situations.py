"""What is true about a message, read from the rows: every gate is fed, whatever else is true."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing import quotas
from billing.models import Quota, Subscription
from processing import modelstate, pipeline, situations
from processing.ai import engine
from processing.decision import DAILY_CAP
from processing.models import Contact, Conversation, InteractionEvent, Message, Scenario
from social.models import ProviderPause, SocialAccount
from tests.decision.table import STOPS
from tests.factories import make_message
from tests.processing.conftest import Scene

SOON = timedelta(minutes=3)


def suspended(scene: Scene, _message: Message) -> None:
    Subscription.objects.create(workspace=scene.workspace, suspended_at=timezone.now())


def switched_off(scene: Scene, _message: Message) -> None:
    type(scene.workspace).objects.update(assistant_on=False)


def opted_out(_scene: Scene, _message: Message) -> None:
    Contact.objects.update(opted_out_at=timezone.now())


def taken_over(_scene: Scene, _message: Message) -> None:
    Conversation.objects.update(handled_by="human", human_until=timezone.now() + SOON)


def writes_again(_scene: Scene, message: Message) -> None:
    later = message.sent_at + timedelta(seconds=1)
    make_message(message.conversation, "Allô ?", sent_at=later, outcome="silent")


def answered(_scene: Scene, message: Message) -> None:
    said = {"direction": "outbound", "author": "human", "status": "sent"}
    make_message(message.conversation, "49 €", sent_at=timezone.now(), **said)


def two_machines(_scene: Scene, message: Message) -> None:
    for _ in range(DAILY_CAP):
        make_message(
            message.conversation, "bip", direction="outbound", author="assistant", status="sent"
        )


def picture(_scene: Scene, message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(text="")


def threat(_scene: Scene, message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(text="Mon avocat va vous écrire.")


def sells(_scene: Scene, message: Message) -> None:
    # Only on a network of contacts are conversations sorted.
    SocialAccount.objects.update(provider="linkedin", kind="linkedin")
    words = "Nous proposons aux entreprises comme la vôtre une démo de notre logiciel, offerte."
    Message.objects.filter(pk=message.pk).update(text=words)
    Conversation.objects.update(category=Conversation.Category.SALES_PITCH)


def more_than_shown(_scene: Scene, message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(unseen_before=2)


def nothing_fits(_scene: Scene, _message: Message) -> None:
    Scenario.objects.update(trigger="keywords", keywords=["chaussure"])


def taken_back(_scene: Scene, message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(removed_at=timezone.now())


def elsewhere(_scene: Scene, _message: Message) -> None:
    Conversation.objects.update(other_app_since=timezone.now())


def without_scope(_scene: Scene, _message: Message) -> None:
    SocialAccount.objects.update(lacks={"direct": "scope"})


def too_late(_scene: Scene, _message: Message) -> None:
    Conversation.objects.update(window_closes_at=timezone.now())


def at_night(scene: Scene, _message: Message) -> None:
    tomorrow = quotas.local_day(scene.workspace, timezone.now() + timedelta(days=1))
    name = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[tomorrow.weekday()]
    Scenario.objects.update(hours={name: [["00:00", "23:59"]]})
    # Before the window closes, wherever the clock stands now.
    Conversation.objects.filter(window_closes_at__gt=timezone.now()).update(window_closes_at=None)


def network_paused(scene: Scene, _message: Message) -> None:
    ProviderPause.objects.create(provider=scene.account.provider)


def logged_out(_scene: Scene, _message: Message) -> None:
    SocialAccount.objects.update(status="needs_login")


def still_writing(_scene: Scene, message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() + SOON)


def just_answered(_scene: Scene, _message: Message) -> None:
    Conversation.objects.update(next_automatic_at=timezone.now() + SOON)


def used_up(scene: Scene, _message: Message) -> None:
    day = quotas.local_day(scene.workspace, timezone.now())
    Quota.objects.create(workspace=scene.workspace, day=day, used=10)


def out_of_credit(_scene: Scene, _message: Message) -> None:
    modelstate.note("model_out_of_credit", now=timezone.now())


# The rows that make it true, by the reason of the table's stop.
MADE_TRUE: dict[str, Callable[[Scene, Message], None]] = {
    "plan_suspended": suspended,
    "assistant_off": switched_off,
    "opted_out": opted_out,
    "human_in_charge": taken_over,
    "taken_back": taken_back,
    "another_app_in_control": elsewhere,
    "superseded": writes_again,
    "already_answered": answered,
    "daily_cap": two_machines,
    "no_text": picture,
    "risk_words": threat,
    "sorted_as_sales_pitch": sells,
    "no_scenario": nothing_fits,
    "account_lacks": without_scope,
    "window_closed": too_late,
    "waits_for_hours": at_night,
    "provider_paused": network_paused,
    "account_needs_login": logged_out,
    "settling": still_writing,
    "reading_thread": more_than_shown,
    "five_minutes": just_answered,
    "quota_waits": used_up,
    "model_out_of_credit": out_of_credit,
}
DECIDED_ON_ARRIVAL = ["duplicate", "echo"]


def decided(message: Message) -> str:
    pipeline.respond(message.pk)
    message.refresh_from_db()
    return message.reason


def test_every_stop_of_the_table_is_made_true_here() -> None:
    assert [*DECIDED_ON_ARRIVAL, *MADE_TRUE] == [row[3] for row in STOPS]


@pytest.mark.parametrize("reason", MADE_TRUE)
def test_a_gate_is_fed_from_the_rows(scene: Scene, reason: str) -> None:
    message = scene.say()
    MADE_TRUE[reason](scene, message)

    assert decided(message) == reason
    assert scene.model.asked == []


@pytest.mark.parametrize("reason", MADE_TRUE)
def test_it_is_fed_also_where_everything_after_it_would_stop(scene: Scene, reason: str) -> None:
    message = scene.say()
    later = list(MADE_TRUE)[list(MADE_TRUE).index(reason) :]
    for one in reversed(later):
        MADE_TRUE[one](scene, message)

    assert decided(message) == reason
    assert scene.model.asked == []


def test_distress_reaches_a_human_where_no_scenario_fits(scene: Scene) -> None:
    Scenario.objects.update(trigger="keywords", keywords=["lampe"])
    message = scene.say("Je n'en peux plus, je vais me suicider ce soir.")
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("handoff", "risk_words")
    assert scene.conversation().handoff_reason == "risk_words"


def test_what_is_about_to_leave_is_not_searched_for_risks(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.respond(scene.say().pk)
    searched: list[str] = []
    monkeypatch.setattr(situations, "risk_in", searched.append)
    scene.run()

    assert scene.reply().status == "sent"
    assert searched == []


def test_the_model_is_told_the_day_on_which_it_answers(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = scene.say()
    asked = message.sent_at - timedelta(days=2)
    Message.objects.filter(pk=message.pk).update(sent_at=asked)
    told: list[str] = []
    honest = engine.generate_reply

    def listening(brief: Any) -> Any:
        told.append(brief.today)
        return honest(brief)

    monkeypatch.setattr(engine, "generate_reply", listening)
    pipeline.respond(message.pk)

    assert told == [situations.written_day(scene.workspace, timezone.now())]


FOUND = ["risk_words", "waits_for_hours", "quota_waits", "model_out_of_credit"]


def named(message: Message) -> dict[str, Any]:
    [row] = InteractionEvent.objects.filter(kind="decided", message=message)
    return {name: row.data.get(name) for name in ("scenario", "scenario_id", "scenario_version")}


@pytest.mark.parametrize("reason", FOUND)
def test_a_decision_without_a_draft_names_its_scenario(scene: Scene, reason: str) -> None:
    message = scene.say()
    MADE_TRUE[reason](scene, message)
    pipeline.respond(message.pk)

    uid = str(Scenario.objects.get().uid)
    assert named(message) == {"scenario": "Accueil", "scenario_id": uid, "scenario_version": 1}


def test_a_failure_of_the_model_names_the_scenario_that_asked(scene: Scene) -> None:
    scene.model.answers.clear()
    scene.model.answer(500, {})
    message = scene.say()
    scene.run()

    assert named(message)["scenario_version"] == 1


def test_where_no_scenario_was_found_none_is_named(scene: Scene) -> None:
    Scenario.objects.update(autonomy="off")
    message = scene.say()
    scene.run()

    assert set(named(message).values()) == {None}
