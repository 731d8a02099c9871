"""From a stored message to its decision: the model, its failures, the quota, the lead."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from billing import quotas
from billing.models import Quota, Subscription
from processing import pipeline
from processing.models import Conversation, DeadLetter, Lead, Message, Scenario
from tests.processing.conftest import ANSWER, Scene, model_document, model_says


def decided(scene: Scene) -> tuple[str, str]:
    message = Message.objects.filter(direction="inbound").latest("pk")
    return message.outcome, message.reason


def test_a_question_gets_one_answer_from_one_model_call(scene: Scene) -> None:
    message = scene.say("Bonjour, c'est combien ?")
    scene.run()
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason, message.next_at) == ("reply", "replied", None)
    assert scene.reply().text == ANSWER
    assert len(scene.model.asked) == len(scene.graph.asked) == 1
    row = message.interactions.get(kind="decided")
    assert row.data["tokens_in"] == 420
    assert row.data["scenario_version"] == 1
    assert [gate["passed"] for gate in row.gates] == [True] * len(row.gates)


def test_three_messages_in_a_burst_get_one_answer_to_the_newest(scene: Scene) -> None:
    texts = ["Bonjour", "vous avez la lampe", "c'est combien ?"]
    for text in texts:
        scene.say(text)
    scene.run()

    assert sorted(scene.reasons("decided")) == ["replied", "superseded", "superseded"]
    assert scene.reply().in_reply_to == Message.objects.get(text=texts[-1])
    assert len(scene.graph.asked) == len(scene.model.asked) == 1
    assert [one["content"].count("lampe") for one in scene.model.asked[0].body["input"]] == [
        0,
        1,
        0,
    ]


def test_order_is_the_networks_not_that_of_arrival(scene: Scene) -> None:
    late = scene.item(message={"mid": "ancien", "text": "Bonjour"})
    late["timestamp"] -= 5000
    newer = scene.say("C'est combien ?")
    scene.post(scene.envelope(late))
    scene.run()

    assert scene.reply().in_reply_to == newer
    assert Message.objects.get(external_id="ancien").reason == "superseded"


def test_an_answer_to_an_older_message_does_not_answer_a_newer_one(scene: Scene) -> None:
    scene.say("C'est combien ?")
    scene.run()
    # Written before our answer left, announced after it.
    between = scene.item(message={"mid": "entre", "text": "Et la livraison ?"})
    between["timestamp"] = round(scene.reply().sent_at.timestamp() * 1000) - 1
    scene.post(scene.envelope(between))
    Conversation.objects.update(next_automatic_at=None)
    scene.graph.answers.clear()
    scene.graph.answer(200, {"message_id": "m_out_2"})
    scene.run()

    assert Message.objects.get(external_id="entre").outcome == "reply"
    roles = [item["role"] for item in scene.model.asked[1].body["input"]]
    assert roles == ["user", "assistant", "user"]


def test_a_human_who_answered_has_answered(scene: Scene) -> None:
    message = scene.say()
    scene.echo(text="39 €", app_id=1)
    Conversation.objects.update(handled_by="assistant")
    scene.run()

    message.refresh_from_db()
    assert message.reason == "already_answered"


def test_the_settle_time_waits_for_more(scene: Scene, settings: Settings) -> None:
    settings.SETTLE_SECONDS = 30
    message = scene.say()
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("", "settling")
    assert message.next_at is not None
    assert not scene.model.asked


def test_the_five_minute_rule_waits_and_then_answers(scene: Scene) -> None:
    scene.say("C'est combien ?")
    scene.run()
    second = scene.say("Et la livraison ?")
    scene.run()

    second.refresh_from_db()
    assert (second.outcome, second.reason) == ("", "five_minutes")
    assert len(scene.model.asked) == 1
    conversation = scene.conversation()
    assert second.next_at == conversation.next_automatic_at

    past = timezone.now() - timedelta(seconds=1)
    type(conversation).objects.update(next_automatic_at=past)
    Message.objects.filter(pk=second.pk).update(next_at=past)
    scene.graph.answers.clear()
    scene.graph.answer(200, {"message_id": "m_out_2"})
    scene.run()
    assert decided(scene) == ("reply", "replied")


def test_the_eleventh_message_of_the_day_costs_nothing(scene: Scene) -> None:
    day = quotas.local_day(scene.workspace, timezone.now())
    Quota.objects.create(workspace=scene.workspace, day=day, used=10)
    message = scene.say()
    scene.run()

    assert decided(scene) == ("", "quota_waits")
    assert not scene.model.asked
    assert not scene.graph.asked
    assert message.interactions.get(kind="decided").data["limit"] == 10


def test_an_unlimited_plan_counts_but_never_stops(scene: Scene) -> None:
    Subscription.objects.create(workspace=scene.workspace, plan="ultra")
    scene.say()
    scene.run()

    assert Quota.objects.get().used == 1


def test_an_answer_takes_exactly_one_of_the_quota(scene: Scene) -> None:
    scene.say()
    scene.run()

    quota = Quota.objects.get()
    assert (quota.used, quota.reserved) == (1, 0)


SILENCE = [
    ({"action": "handoff", "text": ""}, ("handoff", "asked_for_human")),
    ({"action": "silence", "text": ""}, ("silent", "nothing_to_add")),
    ({"text": ""}, ("handoff", "draft_empty")),
    ({"text": "x" * 2001}, ("handoff", "draft_too_long")),
]


@pytest.mark.parametrize(("reply", "expected"), SILENCE, ids=[row[1][1] for row in SILENCE])
def test_a_draft_that_is_not_sent_gives_its_quota_back(
    scene: Scene, reply: dict[str, Any], expected: tuple[str, str]
) -> None:
    scene.model.answers.clear()
    scene.model.answer(200, model_says(**reply))
    scene.say()
    scene.run()

    assert decided(scene) == expected
    assert not scene.graph.asked
    quota = Quota.objects.get()
    assert (quota.used, quota.reserved) == (0, 0)


def test_a_handoff_shows_and_stops_the_assistant(scene: Scene) -> None:
    scene.model.answers.clear()
    scene.model.answer(200, model_says(action="handoff", text=""))
    scene.say()
    scene.run()

    conversation = scene.conversation()
    assert (conversation.handled_by, conversation.handoff_reason) == ("human", "asked_for_human")
    scene.say("Allô ?")
    scene.run()
    assert decided(scene) == ("silent", "human_in_charge")


FINAL = [
    ("a refusal", model_document("", output=[{"type": "message", "id": "m", "role": "assistant",
      "status": "completed", "content": [{"type": "refusal", "refusal": "non"}]}]), 200,
     "model_refused"),
    ("cut off", model_document('{"action": "rep', status="incomplete",
      incomplete_details={"reason": "max_output_tokens"}), 200, "model_truncated"),
    ("not JSON", model_document("Bonjour !"), 200, "model_invalid"),
    ("half a JSON", model_document('{"action": "reply", "te'), 200, "model_invalid"),
    ("no number", model_says(confidence=float("nan")), 200, "model_invalid"),
    ("nothing to see", model_says(text="\u200b\x00 "), 200, "draft_empty"),
    ("another form", model_document('{"reponse": "oui"}'), 200, "model_invalid"),
    ("no credit", {"error": {"code": "insufficient_quota", "message": "x"}}, 429,
     "model_out_of_credit"),
    ("no such model", {"error": {"code": "model_not_found", "message": "x"}}, 404,
     "model_not_found"),
    ("bad key", {"error": {"code": "invalid_api_key", "message": "x"}}, 401, "model_misconfigured"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("_name", "document", "status", "reason"), FINAL, ids=[row[0] for row in FINAL]
)
def test_a_useless_model_answer_is_a_handoff_with_its_reason(
    scene: Scene, _name: str, document: dict[str, Any], status: int, reason: str
) -> None:
    scene.model.answers.clear()
    scene.model.answer(status, document)
    scene.say()
    scene.run()

    assert decided(scene) == ("handoff", reason)
    assert scene.conversation().handoff_reason == reason
    assert len(scene.model.asked) == 1
    assert Quota.objects.get().reserved == 0


@pytest.mark.parametrize(
    ("status", "reason"), [(429, "model_rate_limited"), (500, "model_error"), (503, "model_error")]
)
def test_a_passing_failure_is_tried_three_times_and_then_handed_over(
    scene: Scene, status: int, reason: str
) -> None:
    scene.model.answers.clear()
    scene.model.answer(status, {"error": {"message": "x"}})
    scene.say()
    for _ in range(4):
        scene.run()
        Message.objects.filter(outcome="").update(next_at=timezone.now() - timedelta(seconds=1))

    assert decided(scene) == ("handoff", reason)
    assert len(scene.model.asked) == 3
    assert scene.reasons("decided") == ["model_retry", reason]


def test_a_rate_limit_is_waited_out_as_the_service_asks(scene: Scene) -> None:
    scene.model.answers.clear()
    scene.model.answer(429, {"error": {"message": "x"}}, Retry_After="30")
    message = scene.say()
    scene.run()

    message.refresh_from_db()
    assert message.next_at is not None
    assert 25 < (message.next_at - timezone.now()).total_seconds() <= 30


def test_a_human_who_answers_while_the_model_thinks_wins(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from processing.ai import engine  # noqa: PLC0415 - patched for this test alone

    honest = engine.generate_reply

    def slow_draft(brief: Any) -> Any:
        scene.echo(text="Je m'en occupe", app_id=1)
        return honest(brief)

    monkeypatch.setattr(engine, "generate_reply", slow_draft)
    scene.say()
    scene.run()

    assert Message.objects.get(direction="inbound").reason == "human_in_charge"
    assert not scene.graph.asked


def test_a_crash_counts_and_the_fifth_attempt_gives_up(scene: Scene) -> None:
    message = scene.say()
    Message.objects.filter(pk=message.pk).update(attempts=4)
    scene.run()

    assert decided(scene) == ("handoff", "gave_up")
    letter = DeadLetter.objects.get()
    assert (letter.kind, letter.object_id) == ("respond", message.pk)
    assert not scene.model.asked


def test_a_dead_letter_is_replayed(scene: Scene) -> None:
    from processing.tasks import replay_dead_letter  # noqa: PLC0415

    message = scene.say()
    Message.objects.filter(pk=message.pk).update(attempts=4)
    scene.run()

    assert replay_dead_letter(DeadLetter.objects.get().pk)
    scene.run()
    assert decided(scene) == ("reply", "replied")
    assert not replay_dead_letter(DeadLetter.objects.get().pk)


def test_a_message_taken_by_a_worker_is_not_taken_twice(scene: Scene) -> None:
    message = scene.say()
    Message.objects.filter(pk=message.pk).update(next_at=timezone.now() + timedelta(seconds=30))

    assert pipeline.respond(message.pk) == []
    assert not scene.model.asked


def test_without_a_scenario_it_stays_silent(scene: Scene) -> None:
    Scenario.objects.update(autonomy="off")
    scene.say()
    scene.run()

    assert decided(scene) == ("silent", "no_scenario")


def test_a_cautious_scenario_holds_the_draft(scene: Scene) -> None:
    Scenario.objects.update(autonomy="draft")
    scene.say()
    scene.run()

    assert decided(scene) == ("hold", "needs_approval")
    assert scene.reply().status == "held"
    assert Quota.objects.get().reserved == 0
    assert scene.conversation().handoff_reason == "needs_approval"


def test_a_picture_is_for_a_human(scene: Scene) -> None:
    scene.say("", attachments=[{"type": "image", "payload": {"url": "https://exemple.fr/a"}}])
    scene.run()

    assert decided(scene) == ("handoff", "no_text")


def test_interest_needs_the_contacts_own_words(scene: Scene) -> None:
    scene.model.answers.clear()
    invented = {"level": "hot", "evidence": ["je veux l'acheter tout de suite"]}
    scene.model.answer(200, model_says(interest=invented))
    scene.say("C'est combien ?")
    scene.run()

    assert (Lead.objects.get().level, Lead.objects.get().evidence) == ("cold", [])


def test_a_plain_question_does_not_cool_a_hot_lead(scene: Scene) -> None:
    wants = {"level": "hot", "evidence": ["je la prends"]}
    scene.model.answers.clear()
    scene.model.answer(200, model_says(interest=wants))
    scene.model.answer(200, model_says(interest={"level": "warm", "evidence": ["livrez"]}))
    scene.say("je la prends")
    scene.run()
    Conversation.objects.update(next_automatic_at=None)
    scene.graph.answers.clear()
    scene.graph.answer(200, {"message_id": "m_out_2"})
    scene.say("Et vous livrez à Rennes ?")
    scene.run()

    lead = Lead.objects.get()
    assert lead.level == "hot"
    assert [one["quote"] for one in lead.evidence] == ["je la prends", "livrez"]


def test_a_phone_number_is_found_by_code(scene: Scene) -> None:
    scene.say("Rappelez-moi au 06 12 34 56 78, c'est combien ?")
    scene.run()

    lead = Lead.objects.get()
    assert (lead.phone, lead.level) == ("+33612345678", "warm")
    assert [one["quote"] for one in lead.evidence] == ["combien"]


@pytest.mark.django_db(transaction=True)
def test_twenty_conversations_race_for_the_last_message_of_the_day(scene: Scene) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from django.db import connections  # noqa: PLC0415

    from billing import quotas  # noqa: PLC0415

    now = timezone.now()

    def reserve(_: int) -> bool:
        try:
            return quotas.reserve(scene.workspace, now=now) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(reserve, range(40)))

    assert sum(won) == 10
    assert Quota.objects.get().reserved == 10
