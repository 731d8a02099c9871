"""A send of which nobody knows whether it left: found, proved not to be there, or left to a human.

And a token that is refused: renewed once, and the message sent once.
"""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts import audit
from billing.models import Quota
from processing import outbox, pipeline, proofs
from processing.models import (
    Contact,
    Conversation,
    DeadLetter,
    Delivery,
    FollowUp,
    InteractionEvent,
    Message,
)
from processing.privacy import erasing
from processing.tasks import replay_dead_letter
from social import holds
from social.contracts import Credentials, Echo, Found
from social.errors import ProviderError
from social.models import SocialAccount
from tests.processing.conftest import PERSON, Scene
from tests.processing.following import make_sequence
from tests.processing.looking import MISSING, UNCLEAR, Thread, look, lost
from tests.processing.queueing import Network, due, make_shop, queue, states

pytestmark = pytest.mark.django_db
REFUSED_TOKEN = ProviderError("40105", needs_refresh=True)


def test_the_first_look_comes_after_the_echo_had_its_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.LOOK_UP_SECONDS = 45
    thread = Thread(monkeypatch, MISSING)
    delivery = lost(scene, thread)

    assert delivery.next_at is not None
    assert 40 < (delivery.next_at - timezone.now()).total_seconds() <= 45
    pipeline.settle(delivery.pk)
    assert thread.looks == []


def test_what_the_thread_shows_is_sent(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = Thread(monkeypatch, Found("m_found"))
    delivery = look(lost(scene, thread))

    reply = scene.reply()
    assert (delivery.status, delivery.next_at, delivery.error_code) == ("sent", None, "")
    assert (reply.status, reply.external_id, reply.reason) == ("sent", "m_found", "")
    assert scene.conversation().handoff_reason == ""
    assert scene.reasons("delivery") == ["send_unconfirmed", "confirmed_by_reading"]
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)
    assert thread.looks[0].message.reference == f"delivery:{delivery.uid}"
    assert delivery.begun_at is not None
    assert thread.looks[0].sent_after < delivery.begun_at == thread.looks[0].called_at
    assert len(thread.network.asked) == 1


def test_what_is_looked_for_names_the_person_as_the_call_did(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, MISSING)
    delivery = lost(scene, thread)
    Delivery.objects.filter(pk=delivery.pk).update(handle="zoe.m")
    Contact.objects.update(name="Zoé", handle="zoe.martin")
    look(delivery)

    assert thread.looks[0].message.contact_handle == "zoe.m"


@pytest.mark.parametrize(("handle", "called"), [("zoe.m", "zoe.m"), ("", "Zoé")])
def test_a_call_keeps_whom_it_named(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, handle: str, called: str
) -> None:
    Thread(monkeypatch, MISSING)
    scene.say()
    Contact.objects.update(name="Zoé", handle=handle)
    scene.run()

    assert Delivery.objects.get().handle == called


def test_an_echo_settles_it_before_anybody_looks(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, MISSING)
    delivery = lost(scene, thread)
    scene.echo(mid="m_echoed", text=scene.reply().text, metadata=f"delivery:{delivery.uid}")
    look(delivery)

    assert (scene.reply().external_id, delivery.status) == ("m_echoed", "sent")
    assert thread.looks == []


def test_certainly_not_there_twice_is_a_dead_letter_that_can_be_replayed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sequence(scene)
    thread = Thread(monkeypatch, MISSING)
    delivery = look(lost(scene, thread))
    assert (delivery.status, delivery.error_code) == ("unconfirmed", "not_seen")
    assert scene.conversation().notice_sent_at is not None
    look(delivery)

    reply = scene.reply()
    assert (delivery.status, reply.status, reply.reason) == ("failed", "failed", "not_at_network")
    assert scene.conversation().handoff_reason == "send_failed"
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (0, 0)
    assert scene.conversation().notice_sent_at is None
    assert not FollowUp.objects.filter(status="pending").exists()
    letter = DeadLetter.objects.get()
    assert (letter.reason, letter.object_id) == ("not_at_network", delivery.pk)

    Conversation.objects.update(next_automatic_at=None)
    assert replay_dead_letter(letter.pk)
    scene.run()
    delivery.refresh_from_db()
    assert (delivery.status, scene.reply().status, delivery.looks) == ("sent", "sent", 0)
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)
    assert len(thread.network.taken) == 1
    assert scene.conversation().handoff_reason == ""


