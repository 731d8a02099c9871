"""A replay keeps the rules of its time: bursts, pauses, hours, people, and what it may know."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts import audit
from processing import publishing, replays
from processing.models import (
    Contact,
    InteractionEvent,
    Message,
    Replay,
    ReplayAnswer,
    ReplayResult,
    Scenario,
)
from processing.privacy import retention
from processing.privacy.fading import fade_messages
from tests.factories import make_reply
from tests.processing.conftest import Scene
from tests.processing.replay_scenes import (
    MORNING,
    begin,
    found,
    old_message,
    run,
    said,
    scenario_of,
    thread,
)

REPLIED = ("reply", "replied")


@pytest.fixture(autouse=True)
def plenty(settings: Settings) -> None:
    settings.AI_REQUESTS_PER_MINUTE = 100_000


def test_only_the_newest_of_a_burst_is_answered(scene: Scene, settings: Settings) -> None:
    settings.SETTLE_SECONDS = 8
    talk = thread(scene)
    for seconds in (0, 5, 10):
        said(talk, seconds / 60)

    assert found(run(begin(scene))) == [("silent", "superseded")] * 2 + [REPLIED]


def test_the_five_minute_rule_lets_the_last_of_several_wait_and_answer(scene: Scene) -> None:
    talk = thread(scene)
    for minutes in (0, 1, 2):
        said(talk, minutes)
    replay = run(begin(scene))

    assert found(replay) == [REPLIED, ("silent", "superseded"), REPLIED]
    last = replay.results.order_by("-message__sent_at")[0]
    assert last.at == MORNING + timedelta(minutes=5)


def test_the_days_messages_are_those_the_replay_itself_would_send(scene: Scene) -> None:
    for number in range(12):
        said(thread(scene, f"Personne {number}"), 10 * number)
    said(thread(scene, "Demain"), 24 * 60)
    replay = run(begin(scene))

    assert found(replay) == [REPLIED] * 10 + [("silent", "quota_spent")] * 2 + [REPLIED]
    assert len(scene.model.asked) == 11
    totals = replays.totals_of(replay)
    assert [(day.now, day.unanswered) for day in totals.days] == [(10, 2), (1, 0)]
    assert totals.daily_limit == 10


def test_a_local_day_ends_at_the_workspaces_midnight(scene: Scene) -> None:
    for number in range(11):
        said(thread(scene, f"Personne {number}"), 13 * 60 + 6 * number)  # from 23:00 in Paris

    assert set(found(run(begin(scene)))) == {REPLIED}


@pytest.mark.parametrize(("hours", "outcome"), [(-1, "opted_out"), (1, "replied")])
def test_an_opt_out_counts_from_its_moment_on(hours: int, outcome: str, scene: Scene) -> None:
    talk = thread(scene)
    said(talk, 0)
    Contact.objects.update(opted_out_at=MORNING + timedelta(hours=hours))

    assert found(run(begin(scene)))[0][1] == outcome


@pytest.mark.parametrize(
    ("minutes", "outcome"),
    [
        (-30, "human_in_charge"),
        (-60 * 24 * 30, "replied"),
        (0.05, "human_in_charge"),
        (9, "replied"),
    ],
)
def test_a_human_who_wrote_before_is_in_charge_for_the_workspaces_delay(
    minutes: float, outcome: str, scene: Scene, settings: Settings
) -> None:
    settings.SETTLE_SECONDS = 8
    talk = thread(scene)
    human = old_message(talk, minutes, "Je regarde.")
    human.direction, human.author, human.status, human.outcome = "outbound", "human", "sent", ""
    human.save()
    said(talk, 0)

    assert found(run(begin(scene))) == [("silent" if "human" in outcome else "reply", outcome)]


def test_a_handoff_of_the_replay_silences_what_follows_it(scene: Scene) -> None:
    talk = thread(scene)
    said(talk, 0, "Je vais porter plainte, mon avocat vous écrira.")
    said(talk, 30)

    assert found(run(begin(scene))) == [
        ("handoff", "risk_words"),
        ("silent", "human_in_charge"),
    ]


def test_a_threat_where_nothing_fits_reaches_a_human_in_a_replay_too(scene: Scene) -> None:
    said(thread(scene), 0, "Je vais porter plainte, mon avocat vous écrira.")
    replay = run(begin(scene, trigger="keywords", keywords=["lampe"]))

    assert found(replay) == [("handoff", "risk_words")]


def test_outside_the_hours_a_message_is_answered_when_they_begin(scene: Scene) -> None:
    said(thread(scene), -4 * 60)  # 6 o'clock in Paris
    replay = run(begin(scene, hours={"mon": [["09:00", "12:00"]]}))

    assert found(replay) == [REPLIED]
    assert replay.results.get().at == MORNING - timedelta(hours=1)


def test_the_model_hears_nothing_that_was_said_later(scene: Scene) -> None:
    talk = thread(scene)
    first = said(talk, 0, "La tasse bleue ?")
    make_reply(first, "Une réponse d'après.", sent_at=MORNING + timedelta(minutes=3))
    said(talk, 60, "Et la verte ?")
    run(begin(scene))

    asked = [str(one.body) for one in scene.model.asked]
    assert "réponse d'après" not in asked[0]
    assert "verte" not in asked[0]
    assert "réponse d'après" in asked[1]


def test_another_scenarios_messages_keep_what_they_got(scene: Scene) -> None:
    other = Scenario.objects.create(
        workspace=scene.workspace,
        name="Retours",
        instruction="Autre chose.",
        trigger="keywords",
        keywords=["retour"],
        autonomy="auto",
        priority=5,
    )
    talk = thread(scene)
    question = said(talk, 0, "Je veux faire un retour")
    Message.objects.filter(pk=question.pk).update(outcome="reply", reason="replied")
    make_reply(question, "Avec plaisir.", scenario=other, sent_at=MORNING + timedelta(seconds=9))
    replay = run(begin(scene, instruction="Nouveau."))

    result = replay.results.get()
    assert (result.outcome, result.text, result.changed) == ("reply", "Avec plaisir.", False)
    assert scene.model.asked == []


def test_the_draft_decides_with_its_own_trigger(scene: Scene) -> None:
    said(thread(scene), 0, "Bonjour")
    said(thread(scene, "Zoé"), 1, "Des tasses ?")

    replay = run(begin(scene, trigger="keywords", keywords=["tasse"]))
    assert found(replay) == [("silent", "no_scenario"), REPLIED]


def test_levels_rise_with_the_contacts_own_words_and_are_compared(scene: Scene) -> None:
    talk = thread(scene)
    first = said(talk, 0, "C'est combien ?")
    InteractionEvent.objects.create(
        workspace=scene.workspace, conversation=talk, message=first, kind="lead", outcome="cold"
    )
    replay = run(begin(scene))

    result = replay.results.get()
    assert (result.level_before, result.level) == ("cold", "warm")
    assert replays.totals_of(replay).levels == [("cold", "warm", 1)]


def test_the_figures_set_then_beside_now(scene: Scene) -> None:
    said(thread(scene), 0)
    answered = said(thread(scene, "Zoé"), 10)
    Message.objects.filter(pk=answered.pk).update(outcome="reply", reason="replied")
    make_reply(answered, "Oui,  elle coûte 49 €.")
    replay = run(begin(scene))

    totals = replays.totals_of(replay)
    assert (totals.then["silent"], totals.then["reply"]) == (1, 1)
    assert totals.now == {"reply": 2, "hold": 0, "handoff": 0, "silent": 0}
    assert totals.changed == 1
    assert [(day.then, day.now) for day in totals.days] == [(1, 2)]


def test_its_draft_is_published_as_a_version(scene: Scene) -> None:
    said(thread(scene), 0)
    replay = run(begin(scene, instruction="Plus court."))
    publishing.publish_replayed(replay, by=audit.SYSTEM)

    scenario = scenario_of(scene)
    assert (scenario.instruction, scenario.version) == ("Plus court.", 2)


# --- how long it is kept ---------------------------------------------------------------------
def test_what_a_replay_says_of_a_message_goes_with_its_text(scene: Scene) -> None:
    kept, faded = said(thread(scene), 0), said(thread(scene, "Zoé"), 10)
    replay = run(begin(scene))
    fade_messages(Message.objects.filter(pk=faded.pk))

    assert [one.message for one in replay.results.all()] == [kept]
    assert [one.message for one in ReplayAnswer.objects.all()] == [kept]
    assert run(begin(scene)).total == 1


def test_replays_are_kept_for_ninety_days(scene: Scene) -> None:
    said(thread(scene), 0)
    old, fresh = run(begin(scene)), run(begin(scene))
    Replay.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=91))
    retention.purge()

    assert list(Replay.objects.all()) == [fresh]
    assert set(ReplayResult.objects.values_list("replay", flat=True)) == {fresh.pk}
