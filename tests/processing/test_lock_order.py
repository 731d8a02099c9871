"""Who wants the same rows at once takes them in one order: nobody is a deadlock's victim."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Workspace
from billing import actions, quotas
from billing.models import Subscription
from processing import (
    acts,
    changes,
    figures,
    leading,
    outbox,
    pipeline,
    proofs,
    publishing,
    reconnecting,
    sending,
    sequences,
)
from processing.models import (
    Contact,
    Conversation,
    Delivery,
    FollowUp,
    Lead,
    LeadAct,
    Message,
    Scenario,
)
from processing.privacy import erasing, leaving
from social import accounts, ready
from social.contracts import SendResult
from social.models import SocialAccount, WebhookEvent
from tests.factories import (
    make_account,
    make_contact,
    make_conversation,
    make_lead,
    make_workspace,
)
from tests.processing.conftest import PERSON, Scene
from tests.processing.following import answered, follow_up_says, make_sequence, move_to, planned
from tests.processing.test_changes import later

pytestmark = pytest.mark.django_db(transaction=True)
META_APP_ID = 998877665544332
A_MOMENT = 1.0
"""How long one waits for another that, in the right order, waits for it."""


@pytest.fixture(autouse=True)
def _postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks the whole file, not rows")


class Workers:
    """Threads, and what became of those that the database stopped."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, work: Callable[[], object]) -> None:
        def run() -> None:
            try:
                work()
            except OperationalError as error:
                self.errors.append(f"{name}: {str(error).splitlines()[0]}")
            finally:
                connection.close()

        thread = threading.Thread(target=run, name=name)
        self._threads.append(thread)
        thread.start()

    def end(self) -> list[str]:
        for thread in self._threads:  # grows while its first ones run
            thread.join(30)
        return self.errors