NO_PROOF = [
    (UNCLEAR,),
    (MISSING, UNCLEAR),
    (ProviderError("unreachable", retryable=True), UNCLEAR),
    (MISSING, ProviderError("190", needs_login=True)),
    (ProviderError("100"),),
]


@pytest.mark.parametrize("shown", NO_PROOF)
def test_what_nobody_can_tell_stays_unconfirmed_and_a_human_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, shown: tuple[Found | ProviderError, ...]
) -> None:
    thread = Thread(monkeypatch, *shown)
    delivery = lost(scene, thread)
    for _ in range(7):
        look(delivery)

    assert (len(thread.looks), delivery.next_at) == (5, None)
    assert delivery.status == scene.reply().status == "unconfirmed"
    assert scene.conversation().handoff_reason == "send_unconfirmed"
    assert scene.reasons("delivery") == ["send_unconfirmed", "cannot_be_told"]
    assert not DeadLetter.objects.exists()
    assert Quota.objects.get().used == 1


def test_two_complete_looks_prove_whatever_was_unclear_between(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = ProviderError("unreachable", retryable=True)
    thread = Thread(monkeypatch, away, MISSING, UNCLEAR, MISSING)
    delivery = lost(scene, thread)
    for expected in ("unconfirmed", "unconfirmed", "unconfirmed", "failed"):
        assert look(delivery).status == expected


def test_an_echo_that_comes_while_somebody_looks_wins(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, MISSING)
    delivery = look(lost(scene, thread))
    text = scene.reply().text
    echo = Echo(
        scene.account.kind,
        scene.account.external_id,
        PERSON,
        "m_echoed",
        text,
        timezone.now(),
        reference=f"{outbox.REFERENCE}{delivery.uid}",
    )
    thread.meanwhile = lambda: proofs.confirm_by_echo(scene.account, echo, now=timezone.now())
    look(delivery)

    assert (delivery.status, scene.reply().external_id) == ("sent", "m_echoed")
    assert not DeadLetter.objects.exists()
    assert Quota.objects.get().used == 1


def test_of_two_who_look_at_once_only_one_counts(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, MISSING, UNCLEAR, MISSING)
    delivery = lost(scene, thread)

    def another_worker() -> None:
        thread.meanwhile = lambda: None
        look(delivery)

    # The first one's lease is over when it has its (unclear) answer: the other's stands.
    thread.meanwhile = another_worker
    look(delivery)

    assert (len(thread.looks), delivery.status) == (2, "unconfirmed")
    assert delivery.error_code == "not_seen"
    assert look(delivery).status == "failed"


def test_a_person_who_is_erased_meanwhile_leaves_nothing_behind(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, Found("m_found"))
    delivery = lost(scene, thread)
    contact = Contact.objects.get()
    thread.meanwhile = lambda: erasing.ask(scene.workspace, contact.uid, by=audit.SYSTEM)
    Delivery.objects.update(next_at=timezone.now())
    pipeline.settle(delivery.pk)

    assert not Message.objects.filter(text__gt="").exists()
    assert not Delivery.objects.filter(status="sent").exists()
    assert not DeadLetter.objects.exists()


def test_another_message_that_says_the_same_is_no_proof(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, Found("m_other", complete=True))
    delivery = lost(scene, thread)
    other = queue(scene.account, now=timezone.now())[0]
    Message.objects.filter(pk=other.message_id).update(status="sent", external_id="m_other")
    look(delivery)

    assert (delivery.status, delivery.message.external_id) == ("unconfirmed", "")
    assert delivery.error_code != "not_seen"


def test_what_is_known_to_be_another_message_is_not_looked_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, MISSING)
    delivery = lost(scene, thread)
    ours = scene.reply().text
    for external_id, text in (("m_alike", ours), ("m_else", "Autre chose")):
        (other,) = queue(scene.account, now=timezone.now())
        said = Message.objects.filter(pk=other.message_id)
        said.update(external_id=external_id, text=text, status="sent")
        Delivery.objects.filter(pk=other.pk).update(status="sent", next_at=None)
    look(delivery)

    assert thread.looks[0].known == {"m_alike"}


def test_nobody_looks_while_the_network_is_held(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, MISSING)
    delivery = lost(scene, thread)
    later = timezone.now() + timedelta(hours=1)
    holds.hold_provider("meta", later, "storm", now=timezone.now())
    look(delivery)

    assert (thread.looks, delivery.looks, delivery.next_at) == ([], 0, later)


