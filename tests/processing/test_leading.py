"""What members and time do to a lead: one row of the ledger and one push each."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.models import SyncRun
from processing import leading
from processing.models import InteractionEvent, Lead
from processing.reasons import sentence
from tests.factories import NOON, make_conversation, make_lead
from tests.processing.conftest import Scene, connect_notion, model_says

pytestmark = pytest.mark.django_db
BY = "018f0000-0000-7000-8000-000000000001"


def lead_of(scene: Scene, **fields: Any) -> Lead:
    connect_notion(scene)
    contact = make_conversation(scene.workspace, account=scene.account).contact
    return make_lead(contact, **fields)


def rows() -> list[tuple[str, str, dict[str, Any]]]:
    events = InteractionEvent.objects.filter(kind="lead").order_by("id")
    return list(events.values_list("reason", "outcome", "data"))


COOLING = [
    ("hot", 13, {}, "hot"),
    ("hot", 15, {}, "warm"),
    ("hot", 46, {}, "warm"),  # one step a night
    ("warm", 15, {}, "warm"),
    ("warm", 44, {}, "warm"),
    ("warm", 46, {}, "cold"),
    ("cold", 400, {}, "cold"),
    ("hot", 400, {"level_by_member": True}, "hot"),
    ("hot", 400, {"stage": "won"}, "hot"),
    ("warm", 400, {"stage": "lost"}, "warm"),
    ("hot", 15, {"stage": "contacted"}, "warm"),
]


@pytest.mark.parametrize(("level", "days", "fields", "after"), COOLING)
def test_a_lead_cools_with_time(
    level: str, days: int, fields: dict[str, Any], after: str, scene: Scene
) -> None:
    lead = lead_of(scene, level=level, warmed_at=NOON - timedelta(days=days), **fields)
    leading.cool(now=NOON)

    lead.refresh_from_db()
    assert lead.level == after
    assert lead.warmed_at == NOON - timedelta(days=days)
    changed = after != level
    assert len(rows()) == SyncRun.objects.count() == int(changed)
    if changed:
        data = {"level": after, "from": level, "days": 14 if level == "hot" else 45}
        assert rows() == [("lead_cooled", after, data)]


def test_a_lead_from_before_signs_were_dated_cools_from_its_last_change(scene: Scene) -> None:
    lead = lead_of(scene, level="hot")
    Lead.objects.update(updated_at=NOON - timedelta(days=20))
    leading.cool(now=NOON)
    leading.cool(now=NOON + timedelta(days=20))
    lead.refresh_from_db()
    assert (lead.level, lead.warmed_at) == ("warm", NOON - timedelta(days=20))

    leading.cool(now=NOON + timedelta(days=26))
    lead.refresh_from_db()
    assert lead.level == "cold"


def test_a_member_outranks_model_and_time_until_they_give_it_back(scene: Scene) -> None:
    said = [{"quote": "combien", "message": None, "level": "warm"}]
    lead = lead_of(scene, level="warm", phone="", evidence=said, warmed_at=NOON)

    leading.correct(lead, level="hot", by=BY, now=NOON)
    leading.correct(lead, level="hot", by=BY, now=NOON)
    leading.cool(now=NOON + timedelta(days=400))
    lead.refresh_from_db()
    assert (lead.level, lead.level_by_member) == ("hot", True)

    leading.give_back(lead, by=BY, now=NOON)
    leading.give_back(lead, by=BY, now=NOON)
    lead.refresh_from_db()
    assert (lead.level, lead.level_by_member) == ("warm", False)
    assert rows() == [
        ("lead_corrected", "hot", {"level": "hot", "from": "warm", "by": BY}),
        ("lead_given_back", "warm", {"level": "warm", "from": "hot", "by": BY}),
    ]
    assert SyncRun.objects.get().payload["level"] == "warm"  # one waits, with the newest values


def test_a_stage_is_a_members_word_too(scene: Scene) -> None:
    lead = lead_of(scene, level="hot")
    leading.correct(lead, level="cold", stage="lost", by=BY, now=NOON)

    lead.refresh_from_db()
    assert (lead.level, lead.stage) == ("cold", "lost")
    assert SyncRun.objects.count() == 1  # the second takes the first one's place
    assert [reason for reason, _, _ in rows()] == ["lead_corrected", "lead_stage"]
    assert "perdu" in sentence("lead_stage", rows()[1][2]) or "lost" in sentence(
        "lead_stage", rows()[1][2]
    )


def test_an_erased_lead_is_left_alone(scene: Scene) -> None:
    lead = lead_of(scene)
    Lead.objects.all().delete()

    assert leading.correct(lead, level="hot", by=BY, now=NOON) == []
    assert leading.give_back(lead, by=BY, now=NOON) == []


def test_one_model_call_gives_phone_summary_and_level(scene: Scene) -> None:
    connect_notion(scene)
    scene.model.answers.clear()
    scene.model.answer(
        200,
        model_says(
            interest={"level": "hot", "evidence": ["je la prends"]},
            learned=[{"name": "phone", "words": "0/6/1/2/3/4/5/6/7/8"}],
            summary=["Prend la tasse"],
        ),
    )
    message = scene.say("ok je la prends la tasse, 0/6/1/2/3/4/5/6/7/8")
    scene.run()

    lead = Lead.objects.get()
    assert len(scene.model.asked) == 1
    assert (lead.level, lead.phone, lead.phone_message) == ("hot", "+33612345678", message.uid)
    assert lead.summary == ["Prend la tasse"]
    assert rows()[0] == ("lead_new", "hot", {"level": "hot"})
    assert SyncRun.objects.get().payload["phone"] == "+33612345678"


GIVEN_BACK = [
    (13, {}, "hot"),
    (15, {}, "warm"),
    (46, {}, "cold"),
    (400, {"stage": "won"}, "hot"),
]


@pytest.mark.parametrize(("days", "fields", "level"), GIVEN_BACK)
def test_a_level_given_back_is_what_time_has_left_of_it(
    days: int, fields: dict[str, Any], level: str, scene: Scene
) -> None:
    said = [{"quote": "je prends", "message": "x", "level": "hot"}]
    sign = NOON - timedelta(days=days)
    lead = lead_of(
        scene, level="cold", level_by_member=True, evidence=said, warmed_at=sign, **fields
    )
    leading.give_back(lead, by=BY, now=NOON)

    lead.refresh_from_db()
    assert lead.level == level
