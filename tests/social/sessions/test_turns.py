"""One browser at a time for an account, and one that lost its turn changes nothing."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import OperationalError, connections, transaction

from processing import pipeline
from social import sessions, switching
from social.auditing import audit
from social.disconnecting import disconnect
from social.models import (
    BrowserSession,
    Drift,
    ProviderPause,
    SelectorUse,
    SocialAccount,
    WebhookEvent,
)
from social.pacing import Later
from social.running import OK, READ, SEND, VISIT, Report
from tests.factories import make_member
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.members import STORAGE, Hand, by, connected, join, kept, session_of

WORKERS = 8
BEAT = 5
FRESH = {"cookies": [{"name": "li_at", "value": "rotated"}], "origins": []}
ITEM = {"id": "m1", "thread": "2-x", "contact": "ACoX", "name": "X", "text": "Bonjour", "at": 1,
        "own": False}  # fmt: skip


def taken(account: SocialAccount, capability: str, time: Hand) -> sessions.Run:
    with transaction.atomic():
        run = sessions.begin(account, capability, now=time.now)
    assert isinstance(run, sessions.Run), run
    return run


def refused(account: SocialAccount, capability: str, time: Hand) -> str:
    with transaction.atomic():
        later = sessions.begin(account, capability, now=time.now)
    assert isinstance(later, Later), later
    assert later.until > time.now
    return later.why


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("capability", [READ, SEND, VISIT])
def test_of_many_workers_at_once_one_gets_the_turn(capability: str, time: Hand) -> None:
    account = connected()
    together = Barrier(WORKERS)

    def work(_number: int) -> sessions.Run | Later | None:
        together.wait()
        try:
            with transaction.atomic():
                return sessions.begin(account, capability, now=time.now)
        except OperationalError:
            return None
        finally:
            connections.close_all()

    for _ in range(4):
        with ThreadPoolExecutor(WORKERS) as pool:
            found = list(pool.map(work, range(WORKERS)))
        runs = [one for one in found if isinstance(one, sessions.Run)]
        assert len(runs) == 1
        assert {one.why for one in found if isinstance(one, Later)} <= {"busy", "gap"}
        assert session_of(account).run_uid == runs[0].uid
        runs[0].end()
        time.move(minutes=10)


@pytest.mark.django_db
def test_a_worker_that_is_killed_leaves_the_account_free_within_a_minute(time: Hand) -> None:
    account = connected()
    taken(account, READ, time)
    time.move(seconds=59)
    assert refused(account, READ, time) == "busy"
    time.move(seconds=1)
    taken(account, READ, time)


@pytest.mark.django_db
def test_whoever_beats_in_time_keeps_the_turn_and_whoever_does_not_loses_it(time: Hand) -> None:
    account = connected()
    run = taken(account, READ, time)
    for _ in range(40):
        time.move(seconds=BEAT)
        assert run.keep_going()
        assert refused(account, READ, time) == "busy"
    time.move(seconds=60)
    assert not run.keep_going()
    other = taken(account, READ, time)
    assert other.keep_going()
    assert not run.keep_going()
    run.end()
    assert refused(account, READ, time) == "busy"


def given_anew(account: SocialAccount) -> None:
    join(make_member(account.workspace), account.workspace, account=account, li_at="another")


def disconnected(account: SocialAccount) -> None:
    disconnect(account, by=by(make_member(account.workspace)))


def stopped(account: SocialAccount) -> None:
    user = make_member(account.workspace)
    assert switching.stop(account, user=user, by=by(user))


def network_paused(account: SocialAccount) -> None:
    ProviderPause.objects.create(provider=account.provider, reason="maintenance")


def account_paused(account: SocialAccount) -> None:
    SocialAccount.objects.filter(pk=account.pk).update(status="paused")


def signed_out(account: SocialAccount) -> None:
    SocialAccount.objects.filter(pk=account.pk).update(status="needs_login")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("meanwhile", "stops"),
    [
        (given_anew, {READ, SEND, VISIT}),
        (disconnected, {READ, SEND, VISIT}),
        (stopped, {READ, SEND, VISIT}),
        (network_paused, {READ, SEND, VISIT}),
        (account_paused, {SEND}),
        (signed_out, {READ, SEND}),
    ],
)
@pytest.mark.parametrize("capability", [READ, SEND, VISIT])
def test_what_ends_a_turn_ends_it_at_the_next_beat(
    time: Hand,
    linkedin: FakeLinkedIn,
    *,
    meanwhile: Callable[[SocialAccount], None],
    stops: set[str],
    capability: str,
) -> None:
    account = connected()
    run = taken(account, capability, time)
    assert run.keep_going()
    meanwhile(account)
    time.move(seconds=BEAT)
    assert run.keep_going() is (capability not in stops)


@pytest.mark.django_db
@pytest.mark.parametrize("meanwhile", [given_anew, disconnected])
@pytest.mark.parametrize("state", ["ok", "checkpoint", "cooldown", "needs_login"])
def test_a_run_whose_session_is_no_longer_its_own_changes_nothing(
    meanwhile: Callable[[SocialAccount], None], state: str, time: Hand, linkedin: FakeLinkedIn
) -> None:
    account = connected()
    run = taken(account, READ, time)
    meanwhile(account)
    before = BrowserSession.objects.values().get()
    status = SocialAccount.objects.get().status
    run.note(Report(state, READ, storage=FRESH, items=(ITEM,), stream="thread"))
    run.end()

    assert BrowserSession.objects.values().get() == before
    assert SocialAccount.objects.get().status == status
    assert not WebhookEvent.objects.exists()


@pytest.mark.django_db
def test_a_run_that_was_overtaken_changes_nothing_but_what_is_known_of_the_pages(
    time: Hand,
) -> None:
    account = connected()
    late = taken(account, READ, time)
    time.move(seconds=61)
    taken(account, READ, time)
    before = BrowserSession.objects.values().get()
    late.note(
        Report(
            "drift",
            READ,
            missing="row",
            storage=FRESH,
            items=(ITEM,),
            stream="thread",
            ranks={"row": -1},
            snapshot="<ul></ul>",
        )
    )
    late.end()

    assert BrowserSession.objects.values().get() == before
    assert not WebhookEvent.objects.exists()
    assert Drift.objects.get().missing == "row"
    assert SelectorUse.objects.get().rank == -1


@pytest.mark.django_db
def test_the_old_sessions_browser_is_gone_before_the_new_one_is_looked_at(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    account = connected()
    run = taken(account, READ, time)
    given_anew(account)
    account.refresh_from_db()
    looks = account.check_next_at
    # A beat and the guard's own time are more than its twenty seconds of silence.
    assert looks is not None
    assert time.now + timedelta(seconds=25) <= looks <= time.now + sessions.LEASE
    assert refused(account, VISIT, time) == "busy"
    run.end()
    assert refused(account, VISIT, time) == "busy"
    time.now = looks
    taken(account, VISIT, time)


@pytest.mark.django_db
def test_rotated_cookies_are_saved_and_the_next_run_has_them(time: Hand) -> None:
    account = connected()
    run = taken(account, READ, time)
    assert run.storage == STORAGE
    before = session_of(account).sealed
    run.note(Report(OK, READ, storage=FRESH, expires_at=time.now + timedelta(days=300)))
    run.end()
    assert session_of(account).sealed != before
    assert kept(account) == FRESH

    again = taken(account, READ, time)
    assert again.storage == FRESH
    sealed = session_of(account).sealed
    again.note(Report("", READ, detail="killed_time"))
    again.end()
    session = session_of(account)
    assert session.sealed == sealed
    assert (session.state, session.busy_until, session.run_uid) == ("ok", None, None)


@pytest.mark.django_db
def test_a_turns_second_browser_has_the_cookies_that_the_first_one_left(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    token = {"name": "JSESSIONID", "value": '"ajax:0"'}
    account = connected(storage={"cookies": [token], "origins": []})
    audit(account, now=time.now)
    assert linkedin.whats() == ["visit", "inbox"]
    tokens = [job.storage["cookies"][0]["value"] for job in linkedin.jobs]
    assert tokens == ['"ajax:0"', '"ajax:1"']
    assert kept(account)["cookies"][0]["value"] == '"ajax:2"'


@pytest.mark.django_db
def test_whoever_is_stopped_between_two_browsers_of_a_turn_starts_no_second_one(
    time: Hand, linkedin: FakeLinkedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = connected()
    noted = sessions.Run.note

    def note(run: sessions.Run, report: Report) -> None:
        noted(run, report)
        stopped(account)

    monkeypatch.setattr(sessions.Run, "note", note)
    assert audit(account, now=time.now).trouble == "failed"
    assert linkedin.whats() == ["visit"]


@pytest.mark.django_db
def test_a_session_that_cannot_be_opened_asks_its_member_for_another(time: Hand) -> None:
    account = connected()
    BrowserSession.objects.update(sealed="not-a-ciphertext")
    assert refused(account, READ, time) == "no_session"
    account.refresh_from_db()
    assert (account.status, account.status_reason) == ("needs_login", "cannot_decrypt")


@pytest.mark.django_db
def test_nothing_of_a_session_stands_in_what_a_run_is_printed_as(time: Hand) -> None:
    account = connected()
    run = taken(account, READ, time)
    report = Report(OK, READ, storage=FRESH, items=(ITEM,))
    for said in (repr(run), str(run), repr(report), json.dumps(repr(session_of(account)))):
        assert "first" not in said
        assert "rotated" not in said
        assert "Bonjour" not in said


@pytest.mark.django_db
def test_a_session_whose_owner_is_not_known_yet_waits_for_every_browser_of_the_workspace(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    account, elsewhere = connected(), connected()
    run = taken(account, READ, time)
    taken(elsewhere, READ, time)
    row = join(make_member(account.workspace), account.workspace)
    time.move(seconds=20)
    assert run.keep_going()
    pipeline.check(row.pk)
    assert linkedin.whats() == []
    run.end()

    row.refresh_from_db()
    assert row.check_next_at is not None
    assert row.check_next_at <= time.now + 2 * sessions.LEASE
    time.now = row.check_next_at
    pipeline.check(row.pk)
    assert linkedin.whats() == ["visit"]


@pytest.mark.django_db
def test_no_browser_of_the_workspace_begins_while_it_is_looked_whose_a_session_is(
    time: Hand, linkedin: FakeLinkedIn
) -> None:
    account, elsewhere = connected(), connected()
    rows = [join(make_member(account.workspace), account.workspace, li_at=str(one))
            for one in range(2)]  # fmt: skip
    run = taken(rows[0], VISIT, time)
    for _beat in range(20):
        time.move(seconds=BEAT)
        assert run.keep_going()
        for capability in (READ, SEND, VISIT):
            assert refused(account, capability, time) == "busy"
        assert refused(rows[1], VISIT, time) == "busy"
    taken(elsewhere, READ, time)
    run.end()
    taken(account, READ, time)


@pytest.mark.django_db(transaction=True)
def test_of_a_reading_and_a_look_at_an_unknown_session_at_once_one_begins(time: Hand) -> None:
    account = connected()
    rows = [account, *(join(make_member(account.workspace), account.workspace, li_at=str(one))
                       for one in range(3))]  # fmt: skip
    together = Barrier(len(rows), timeout=20)

    def work(row: SocialAccount) -> sessions.Run | Later | None:
        together.wait()
        try:
            with transaction.atomic():
                return sessions.begin(row, SEND if row is account else VISIT, now=time.now)
        except OperationalError:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(rows)) as pool:
        begun = list(pool.map(work, rows))
    assert sum(isinstance(one, sessions.Run) for one in begun) == 1
