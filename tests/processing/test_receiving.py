"""From the webhook's bytes to rows, seen from the front door."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from processing import inbox, pipeline
from processing.actions import step_in
from processing.models import Contact, Delivery, InteractionEvent, Message
from processing.optout import is_opt_out
from social.models import SocialAccount, WebhookEvent
from tests.processing.conftest import PERSON, Scene


def test_a_signed_message_is_stored_and_answered_at_once(scene: Scene) -> None:
    response = scene.post(scene.envelope(scene.item(message={"mid": "m1", "text": "Bonjour"})))

    assert (response.status_code, response.content) == (200, b"EVENT_RECEIVED")
    assert WebhookEvent.objects.get().status == "received"


@pytest.mark.parametrize(
    "path", ["/social-accounts/meta/webhook", "/social-accounts/meta/webhook/"]
)
def test_the_handshake_is_answered(scene: Scene, settings: Any, client: Any, path: str) -> None:
    settings.META_VERIFY_TOKEN = "jeton"
    query = {"hub.mode": "subscribe", "hub.verify_token": "jeton", "hub.challenge": "42"}

    assert client.get(path, query).content == b"42"
    assert client.get(path, {**query, "hub.verify_token": "x"}).status_code == 403


def test_a_wrong_signature_leaves_no_row(scene: Scene) -> None:
    response = scene.post({"object": "page", "entry": []}, signed=False)

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "bad_signature"
    assert not WebhookEvent.objects.exists()


BAD = [
    (b"x" * (1024 * 1024 + 1), 413, "too_large"),
    (b"bonjour", 400, "invalid_payload"),
    (b'["page"]', 400, "invalid_payload"),
    (b'{"object":"page","entry":"rien"}', 400, "invalid_payload"),
]


@pytest.mark.parametrize(("body", "status", "code"), BAD, ids=[row[2] for row in BAD])
def test_a_body_that_is_no_webhook_gets_a_clear_error(
    scene: Scene, caplog: Any, body: bytes, status: int, code: str
) -> None:
    response = scene.post(body)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not WebhookEvent.objects.exists()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_the_same_call_ten_times_is_one_row(scene: Scene) -> None:
    body = scene.envelope(scene.item(message={"mid": "m1", "text": "Bonjour"}))

    assert {scene.post(body).status_code for _ in range(10)} == {200}
    assert WebhookEvent.objects.count() == 1


def test_the_same_message_in_another_call_is_a_duplicate(scene: Scene) -> None:
    scene.say("Bonjour", mid="m1")
    scene.say("Bonjour", mid="m1")

    assert Message.objects.count() == 1
    assert scene.reasons("ignored") == ["duplicate"]


def test_a_batch_for_two_accounts_is_taken_in_whole(scene: Scene) -> None:
    other = SocialAccount.objects.create(
        workspace=scene.workspace, provider="meta", kind="messenger", external_id="deux"
    )
    one = scene.item(message={"mid": "m1", "text": "un"})
    two = {**scene.item(message={"mid": "m2", "text": "deux"}), "recipient": {"id": "deux"}}
    body = scene.envelope(one)
    body["entry"].append({"id": "deux", "time": 1, "messaging": [two]})

    scene.post(body)
    scene.take_in()

    assert set(Message.objects.values_list("social_account", "text")) == {
        (scene.account.pk, "un"),
        (other.pk, "deux"),
    }


def test_an_unknown_account_is_ignored_with_its_reason(scene: Scene) -> None:
    stranger = {**scene.item(message={"mid": "m1", "text": "x"}), "recipient": {"id": "inconnue"}}
    envelope = scene.envelope(stranger)
    envelope["entry"][0]["id"] = "inconnue"

    assert scene.post(envelope).status_code == 200
    scene.take_in()

    event = WebhookEvent.objects.get()
    assert (event.status, event.reasons) == ("ignored", ["unknown_account"])
    assert not Message.objects.exists()


def test_a_broken_entry_costs_only_itself_and_can_be_replayed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = inbox.record_message

    def sometimes_broken(account: Any, inbound: Any, **rest: Any) -> Any:
        if inbound.text == "casse":
            raise ZeroDivisionError
        return honest(account, inbound, **rest)

    monkeypatch.setattr(inbox, "record_message", sometimes_broken)
    scene.post(
        scene.envelope(
            scene.item(message={"mid": "m1", "text": "casse"}),
            scene.item(message={"mid": "m2", "text": "bon"}),
        )
    )
    scene.take_in()
    event = WebhookEvent.objects.get()
    assert (event.status, event.reasons) == ("failed", ["failed", "received"])
    assert "ZeroDivisionError" in event.error
    assert "casse" not in event.error

    monkeypatch.undo()
    from processing.tasks import replay_event  # noqa: PLC0415

    assert replay_event(event.pk)
    scene.take_in()
    event.refresh_from_db()
    assert (event.status, event.reasons) == ("processed", ["received", "duplicate"])
    assert Message.objects.count() == 2


def test_an_echo_of_a_human_takes_the_conversation_over(scene: Scene) -> None:
    scene.say("Bonjour")
    scene.echo(text="Je prends le relais", app_id=263902037430900)

    conversation = scene.conversation()
    assert conversation.handled_by == "human"
    assert conversation.human_until is not None
    assert scene.reasons("takeover") == ["human_replied"]
    scene.run()
    assert scene.reasons("decided") == ["human_in_charge"]
    assert not scene.model.asked


def test_an_item_of_another_account_than_its_entry_is_ignored(scene: Scene) -> None:
    stranger = {**scene.item(message={"mid": "m1", "text": "x"}), "recipient": {"id": "inconnue"}}

    scene.post(scene.envelope(stranger))
    scene.take_in()

    assert WebhookEvent.objects.get().reasons == ["account_mismatch"]
    assert not Message.objects.exists()


def test_what_another_app_answers_is_read_along(scene: Scene) -> None:
    envelope = scene.envelope()
    [entry] = envelope["entry"]
    entry["standby"] = [scene.item(message={"mid": "m1", "text": "Allô ?"})]
    del entry["messaging"]

    scene.post(envelope)
    scene.run()

    assert Message.objects.get().text == "Allô ?"
    assert scene.conversation().other_app_since is not None
    assert not scene.model.asked


def test_the_request_id_follows_the_message(scene: Scene) -> None:
    body = scene.envelope(scene.item(message={"mid": "m1", "text": "Bonjour"}))
    response = scene.post(body, request_id="commande-12345")
    scene.run()

    assert response["X-Request-ID"] == "commande-12345"
    assert set(InteractionEvent.objects.values_list("request_id", flat=True)) == {"commande-12345"}


def test_a_request_id_that_is_none_is_replaced(scene: Scene) -> None:
    response = scene.post(b"{}", request_id="<script>alert(1)</script>")

    assert "<" not in response["X-Request-ID"]


def test_an_opt_out_is_noted_at_once(scene: Scene) -> None:
    scene.say("Arrêtez de m'écrire !")
    scene.run()

    assert Contact.objects.get(external_id=PERSON).opted_out_at is not None
    assert scene.reasons("decided") == ["opted_out"]
    scene.say("Bonjour quand même")
    scene.run()
    assert [message.purpose for message in Message.objects.filter(author="assistant")] == [
        "opt_out"
    ]
    assert not scene.model.asked


STOPS = ["STOP", "stop !", "Arrêtez.", "arrêtez de m’écrire", "Ne m'écrivez plus", "désinscription",
         "Ne me contactez plus svp", "désabonnez-moi", "plus de messages svp", "Stop messaging me",
         "Je ne veux plus de messages.", "Merci, plus de messages",
         "please don't text me", "unsubscribe"]  # fmt: skip
GOES_ON = ["Où est l'arrêt de bus ?", "Vous ne stoppez pas la livraison ?", "Bonjour", "",
           "J'arrête pas de penser à cette lampe", "Stop ou encore ? La lampe Aube",
           "Le magasin ne désemplit plus", "Je ne reçois plus de messages",
           "Avez-vous plus de messages ?"]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_it_hears_a_stop(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize("text", GOES_ON)
def test_it_hears_no_stop_where_there_is_none(text: str) -> None:
    assert not is_opt_out(text)


def test_a_deep_body_is_refused_quietly(scene: Scene) -> None:
    deep = json.dumps({"object": "page"})[:-1].encode() + b',"entry":' + b"[" * 5000 + b"]" * 5000

    assert scene.post(deep + b"}").status_code in {200, 400}


def test_a_database_that_fails_for_a_moment_costs_no_message(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = inbox.record_message

    def locked(*_arguments: Any, **_more: Any) -> None:
        monkeypatch.setattr(inbox, "record_message", record)
        raise OperationalError("database is locked")

    monkeypatch.setattr(inbox, "record_message", locked)
    scene.post(scene.envelope(scene.item(message={"mid": "m_locked", "text": "Bonjour"})))
    with pytest.raises(OperationalError):
        scene.take_in()
    assert WebhookEvent.objects.get().status == "received"

    WebhookEvent.objects.update(next_at=timezone.now())
    scene.take_in()
    assert WebhookEvent.objects.get().status == "processed"
    assert Message.objects.get().text == "Bonjour"


def test_a_message_from_the_future_does_not_silence_the_conversation(scene: Scene) -> None:
    future = {"timestamp": 253402300799000}
    scene.post(scene.envelope(scene.item(message={"mid": "m_future", "text": "Bonjour"}, **future)))
    scene.run()

    assert scene.reply().status == "sent"
    closes = scene.conversation().window_closes_at
    assert closes is not None
    assert closes < timezone.now() + timedelta(hours=25)


def test_an_echo_without_a_name_confirms_nothing(scene: Scene) -> None:
    pipeline.respond(scene.say().pk)
    scene.echo(mid="", text="autre chose")

    assert scene.reply().status == "queued"


def test_an_echo_that_may_be_ours_waits_until_our_call_is_over(scene: Scene) -> None:
    SocialAccount.objects.update(kind="instagram")
    scene.account.refresh_from_db()
    scene.say()
    scene.run()
    Delivery.objects.update(status="sending")
    Message.objects.filter(author="assistant").update(external_id="", status="queued")
    scene.echo(mid="aWdf_1", text="Oui, elle coûte 49 €. (mis en forme par le réseau)")
    event = WebhookEvent.objects.latest("pk")
    assert (event.status, event.attempts) == ("received", 0)
    assert event.next_at is not None
    assert event.next_at > timezone.now()

    Delivery.objects.update(status="sent")
    Message.objects.filter(author="assistant").update(external_id="aWdf_1", status="sent")
    WebhookEvent.objects.update(next_at=timezone.now())
    scene.take_in()
    event.refresh_from_db()
    assert event.reasons == ["echo_of_ours"]
    assert scene.conversation().handled_by == "assistant"


def test_an_echo_that_comes_late_does_not_shorten_a_takeover(scene: Scene) -> None:
    scene.say()
    step_in(scene.conversation(), by="membre")
    until = scene.conversation().human_until
    old = scene.item(message={"mid": "hier", "text": "Bonjour", "is_echo": True, "app_id": 1})
    old["sender"], old["recipient"] = old["recipient"], old["sender"]
    old["timestamp"] -= 3 * 60 * 60 * 1000
    scene.post(scene.envelope(old))
    scene.take_in()

    assert Message.objects.filter(external_id="hier", author="human").exists()
    assert scene.conversation().human_until == until


def test_a_humans_echo_that_comes_days_late_does_not_silence_the_assistant(scene: Scene) -> None:
    old = scene.item(message={"mid": "vieux", "text": "Bonjour", "is_echo": True, "app_id": 1})
    old["sender"], old["recipient"] = old["recipient"], old["sender"]
    old["timestamp"] -= 3 * 86_400_000
    scene.post(scene.envelope(old))
    scene.take_in()
    scene.say()
    scene.run()

    assert scene.reply().status == "sent"