def test_an_echo_and_the_answer_to_our_call(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.respond(scene.say().pk)
    delivery = Delivery.objects.get()
    workers = Workers()
    echoed, locked = threading.Event(), threading.Event()
    confirm, lock = proofs.confirm_by_echo, outbox.lock

    def slow_confirm(*args: Any, **more: Any) -> Any:
        found = confirm(*args, **more)
        echoed.set()
        locked.wait(A_MOMENT)
        return found

    def noting_lock(conversation: Conversation) -> bool:
        found = lock(conversation)
        if threading.current_thread().name == "send" and echoed.is_set():
            locked.set()
        return found

    def call(sent: Delivery, _run: object) -> SendResult:
        # The network tells the echo before it answers our call.
        told = {"text": sent.message.text, "metadata": f"delivery:{sent.uid}"}
        workers.begin("echo", lambda: scene.echo(mid="m_out_1", app_id=META_APP_ID, **told))
        assert echoed.wait(5)
        return SendResult("m_out_1")

    monkeypatch.setattr(proofs, "confirm_by_echo", slow_confirm)
    monkeypatch.setattr(outbox, "lock", noting_lock)
    monkeypatch.setattr(sending, "_call", call)
    workers.begin("send", lambda: pipeline.send(delivery.pk))

    assert workers.end() == []
    delivery.refresh_from_db()
    assert delivery.status == "sent"


def test_an_act_is_taken_back_while_one_of_its_leads_is_done(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = make_lead(make_conversation(scene.workspace).contact)
    rows = Lead.objects.filter(pk=lead.pk)
    act = acts.place(scene.workspace, rows, "stage", "won", by=str(lead.uid), now=timezone.now())
    workers, stopped, correct = Workers(), threading.Event(), leading.correct

    def take_back() -> None:
        acts.cancel(act, now=timezone.now())
        stopped.set()
        acts.undo(LeadAct.objects.get(pk=act.pk), now=timezone.now())
        pipeline.act(act.pk)

    def slow_correct(*args: Any, **more: Any) -> Any:
        found = correct(*args, **more)
        workers.begin("undo", take_back)
        assert not stopped.wait(A_MOMENT)  # whoever cancels waits for this lead
        return found

    monkeypatch.setattr(leading, "correct", slow_correct)
    pipeline.act(act.pk)

    assert workers.end() == []
    lead.refresh_from_db()
    assert (lead.stage, act.rows.get().state) == ("new", "undone")


def test_a_scenario_is_switched_off_while_its_follow_up_is_queued(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_to(scene, 12)
    sequence = make_sequence(scene)
    answered(scene)
    follow_up = planned()
    FollowUp.objects.update(next_at=timezone.now())
    Conversation.objects.update(next_automatic_at=None)
    scene.model.answers.clear()
    scene.model.answer(200, follow_up_says())
    workers = Workers()
    published, thread_is_ours = threading.Event(), threading.Event()
    lock_scenario, queue = publishing._locked, outbox.queue_follow_up

    def slow_locked(*args: Any) -> Scenario:
        found = lock_scenario(*args)
        published.set()
        thread_is_ours.wait(5)
        return found

    def slow_queue(*args: Any, **more: Any) -> Any:
        scenario = Scenario.objects.get(pk=sequence.scenario_id)
        off = {"autonomy": "off"}
        workers.begin("publish", lambda: publishing.publish(scenario, off, by=audit.SYSTEM))
        assert published.wait(5)
        thread_is_ours.set()
        time.sleep(0.3)
        return queue(*args, **more)

    monkeypatch.setattr(publishing, "_locked", slow_locked)
    monkeypatch.setattr(outbox, "queue_follow_up", slow_queue)
    workers.begin("follow", lambda: pipeline.follow(follow_up.pk))

    assert workers.end() == []
    assert published.is_set()


def test_what_a_scenario_planned_is_called_off_while_another_sends(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence = make_sequence(scene)
    now = timezone.now()
    first, second = (make_conversation(scene.workspace, account=scene.account) for _ in range(2))
    for thread in (first, second):
        FollowUp.objects.create(
            workspace=scene.workspace,
            conversation=thread,
            sequence=sequence,
            position=1,
            next_at=now,
            quota_day=quotas.reserve(scene.workspace, now=now),
        )
    workers = Workers()
    given_back, locked = threading.Event(), threading.Event()
    cancel = sequences.cancel

    def slow_cancel(conversation: Conversation, *args: Any, **more: Any) -> None:
        cancel(conversation, *args, **more)
        if conversation.pk == first.pk:
            given_back.set()
            locked.wait(A_MOMENT)

    def as_sending_does() -> None:
        assert given_back.wait(5)
        with transaction.atomic():
            outbox.lock(second)
            locked.set()
            time.sleep(0.2)
            quotas.reserve(scene.workspace, now=now)

    monkeypatch.setattr(sequences, "cancel", slow_cancel)
    scenario = Scenario.objects.get(pk=sequence.scenario_id)
    workers.begin("off", lambda: publishing.put_away(scenario, by=audit.SYSTEM, now=now))
    workers.begin("send", as_sending_does)

    assert workers.end() == []


def test_somebody_asks_for_silence_while_another_of_their_threads_sends(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_to(scene, 12)
    make_sequence(scene)
    answered(scene)
    now = timezone.now()
    # Written ahead of its moment: the first thread gives its quota back when the person writes.
    FollowUp.objects.update(quota_day=quotas.reserve(scene.workspace, now=now))
    page = make_account(scene.workspace, external_id="page-2")
    other = make_conversation(
        scene.workspace, account=page, contact=make_contact(page, external_id=PERSON)
    )
    workers = Workers()
    given_back, locked = threading.Event(), threading.Event()
    release = quotas.release

    def slow_release(*args: Any) -> None:
        release(*args)
        if threading.current_thread().name == "stop":
            given_back.set()
            locked.wait(A_MOMENT)

    def as_sending_does() -> None:
        assert given_back.wait(5)
        with transaction.atomic():
            outbox.lock(other)
            locked.set()
            time.sleep(0.2)
            quotas.reserve(scene.workspace, now=now)

    monkeypatch.setattr(quotas, "release", slow_release)
    workers.begin("stop", lambda: scene.say("STOP"))
    workers.begin("send", as_sending_does)

    assert workers.end() == []
    assert Contact.objects.filter(opted_out_at=None).count() == 0
    assert Message.objects.filter(purpose="opt_out").count() == 1


def test_the_digest_and_an_erasure(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.say()
    workers = Workers()
    taken, added = threading.Event(), threading.Event()
    add = figures.add

    def slow_add(sums: Any) -> None:
        if threading.current_thread().name == "digest":
            taken.set()
            added.wait(A_MOMENT)
            add(sums)
        else:
            add(sums)
            added.set()
            time.sleep(0.2)

    monkeypatch.setattr(figures, "add", slow_add)
    workers.begin("digest", lambda: figures.digest(batches=1))
    assert taken.wait(5)
    scene.say("Encore moi")  # not counted, and committed after the digest took its rows
    contact = Contact.objects.get()
    workers.begin("erase", lambda: erasing.ask(scene.workspace, contact.uid, by=audit.SYSTEM))

    assert workers.end() == []
    assert Contact.objects.count() == 0


def test_a_message_is_edited_while_its_account_comes_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = scene.say()
    soon = timezone.now() + timedelta(minutes=10)
    Message.objects.update(reason="account_needs_login", next_at=soon)
    SocialAccount.objects.update(status="paused")
    told = {"mid": message.external_id, "text": "Et à deux ?", "num_edit": 1}
    scene.post(scene.envelope(scene.item(timestamp=later(5), message_edit=told)))
    event = WebhookEvent.objects.get(status="received")
    account = SocialAccount.objects.select_related("workspace").get()
    workers = Workers()
    edited, taken = threading.Event(), threading.Event()
    edit = changes.edited

    def slow_edited(*args: Any, **more: Any) -> str:
        found = edit(*args, **more)
        edited.set()
        taken.wait(5)
        return found

    def slow_wake(row: SocialAccount, now: datetime) -> None:
        taken.set()
        reconnecting.wake_waiting(row, now)

    def resume() -> None:
        assert edited.wait(5)
        accounts.resume(account, by=audit.SYSTEM)

    monkeypatch.setattr(changes, "edited", slow_edited)
    monkeypatch.setattr(ready, "_LISTENERS", [slow_wake])
    workers.begin("receive", lambda: pipeline.receive(event.pk))
    workers.begin("resume", resume)

    assert workers.end() == []


@pytest.mark.parametrize("deed", ["sends", "chooses"])
def test_a_workspace_is_erased_while_its_plan_is_looked_at(
    deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends locks a conversation, then the plan; whoever chooses: the plan, then a log."""
    workspace = make_workspace()
    thread = make_conversation(workspace)
    Subscription.objects.create(
        workspace=workspace,
        plan="premium",
        suspended_at=timezone.now(),
        suspended_for="customer_deleted",
    )
    day = quotas.reserve(workspace, now=timezone.now())
    workers, locked = Workers(), threading.Event()
    record, erase = audit.record, leaving._erase

    def sends() -> None:
        with transaction.atomic():
            outbox.lock(Conversation.objects.get(pk=thread.pk))
            locked.set()
            time.sleep(A_MOMENT)
            quotas.renew(workspace, day, now=timezone.now())

    def recorded(action: str, **told: Any) -> object:
        if action == "plan.freemium_chosen":
            locked.set()
            time.sleep(A_MOMENT)
        return record(action, **told)

    def erased(gone: Workspace) -> dict[str, Any]:
        locked.wait(10)
        return erase(gone)

    monkeypatch.setattr(audit, "record", recorded)
    monkeypatch.setattr(leaving, "_erase", erased)
    chooses = partial(actions.choose_freemium, workspace, by=audit.SYSTEM)
    workers.begin(deed, sends if deed == "sends" else chooses)
    workers.begin(
        "erase",
        lambda: leaving.erase_workspace(workspace, confirm=workspace.name, by=audit.SYSTEM),
    )
    assert workers.end() == []
    assert not Subscription.objects.exists()