# --- tokens ----------------------------------------------------------------------------------


@pytest.fixture
def renewing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Renew tokens in a function; returns those that were refused."""
    refused: list[str] = []

    def fresh(account: SocialAccount, *, refused: str) -> Any:
        from social.accounts import credentials_of  # noqa: PLC0415

        row = SocialAccount.objects.get(pk=account.pk)
        asked.append(refused)
        if credentials_of(row).token == refused:
            row.seal({"access_token": f"new-{refused}"})
            row.token_issued_at = timezone.now()
            row.save()
        return credentials_of(row)

    asked = refused
    monkeypatch.setattr("processing.failing.fresh_credentials", fresh)
    monkeypatch.setattr("processing.settling.fresh_credentials", fresh)
    return refused


def send_all() -> None:
    """Send what is due, and what that wakes, as the workers would."""
    for key in list(due(timezone.now())):
        for wake in pipeline.send(key):
            assert (wake.step, wake.row_id) == ("send", key)
            pipeline.send(key)


def test_a_token_that_is_refused_is_renewed_and_the_message_sent_once(
    monkeypatch: pytest.MonkeyPatch, renewing: list[str]
) -> None:
    shop = make_shop()
    network = Network(monkeypatch)
    network.refuses = lambda who, _: None if who.token.startswith("new-") else REFUSED_TOKEN
    queue(shop, 3, now=timezone.now())
    send_all()

    shop.refresh_from_db()
    assert shop.status == "active"
    assert states() == {"sent": 3}
    assert len(network.taken) == len(set(network.taken)) == 3
    assert renewing == [f"token-{shop.pk}"]
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.usefixtures("renewing")
def test_a_token_that_is_refused_once_more_was_taken_back_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, renewing: list[str]
) -> None:
    shop = make_shop()
    network = Network(monkeypatch)
    network.down(REFUSED_TOKEN)
    queue(shop, 3, now=timezone.now())
    send_all()
    send_all()

    shop.refresh_from_db()
    assert (shop.status, shop.status_reason) == ("needs_login", "40105")
    assert (len(renewing), len(network.asked)) == (1, 2)
    assert states() == {"queued": 3}
    assert set(Conversation.objects.values_list("handoff_reason", flat=True)) <= {
        "",
        "account_needs_login",
    }

    network.up()
    SocialAccount.objects.update(status="active")
    Delivery.objects.update(next_at=timezone.now())
    send_all()
    assert states() == {"sent": 3}
    assert len(network.taken) == 3


def test_a_token_that_cannot_be_renewed_now_holds_the_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = make_shop()
    network = Network(monkeypatch)
    network.down(REFUSED_TOKEN)

    def pending(*_: Any, **__: Any) -> Credentials:
        raise ProviderError("refresh_pending", retryable=True, retry_after=300, holds="account")

    monkeypatch.setattr("processing.failing.fresh_credentials", pending)
    queue(shop, 3, now=timezone.now())
    send_all()

    shop.refresh_from_db()
    assert (shop.status, shop.held_reason) == ("active", "refresh_pending")
    assert len(network.asked) == 1
    assert states() == {"queued": 3}


def test_a_look_renews_a_token_that_is_refused(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, renewing: list[str]
) -> None:
    thread = Thread(monkeypatch, REFUSED_TOKEN, Found("m_found"))
    delivery = look(lost(scene, thread))

    assert (delivery.status, len(renewing)) == ("sent", 1)
    assert thread.tokens == ["EAAB-page-invente", "new-EAAB-page-invente"]


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_what_is_proved_not_to_have_left_comes_back_to_its_day_after_a_move(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    delivery = lost(scene, Thread(monkeypatch, MISSING))
    day = Quota.objects.get().day
    moved = timezone.now().astimezone(ZoneInfo(zone)).date()
    if moved == day:
        Quota.objects.update(day=day + timedelta(days=1))
        rows = InteractionEvent.objects.filter(reason="send_unconfirmed")
        rows.update(data={"counted_on": (day + timedelta(days=1)).isoformat()})
    scene.workspace.timezone = zone
    scene.workspace.save()
    for _ in range(2):
        delivery = look(Delivery.objects.get(pk=delivery.pk))

    assert delivery.status == "failed"
    assert Quota.objects.get().used == 0
