"""What each state of a session stops, what becomes of the account, and what alone ends it."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from accounts.models import Letter
from processing import pipeline, sending
from processing.models import Delivery, Message
from social import drifts, sessions
from social.models import Drift, Poll, SocialAccount
from social.pacing import Later
from social.providers.linkedin.browser import Outcome
from social.running import READ, SEND, VISIT, Report
from tests.factories import make_member
from tests.processing.queueing import queue
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.members import Hand, connected, join, session_of
from tests.social.sessions.steps import look, read, receive

pytestmark = pytest.mark.django_db
ALL = {READ, SEND, VISIT}
HOURS = (2, 8, 24)


@dataclass(frozen=True)
class Case:
    """`rests`: what no browser does then; `hours`: for how long, 0 for as long as nobody helps."""

    state: str
    rests: set[str]
    account: str
    hours: float = 0
    detail: str = ""
    why: str = ""
    others: frozenset[str] = frozenset()


CASES = [
    Case("ok", set(), "active"),
    Case("needs_login", ALL, "needs_login", why="account_needs_login"),
    Case("checkpoint", ALL, "needs_login", why="account_needs_login"),
    Case("restricted", ALL, "needs_login", why="account_needs_login"),
    Case("cooldown", ALL, "active", hours=2, detail="status_429", why="cooldown"),
    Case("cooldown", ALL, "active", hours=8, detail="status_999", why="cooldown"),
    Case("cooldown", ALL, "active", hours=24, detail="refused_challenge", why="cooldown"),
    Case("unknown", ALL, "active", hours=2, detail="no_signal", why="unknown"),
    Case("drift", {READ}, "active", detail="row", why="drift", others=frozenset({READ})),
    Case("", set(), "active", detail="killed_time"),
]


def note(account: SocialAccount, time: Hand, state: str, detail: str = "") -> None:
    """Let a browser read, and find this."""
    run = sessions.begin(account, READ, now=time.now)
    assert isinstance(run, sessions.Run), run
    drifted = state in {"drift", "unknown"}
    run.note(Report(state, READ, detail=detail, snapshot="<main></main>" if drifted else ""))
    run.end()


def rests(account: SocialAccount, time: Hand) -> dict[str, Later]:
    found = {
        one: sessions.resting(SocialAccount.objects.get(pk=account.pk), one, now=time.now)
        for one in sorted(ALL)
    }
    return {name: later for name, later in found.items() if later is not None}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.state}-{case.detail}")
def test_each_state_stops_what_it_must(case: Case, time: Hand) -> None:
    account = connected()
    other = connected()
    note(account, time, case.state, case.detail)

    found = rests(account, time)
    assert set(found) == case.rests
    assert {one.why for one in found.values()} <= {case.why, "no_session"}
    assert set(rests(other, time)) == case.others
    account.refresh_from_db()
    assert account.status == case.account
    walled = case.account == "needs_login"
    assert account.status_reason == (case.state if walled else "")
    assert bool(session_of(account).sealed) is not walled
    if case.state:
        session = session_of(account)
        assert (session.state, session.detail) == (case.state, case.detail)
    if case.hours:
        assert {one.until for one in found.values()} == {time.now + timedelta(hours=case.hours)}
        time.move(hours=case.hours, seconds=-1)
        assert set(rests(account, time)) == ALL
        assert sessions.resting(account, VISIT, now=time.move(seconds=1)) is None


def test_a_wall_is_told_to_the_owners_once(time: Hand) -> None:
    account = connected()
    make_member(account.workspace)
    note(account, time, "checkpoint")
    owners = Letter.objects.filter(subject_uid=account.uid)
    assert owners.count() == 2
    assert sessions.resting(account, READ, now=time.now) is not None
    assert owners.count() == 2


def test_rests_grow_with_each_one_in_a_row_and_end_with_a_run_that_works(time: Hand) -> None:
    account = connected(works_from=0, works_until=24, works_days=list(range(7)))
    for hours in (*HOURS, 24, 24):
        note(account, time, "cooldown", "status_429")
        assert rests(account, time)[READ].until == time.now + timedelta(hours=hours)
        time.move(hours=hours)
    note(account, time, "ok")
    assert rests(account, time) == {}
    note(account, time, "cooldown", "status_429")
    assert rests(account, time)[READ].until == time.now + timedelta(hours=2)


def test_after_a_grave_refusal_the_next_rest_in_a_row_is_longer_still(time: Hand) -> None:
    account = connected(works_from=0, works_until=24, works_days=list(range(7)))
    for detail, hours in (("status_999", 8), ("status_429", 24), ("status_429", 24)):
        note(account, time, "cooldown", detail)
        assert rests(account, time)[READ].until == time.now + timedelta(hours=hours)
        time.move(hours=hours)


def test_nothing_learnt_changes_neither_state_nor_rest_in_a_row(time: Hand) -> None:
    account = connected()
    note(account, time, "unknown", "no_signal")
    time.move(hours=2)
    note(account, time, "", "network")
    session = session_of(account)
    assert (session.state, session.detail, session.cooldowns) == ("unknown", "no_signal", 1)


@pytest.mark.parametrize("state", ["needs_login", "checkpoint", "restricted"])
def test_nothing_is_read_behind_a_wall_until_the_member_connects_again(
    state: str, time: Hand, linkedin: FakeLinkedIn
) -> None:
    account = connected()
    linkedin.owner = {"id": account.external_id, "name": "Marie Conseil"}
    linkedin.strange = [Outcome(state, detail="path")]
    poll = read(account)
    assert linkedin.whats() == ["inbox"]
    assert poll.next_at is None

    for _ in range(20):
        time.move(hours=7)
        read_if_due(account)
        look(account)
    assert linkedin.whats() == ["inbox"]

    join(make_member(account.workspace), account.workspace, account=account, li_at="fresh")
    look(account)
    account.refresh_from_db()
    poll.refresh_from_db()
    assert account.status == "active"
    assert session_of(account).state == "ok"
    assert poll.next_at is not None
    assert poll.next_at <= time.now


@pytest.mark.parametrize(
    ("state", "detail"), [("cooldown", "status_429"), ("unknown", "no_signal")]
)
def test_polls_of_a_session_that_rests_start_no_browser(
    state: str, detail: str, time: Hand, linkedin: FakeLinkedIn
) -> None:
    account = connected(works_from=0, works_until=24, works_days=list(range(7)))
    linkedin.strange = [Outcome(state, detail=detail)] * 4
    began = time.now
    runs: list[float] = []
    while time.now < began + timedelta(days=3):
        before = len(linkedin.jobs)
        read_if_due(account)
        if len(linkedin.jobs) > before:
            runs.append((time.now - began).total_seconds() / 3600)
        time.move(minutes=5)
    # Four times in a row into it: 2, 8, 24 and 24 hours; then it works, every 15 minutes or more.
    assert [round(one) for one in runs[:5]] == [0, 2, 10, 34, 58]
    assert len(runs) > 5
    assert min(later - sooner for sooner, later in pairwise(runs)) >= 0.25


def test_a_poll_that_keeps_breaking_off_comes_no_oftener_than_every_fifteen_minutes(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    account = connected(works_from=0, works_until=24, works_days=list(range(7)))
    linkedin.strange = [Outcome("failed", detail="killed_time")] * 1000
    began = time.now
    while time.now < began + timedelta(hours=6):
        read_if_due(account)
        time.move(minutes=1)
    assert 2 <= len(linkedin.jobs) <= 6 * 4


def read_if_due(account: SocialAccount) -> None:
    """Let a worker read what is due, as the dispatcher wakes it; a stream without a turn rests."""
    poll = Poll.objects.filter(social_account=account, stream="inbox").first()
    if poll is None:
        read(account)
    else:
        pipeline.poll(poll.pk)
        receive()


# --- drifts


def test_a_drift_is_found_once_and_counted(time: Hand) -> None:
    first, second = connected(), connected()
    run = sessions.begin(second, READ, now=time.now)
    assert isinstance(run, sessions.Run)
    note(first, time, "drift", "row")
    run.note(Report("drift", READ, detail="row", missing="row"))
    run.end()
    assert (Drift.objects.get().times, Drift.objects.get().social_account) == (2, first)


def test_a_page_that_one_account_does_not_understand_stops_nobody_else(time: Hand) -> None:
    first, second = connected(), connected()
    note(first, time, "unknown", "no_signal")
    assert not Drift.objects.get().for_all
    assert rests(second, time) == {}


def test_lifting_a_drift_lets_all_accounts_go_on_at_once(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    first, second = connected(), connected()
    linkedin.writes("Bonjour")
    linkedin.strange = [Outcome("drift", detail="row", missing="row", snapshot="<ul></ul>")]
    read(first)
    read(second)
    assert linkedin.whats() == ["inbox"]
    time.move(minutes=20)
    read(first)
    read(second)
    assert linkedin.whats() == ["inbox"]

    drift = Drift.objects.get()
    assert drifts.lift(drift, by="ops@flowia.example", now=time.now)
    assert not drifts.lift(drift, by="ops@flowia.example", now=time.now)
    read_if_due(first)
    read_if_due(second)
    assert linkedin.whats() == ["inbox"] * 3
    assert session_of(first).state == "ok"


def test_lifting_a_drift_wakes_the_answers_that_wait_for_it(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    accounts = [connected(), connected()]
    Drift.objects.create(provider="linkedin", capability=SEND, found_at=time.now)
    for account in accounts:
        (delivery,) = queue(account, now=time.now, external_id="2-ACoX==", category="lead")
        Message.objects.filter(delivery=delivery).update(approved_by=uuid4())
        time.move(seconds=1)
        sending.send(delivery.pk)
    waits = Delivery.objects.filter(next_at__gt=time.move(minutes=2))
    assert set(waits.values_list("message__reason", flat=True)) == {"paced_drift"}
    assert waits.count() == 2
    assert linkedin.jobs == []

    drifts.lift(Drift.objects.get(), by="ops@flowia.example", now=time.now)
    assert waits.count() == 0


def test_a_drift_of_the_visit_lets_who_connects_wait_for_its_lifting(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    Drift.objects.create(provider="linkedin", capability=VISIT, found_at=time.now)
    workspace = connected().workspace
    row = join(make_member(workspace), workspace)
    look(row)
    row.refresh_from_db()
    assert (row.status, row.check_error) == ("connecting", "drift")
    assert linkedin.jobs == []

    time.move(minutes=2)
    drifts.lift(Drift.objects.get(), by="ops@flowia.example", now=time.now)
    look(row)
    row.refresh_from_db()
    assert row.status == "active"
