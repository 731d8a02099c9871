"""The trust ladder: earned by approvals, proposed, accepted, and lost again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from processing import trust
from processing.edits import edit_ratio
from processing.models import Conversation, InteractionEvent, Message, Scenario, Trust
from tests.callers import caller
from tests.factories import make_conversation, make_member, make_message, make_reply
from tests.processing.conftest import PERSON, Scene, model_says

TEXT = "Oui, elle coûte 49 €."


@pytest.fixture
def owner(scene: Scene) -> User:
    Scenario.objects.update(autonomy="draft")
    return make_member(scene.workspace)


@pytest.fixture
def client(owner: User) -> Client:
    return caller(owner)


def scenario() -> Scenario:
    return Scenario.objects.get()


def make_draft(scene: Scene, **fields: Any) -> Message:
    conversation = make_conversation(scene.workspace, account=scene.account)
    question = make_message(conversation, outcome="hold", reason="needs_approval")
    values = {"status": "held", "drafted": TEXT, "intent": "price", "scenario": scenario()}
    return make_reply(question, TEXT, **{**values, **fields})


def do(client: Client, one: Message, deed: str, **body: Any) -> None:
    address = f"/drafts/{one.uid}/{deed}"
    assert client.post(address, body, content_type="application/json").status_code < 300


def approve(scene: Scene, client: Client, times: int = 1) -> None:
    for _ in range(times):
        do(client, make_draft(scene), "approve")


def move(client: Client, deed: str) -> Any:
    return client.post(f"/trust/{Trust.objects.get().uid}/{deed}")


def stand(stage: str, **fields: Any) -> Trust:
    return Trust.objects.create(
        workspace=scenario().workspace, scenario=scenario(), intent="price", stage=stage, **fields
    )


def told() -> list[str]:
    rows = InteractionEvent.objects.filter(kind="trust").order_by("pk")
    return list(rows.values_list("reason", flat=True))


def test_five_approvals_in_a_row_propose_automatic_answers(scene: Scene, client: Client) -> None:
    approve(scene, client, 4)
    assert Trust.objects.get().stage == "draft"
    approve(scene, client)

    assert Trust.objects.get().stage == "proposed"
    assert told() == ["trust_proposed"]
    assert trust.standing(scenario(), "price") == "draft"


OTHERWISE = ["draft_doubtful", "unsupported_facts", "low_confidence", "network_needs_approval"]


@pytest.mark.parametrize("reason", OTHERWISE)
def test_a_draft_that_would_wait_all_the_same_earns_nothing(
    scene: Scene, client: Client, reason: str
) -> None:
    approve(scene, client, 4)
    doubtful = make_draft(scene)
    Message.objects.filter(replies=doubtful).update(reason=reason)

    do(client, doubtful, "approve", undo_seconds=5)
    assert (Trust.objects.get().stage, Trust.objects.get().in_a_row) == ("draft", 4)
    do(client, doubtful, "undo")
    assert Trust.objects.get().in_a_row == 4

    approve(scene, client)
    assert Trust.objects.get().stage == "proposed"


def test_a_workspace_sets_its_own_number(scene: Scene, client: Client) -> None:
    scene.workspace.trust_after = 2
    scene.workspace.save()
    approve(scene, client, 2)
    assert Trust.objects.get().stage == "proposed"


def test_an_owner_accepts_and_it_is_in_the_audit_log(scene: Scene, client: Client) -> None:
    approve(scene, client, 5)
    answer = move(client, "accept")

    assert (answer.status_code, answer.json()["stage"]) == (200, "auto")
    assert trust.standing(scenario(), "price") == "auto"
    assert AuditEntry.objects.filter(action="trust.accepted").count() == 1
    assert told() == ["trust_proposed", "trust_accepted"]


def test_an_accepted_intent_answers_by_itself_and_no_other(scene: Scene, client: Client) -> None:
    stand("auto", reason="accepted")
    scene.say()
    scene.run()
    assert scene.reply().status == "sent"

    Conversation.objects.update(next_automatic_at=None)
    scene.model.answers.clear()
    scene.model.answer(200, model_says(intent="hours"))
    scene.say("Et ouverts quand ?")
    scene.run()
    assert Message.objects.get(author="assistant", intent="hours").status == "held"


def test_declining_begins_anew(scene: Scene, client: Client) -> None:
    approve(scene, client, 5)
    move(client, "decline")
    one = Trust.objects.get()
    assert (one.stage, one.in_a_row, one.reason) == ("draft", 0, "declined")
    approve(scene, client, 4)
    assert Trust.objects.get().stage == "draft"


@pytest.mark.parametrize(
    ("stage", "deed"), [("draft", "accept"), ("auto", "decline"), ("draft", "take-back")]
)
def test_what_stands_elsewhere_by_now_is_not_moved(
    scene: Scene, client: Client, stage: str, deed: str
) -> None:
    stand(stage)
    answer = move(client, deed)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert Trust.objects.get().stage == stage


def test_a_member_who_is_no_owner_may_look_and_not_decide(scene: Scene, owner: User) -> None:
    stand("proposed")
    mate = caller(make_member(scene.workspace, "member"))
    assert mate.get("/trust").json()["results"][0]["stage"] == "proposed"
    for deed in ("accept", "decline", "take-back"):
        assert move(mate, deed).status_code == 403


FALLS = [
    ("edit", {"text": "Bonjour, je ne connais pas ce prix, rappelez demain."}, "heavy_edit"),
    ("reject", {"reason": "wrong_facts"}, "rejected"),
]


@pytest.mark.parametrize("stage", ["auto", "proposed"])
@pytest.mark.parametrize("fall", FALLS)
def test_a_heavy_edit_or_a_rejection_takes_it_back_and_says_so(
    scene: Scene, client: Client, stage: str, fall: Any
) -> None:
    deed, body, reason = fall
    stand(stage, in_a_row=7)
    do(client, make_draft(scene), deed, **body)

    one = Trust.objects.get()
    assert (one.stage, one.reason, one.in_a_row) == ("draft", reason, 0)
    assert told() == [f"trust_{reason}"]
    assert trust.standing(scenario(), "price") == "lost"


def test_clearing_away_what_is_too_late_costs_no_trust(scene: Scene, client: Client) -> None:
    stand("auto")
    draft = make_draft(scene)
    Conversation.objects.update(window_closes_at=timezone.now() - timedelta(minutes=1))
    do(client, draft, "reject", reason="not_needed")
    assert Trust.objects.get().stage == "auto"


def test_a_light_edit_ends_the_row_and_takes_nothing_back(scene: Scene, client: Client) -> None:
    stand("auto", in_a_row=4)
    do(client, make_draft(scene), "edit", text="Oui, elle coûte 49 € .")
    one = Trust.objects.get()
    assert (one.stage, one.in_a_row, one.edited) == ("auto", 0, 1)
    assert told() == []


def test_a_draft_that_never_had_trust_loses_none(scene: Scene, client: Client) -> None:
    do(client, make_draft(scene), "reject", reason="other")
    assert Trust.objects.get().rejected == 1
    assert told() == []


@pytest.mark.parametrize(
    ("words", "intent", "reason"),
    [
        ("C'est une arnaque, escrocs !", "complaint", "complaint"),
        ("Je ne suis pas content de la tasse", "complaint", "complaint"),
    ],
)
def test_what_follows_an_automatic_answer_is_laid_at_its_door(
    scene: Scene, words: str, intent: str, reason: str
) -> None:
    """The scenario answers by itself: what it lost holds all the same."""
    scene.say()
    scene.run()
    assert scene.reply().status == "sent"
    Conversation.objects.update(next_automatic_at=None)
    scene.model.answers.clear()
    scene.model.answer(200, model_says(intent=intent, action="handoff"))
    scene.say(words)
    scene.run()

    assert Trust.objects.get(intent="price").reason == reason
    assert told() == [f"trust_{reason}"]
    assert trust.standing(scenario(), "price") == "lost"


@pytest.mark.parametrize(("autonomy", "after"), [("draft", "lost"), ("auto", "draft")])
def test_an_opt_out_takes_back_what_was_earned_and_not_what_the_owner_grants(
    scene: Scene, autonomy: str, after: str
) -> None:
    # The second send confirms the opt-out.
    scene.graph.answer(200, {"recipient_id": PERSON, "message_id": "m_out_2"})
    Scenario.objects.update(autonomy=autonomy)
    if autonomy == "draft":
        stand("auto", reason="accepted")
    scene.say()
    scene.run()
    assert scene.reply().status == "sent"
    scene.say("STOP")
    scene.run()

    assert trust.standing(scenario(), "price") == after
    assert told() == (["trust_opt_out"] if after == "lost" else [])


def test_a_question_of_health_is_nobodys_fault(scene: Scene) -> None:
    scene.say()
    scene.run()
    Conversation.objects.update(next_automatic_at=None)
    scene.say("Je suis très allergique, j'ai fait un malaise")
    scene.run()
    assert told() == []


def test_an_answer_that_a_member_approved_is_not_blamed(scene: Scene, client: Client) -> None:
    scene.say()
    scene.run()
    do(client, Message.objects.get(status="held"), "approve")
    scene.run()
    scene.say("STOP")
    assert told() == []


def test_an_automatic_scenario_holds_what_it_lost_until_it_is_earned_back(
    scene: Scene, client: Client
) -> None:
    Scenario.objects.update(autonomy="auto")
    stand("draft", reason="complaint")
    scene.say()
    scene.run()
    assert scene.reply().status == "held"
    assert Message.objects.get(outcome="hold").reason == "trust_lost"

    approve(scene, client, 5)
    assert trust.standing(scenario(), "price") == "lost"
    move(client, "accept")
    assert trust.standing(scenario(), "price") == "auto"


def test_declining_does_not_give_back_what_was_lost(scene: Scene, client: Client) -> None:
    Scenario.objects.update(autonomy="auto")
    stand("proposed", reason="opt_out", in_a_row=5)
    move(client, "decline")
    assert trust.standing(scenario(), "price") == "lost"


def test_what_an_automatic_scenario_may_do_anyway_is_not_proposed(
    scene: Scene, client: Client
) -> None:
    Scenario.objects.update(autonomy="auto")
    approve(scene, client, 6)
    assert told() == []


def test_an_approval_that_is_taken_back_does_not_count(scene: Scene, client: Client) -> None:
    approve(scene, client, 4)
    fifth = make_draft(scene)
    do(client, fifth, "approve", undo_seconds=5)
    assert Trust.objects.get().stage == "proposed"
    do(client, fifth, "undo")
    one = Trust.objects.get()
    assert (one.stage, one.in_a_row, one.approved) == ("draft", 4, 4)


RATIOS = [
    ("", "", 0.0),
    (TEXT, TEXT, 0.0),
    (TEXT, f"  {TEXT}\n", 0.0),
    (TEXT, "Oui, elle coûte 59 €.", 1 / 21),
    ("abc", "xyz", 1.0),
    ("abc", "", 1.0),
    ("Bonjour", "Bonjour Léa", 4 / 11),
    ("chat", "chien", 3 / 5),
    ("aba", "ab", 1 / 3),
]


@pytest.mark.parametrize(("before", "after", "ratio"), RATIOS)
def test_how_much_was_changed(before: str, after: str, ratio: float) -> None:
    assert edit_ratio(before, after) == pytest.approx(ratio)
    assert edit_ratio(after, before) == pytest.approx(ratio)


def test_an_old_answer_is_not_blamed(scene: Scene) -> None:
    scene.say()
    scene.run()
    week = timezone.now() - timedelta(days=8)
    Message.objects.filter(author="assistant").update(sent_at=week)
    scene.say("STOP")
    assert told() == []
