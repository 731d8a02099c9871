"""What a member does with many leads at once: done once each, stopped, taken back."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.errors import InvalidError
from integrations.models import Integration, SyncRun
from processing import acting, acts, leading, tasks
from processing.analytics import report_of
from processing.figures import today_of
from processing.models import DeadLetter, InteractionEvent, Lead, LeadAct
from tests.factories import make_conversation, make_lead, make_workspace

pytestmark = pytest.mark.django_db
BY = "01890000-0000-7000-8000-000000000001"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def lead_of(workspace: Workspace, name: str, **fields: object) -> Lead:
    return make_lead(make_conversation(workspace, name=name).contact, **fields)


def placed(workspace: Workspace, kind: str, value: str) -> LeadAct:
    rows = Lead.objects.filter(workspace=workspace)
    return acts.place(workspace, rows, kind, value, by=BY, now=clock.now())


def states(act: LeadAct) -> list[str]:
    return list(act.rows.order_by("lead__contact__name").values_list("state", flat=True))


def told(lead: Lead) -> list[str]:
    rows = InteractionEvent.objects.filter(conversation__contact=lead.contact_id, kind="lead")
    return list(rows.order_by("id").values_list("reason", flat=True))


def one_lead_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 0.0, 9.0, *[0.0] * 9])
    monkeypatch.setattr(acting, "monotonic", lambda: next(moments))


def undone(act: LeadAct) -> LeadAct:
    act.refresh_from_db()
    acts.undo(act, now=clock.now())
    acting.act(act.pk)
    act.refresh_from_db()
    return act


def test_an_act_sets_each_lead_once_and_tells_the_ledger_of_each(workspace: Workspace) -> None:
    ana, bob = lead_of(workspace, "Ana"), lead_of(workspace, "Bob", stage="won")
    elsewhere = lead_of(make_workspace("Ailleurs"), "Eve")
    act = placed(workspace, "stage", "won")
    acting.act(act.pk)
    acting.act(act.pk)

    act.refresh_from_db()
    assert (act.status, act.next_at, states(act)) == ("done", None, ["changed", "same"])
    assert (told(ana), told(bob), told(elsewhere)) == (["lead_stage"], [], [])
    told_of = InteractionEvent.objects.get(reason="lead_stage").data
    assert (told_of["by"], told_of["act"]) == (BY, str(act.uid))
    elsewhere.refresh_from_db()
    assert elsewhere.stage == "new"


def test_taking_back_leaves_alone_what_somebody_set_since(workspace: Workspace) -> None:
    ana, bob = lead_of(workspace, "Ana", level="hot"), lead_of(workspace, "Bob", level="hot")
    act = placed(workspace, "level", "cold")
    acting.act(act.pk)
    leading.correct(bob, level="warm", by=BY, now=clock.now())
    leading.correct(bob, level="cold", by=BY, now=clock.now())

    assert undone(act).status == "undone"
    assert states(act) == ["undone", "kept"]
    ana.refresh_from_db()
    bob.refresh_from_db()
    assert (ana.level, ana.level_by_member, bob.level) == ("hot", False, "cold")
    assert told(ana) == ["lead_corrected", "lead_level_undone"]


HOT = {"quote": "je la prends", "message": "m2", "level": "hot"}
LOST = {"quote": "ça ne m'intéresse plus", "message": "m3", "level": "cold"}


@pytest.mark.parametrize(
    ("set_to", "said", "phone", "level"),
    [
        ("cold", [HOT], None, "hot"),
        ("hot", [LOST], None, "cold"),
        ("hot", [HOT, LOST], None, "warm"),
        ("hot", [], None, "warm"),
        ("cold", [LOST], "01890000-0000-7000-8000-00000000000a", "warm"),
    ],
)
def test_words_said_between_an_act_and_its_undo_still_count(
    set_to: str, said: list[dict[str, str]], phone: str | None, level: str, workspace: Workspace
) -> None:
    known = [{"quote": "combien", "message": "m1", "level": "warm"}]
    ana = lead_of(workspace, "Ana", level="warm", evidence=known, phone="")
    act = placed(workspace, "level", set_to)
    acting.act(act.pk)
    # What an answer keeps of the contact's words while the level is a member's.
    meanwhile = {"evidence": [*known, *said], "phone_message": phone, "warmed_at": clock.now()}
    Lead.objects.filter(pk=ana.pk).update(**meanwhile)

    undone(act)
    ana.refresh_from_db()
    assert (ana.level, ana.level_by_member) == (level, False)


def test_levels_that_were_taken_back_leave_the_figures_as_they_were(workspace: Workspace) -> None:
    lead_of(workspace, "Ana", level="warm")
    lead_of(workspace, "Bob", level="hot")
    day = today_of(workspace)
    act = placed(workspace, "level", "hot")
    acting.act(act.pk)
    assert report_of(workspace, day, day, now=clock.now()).leads.reached["hot"] == 1

    undone(act)
    report = report_of(workspace, day, day, now=clock.now())
    assert report.leads.reached == {"cold": 0, "warm": 0, "hot": 0}
    assert [one.became_hot for one in report.days] == [0]
    assert report.model.cost_per_hot_lead is None


@pytest.mark.parametrize(
    ("kind", "first", "second", "was"),
    [("stage", "won", "lost", "new"), ("level", "cold", "warm", "hot")],
)
def test_acts_are_taken_back_one_after_the_other(
    kind: str, first: str, second: str, was: str, workspace: Workspace
) -> None:
    ana = lead_of(workspace, "Ana", level="hot")
    done = [placed(workspace, kind, value) for value in (first, second)]
    for act in done:
        acting.act(act.pk)
    undone(done[1])
    ana.refresh_from_db()
    assert getattr(ana, kind) == first

    undone(done[0])
    ana.refresh_from_db()
    assert (getattr(ana, kind), states(done[0])) == (was, ["undone"])
    assert not ana.level_by_member


def test_an_act_under_one_that_was_taken_back_leaves_alone_what_a_member_set_between(
    workspace: Workspace,
) -> None:
    ana = lead_of(workspace, "Ana")
    act = placed(workspace, "stage", "won")
    acting.act(act.pk)
    leading.correct(ana, stage="contacted", by=BY, now=clock.now())
    leading.correct(ana, stage="won", by=BY, now=clock.now())
    second = placed(workspace, "stage", "lost")
    acting.act(second.pk)
    undone(second)
    undone(act)

    assert states(act) == ["kept"]


def test_what_an_act_notes_of_a_lead_tells_none_of_its_words(workspace: Workspace) -> None:
    lead_of(workspace, "Ana", evidence=[HOT], phone="+33612345678")
    act = placed(workspace, "level", "cold")
    acting.act(act.pk)

    noted = str(act.rows.get().before)
    assert "prends" not in noted
    assert "33612345678" not in noted


def test_a_cancelled_act_stops_before_the_next_lead_and_can_be_taken_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bob = lead_of(workspace, "Ana"), lead_of(workspace, "Bob")
    act = placed(workspace, "stage", "lost")
    one_lead_a_slice(monkeypatch)
    acting.act(act.pk)
    acts.cancel(act, now=clock.now())
    acting.act(act.pk)

    assert states(act) == ["changed", "waiting"]
    assert undone(act).status == "undone"
    for lead in (ana, bob):
        lead.refresh_from_db()
        assert lead.stage == "new"


def test_an_act_writes_leads_into_a_tool_anew(workspace: Workspace) -> None:
    lead_of(workspace, "Ana")
    tool = Integration.objects.create(workspace=workspace, kind="notion", status="active")
    act = placed(workspace, "rewrite", "notion")
    wakes = acting.act(act.pk)

    assert [wake.step for wake in wakes] == ["sync"]
    assert SyncRun.objects.filter(integration=tool).count() == 1
    act.refresh_from_db()
    assert not acts.can_undo(act, now=clock.now())
    with pytest.raises(acts.NotUndoneError):
        acts.undo(act, now=clock.now())


def test_a_paused_tool_is_told_for_each_lead(workspace: Workspace) -> None:
    lead_of(workspace, "Ana")
    Integration.objects.create(workspace=workspace, kind="notion", status="paused")
    act = placed(workspace, "rewrite", "notion")
    acting.act(act.pk)

    assert (states(act), acts.progress_of(act).failed) == (["failed"], 1)


def test_a_long_act_goes_on_in_slices(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ana", "Bob"):
        lead_of(workspace, name)
    act = placed(workspace, "stage", "won")
    one_lead_a_slice(monkeypatch)

    assert [wake.step for wake in acting.act(act.pk)] == ["act"]
    assert acts.progress_of(act) == acts.Progress(waiting=1, changed=1)
    acting.act(act.pk)
    assert states(act) == ["changed", "changed"]


def breaking_at(lead: Lead, deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = getattr(leading, deed)

    def broken(held: Lead, *rest: Any, **asked: Any) -> Any:
        if held.pk == lead.pk:
            raise ValueError(held.pk)
        return real(held, *rest, **asked)

    monkeypatch.setattr(leading, deed, broken)


def acted_again_and_again(act: LeadAct) -> LeadAct:
    for _ in range(acting.MAX_ATTEMPTS + 1):
        acting.act(act.pk)
        LeadAct.objects.filter(pk=act.pk, next_at__isnull=False).update(next_at=clock.now())
    act.refresh_from_db()
    return act


def test_one_lead_that_breaks_off_does_not_hold_the_others_for_ever(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = lead_of(workspace, "Ana")
    lead_of(workspace, "Bob")
    with monkeypatch.context() as patch:
        breaking_at(ana, "correct", patch)
        act = placed(workspace, "stage", "won")
        acting.act(act.pk)
        act.refresh_from_db()
        assert (act.status, states(act)) == ("running", ["waiting", "changed"])
        assert act.next_at is not None
        assert act.next_at > clock.now()  # no loop without a pause
        LeadAct.objects.update(next_at=clock.now())
        assert acted_again_and_again(act).status == "done"
    assert states(act) == ["failed", "changed"]
    letter = DeadLetter.objects.get()
    assert (letter.kind, letter.object_id, letter.reason) == ("act", act.pk, "ValueError")

    assert tasks.replay_dead_letter(letter.pk)
    acting.act(act.pk)
    act.refresh_from_db()
    assert (act.status, states(act)) == ("done", ["changed", "changed"])


def test_one_lead_that_cannot_be_put_back_is_left_for_an_operator(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bob = lead_of(workspace, "Ana"), lead_of(workspace, "Bob")
    act = placed(workspace, "stage", "won")
    acting.act(act.pk)
    with monkeypatch.context() as patch:
        breaking_at(ana, "take_back", patch)
        act.refresh_from_db()
        acts.undo(act, now=clock.now())
        assert acted_again_and_again(act).status == "undone"
    assert states(act) == ["failed", "undone"]

    assert tasks.replay_dead_letter(DeadLetter.objects.get().pk)
    acting.act(act.pk)
    for lead in (ana, bob):
        lead.refresh_from_db()
        assert lead.stage == "new"


def test_an_old_act_that_broke_off_is_not_done_any_more(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking_at(lead_of(workspace, "Ana"), "correct", monkeypatch)
    act = acted_again_and_again(placed(workspace, "stage", "won"))

    assert not acts.reopen(act.pk, now=clock.now() + timedelta(days=2))
    assert (act.status, states(act)) == ("done", ["failed"])


@pytest.mark.parametrize(
    ("kind", "value"), [("stage", "hot"), ("level", "won"), ("rewrite", "fax"), ("erase", "")]
)
def test_an_act_knows_its_values(kind: str, value: str, workspace: Workspace) -> None:
    lead_of(workspace, "Ana")
    with pytest.raises(InvalidError):
        placed(workspace, kind, value)


def test_too_many_and_none_are_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidError):
        placed(workspace, "stage", "won")
    for name in ("Ana", "Bob"):
        lead_of(workspace, name)
    monkeypatch.setattr(acts, "MOST", 1)
    with pytest.raises(InvalidError):
        placed(workspace, "stage", "won")
    assert not LeadAct.objects.exists()


def test_an_old_act_is_not_taken_back(workspace: Workspace) -> None:
    lead_of(workspace, "Ana")
    act = placed(workspace, "stage", "won")
    acting.act(act.pk)
    act.refresh_from_db()

    assert acts.can_undo(act, now=clock.now())
    assert not acts.can_undo(act, now=clock.now() + timedelta(days=2))
