"""From a queued answer to the network: once, and with a word for every way it can fail."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Quota
from processing import pipeline
from processing.models import Conversation, DeadLetter, Delivery, Message
from social.models import SocialAccount
from tests.processing.conftest import ANSWER, PERSON, Scene

PAUSE = timedelta(minutes=5)


def fails(scene: Scene, status: int, body: Any, **headers: str) -> None:
    scene.graph.answers.clear()
    scene.graph.answer(status, body, **headers)


def error(code: int, subcode: int | None = None) -> dict[str, Any]:
    envelope: dict[str, Any] = {"message": "x", "type": "OAuthException", "code": code}
    if subcode:
        envelope["error_subcode"] = subcode
    return {"error": envelope}


def test_what_is_sent_is_what_meta_documents(scene: Scene) -> None:
    scene.say()
    scene.run()

    asked = scene.graph.asked[0]
    path, _, query = asked.path.partition("?")
    assert path == f"/v26.0/{scene.account.external_id}/messages"
    assert query.startswith("appsecret_proof=")
    assert asked.headers["Authorization"] == "Bearer EAAB-page-invente"
    assert asked.body == {
        "recipient": {"id": PERSON},
        "messaging_type": "RESPONSE",
        "message": {
            "text": ANSWER,
            "metadata": f"delivery:{Delivery.objects.get().uid}",
        },
    }
    reply = scene.reply()
    assert (reply.status, reply.external_id) == ("sent", "m_out_1")


def test_a_delivery_is_sent_once_however_often_it_is_woken(scene: Scene) -> None:
    scene.say()
    scene.run()
    delivery = Delivery.objects.get()
    for _ in range(3):
        pipeline.send(delivery.pk)

    assert len(scene.graph.asked) == 1


REFUSED = [
    (10, 2018278, "window_closed"),
    (10, 2534022, "window_closed"),
    (10, 2018300, "another_app_in_control"),
    (551, 1545041, "person_unavailable"),
    (100, 2018001, "no_such_person"),
    (100, None, "100"),
    (200, 2018028, "200/2018028"),
    (2, 2018344, "2/2018344"),
]


@pytest.mark.parametrize(("code", "subcode", "name"), REFUSED)
def test_a_refusal_for_good_is_told_and_gives_the_quota_back(
    scene: Scene, code: int, subcode: int | None, name: str
) -> None:
    fails(scene, 400, error(code, subcode))
    scene.say()
    scene.run()

    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.error_code) == ("refused", name)
    assert (scene.reply().status, scene.reply().reason) == ("refused", "send_refused")
    assert scene.conversation().handoff_reason == "send_refused"
    assert Quota.objects.get().used == Quota.objects.get().reserved == 0
    assert scene.reasons("delivery") == ["send_refused"]


UNKNOWN: list[tuple[str, int, Any]] = [
    ("code 1", 500, error(1)),
    ("code 2", 500, error(2)),
    ("a page of a proxy", 502, b"<html>Bad gateway</html>"),
    ("an empty 200", 200, {}),
    ("a 200 that is no receipt", 200, b"ok"),
]


@pytest.mark.parametrize(("_name", "status", "body"), UNKNOWN, ids=[row[0] for row in UNKNOWN])
def test_an_unknown_outcome_is_never_sent_again(
    scene: Scene, _name: str, status: int, body: Any
) -> None:
    fails(scene, status, body)
    scene.say()
    scene.run()
    Delivery.objects.update(next_at=timezone.now() - timedelta(hours=1))
    scene.run()

    assert Delivery.objects.get().status == scene.reply().status == "unconfirmed"
    assert len(scene.graph.asked) == 1
    assert scene.conversation().handoff_reason == "send_unconfirmed"
    assert Quota.objects.get().used == 1


def test_an_echo_completes_an_unknown_outcome(scene: Scene) -> None:
    fails(scene, 500, error(2))
    scene.say()
    scene.run()
    uid = Delivery.objects.get().uid
    scene.echo(mid="m_out_9", app_id=998877665544332, metadata=f"delivery:{uid}")

    assert Delivery.objects.get().status == "sent"
    reply = scene.reply()
    assert (reply.status, reply.external_id) == ("sent", "m_out_9")
    assert scene.conversation().handoff_reason == ""
    assert scene.reasons("delivery")[-1] == "confirmed_by_echo"
    assert Quota.objects.get().used == 1


def test_an_instagram_echo_without_marks_is_recognised_by_its_text(scene: Scene) -> None:
    SocialAccount.objects.update(kind="instagram")
    scene.account.refresh_from_db()
    fails(scene, 500, error(2))
    scene.say()
    scene.run()
    scene.echo(mid="aWdf_1", text=ANSWER)

    assert scene.reply().external_id == "aWdf_1"
    assert scene.conversation().handled_by == "assistant"
    assert scene.graph.asked[0].path.startswith("/v26.0/me/messages")


def test_an_echo_proves_that_a_message_left_whatever_the_network_answered(scene: Scene) -> None:
    fails(scene, 400, error(4))
    scene.say()
    scene.run()
    delivery = Delivery.objects.get()
    assert delivery.status == "queued"

    scene.echo(mid="m_left", text=scene.reply().text, metadata=f"delivery:{delivery.uid}")
    Delivery.objects.update(next_at=timezone.now())
    Conversation.objects.update(next_automatic_at=None)
    scene.run()

    assert Delivery.objects.get().status == scene.reply().status == "sent"
    assert len(scene.graph.asked) == 1
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)


def test_our_own_echo_makes_no_message(scene: Scene) -> None:
    scene.say()
    scene.run()
    uid = Delivery.objects.get().uid
    before = Message.objects.count()
    scene.echo(mid="m_out_1", app_id=998877665544332, metadata=f"delivery:{uid}")
    scene.echo(mid="m_out_1", text=ANSWER)
    scene.echo(mid="m_ailleurs", app_id=998877665544332, metadata="delivery:n-importe-quoi")

    assert Message.objects.count() == before
    assert scene.conversation().handled_by == "assistant"


RETRIES = [(4, 60, 0), (613, 60, 1), (80006, 60, 0), (1200, 5, 1), (368, 4 * 3600, 0)]
"""What holds a whole account or network counts no attempt of the message that met it."""


@pytest.mark.parametrize(("code", "seconds", "attempts"), RETRIES)
def test_a_limit_is_waited_out(scene: Scene, code: int, seconds: int, attempts: int) -> None:
    fails(scene, 400, error(code))
    scene.say()
    scene.run()

    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("queued", attempts)
    assert delivery.next_at is not None
    assert abs((delivery.next_at - timezone.now()).total_seconds() - seconds) < 5
    assert scene.reasons("delivery") == ["send_retry"]


def test_the_networks_own_waiting_time_is_kept(scene: Scene) -> None:
    usage = '{"1": [{"type": "messenger", "estimated_time_to_regain_access": 19}]}'
    fails(scene, 400, error(80006), X_Business_Use_Case_Usage=usage)
    scene.say()
    scene.run()

    next_at = Delivery.objects.get().next_at
    assert next_at is not None
    assert abs((next_at - timezone.now()).total_seconds() - 19 * 60) < 5


@pytest.mark.parametrize(("seconds", "kept"), [("90", 90), ("9" * 30, 86_400), ("\xb2", 60)])
def test_a_waiting_time_is_read_in_any_spelling(scene: Scene, seconds: str, kept: int) -> None:
    fails(scene, 429, error(4), retry_after=seconds)
    scene.say()
    scene.run()

    next_at = Delivery.objects.get().next_at
    assert next_at is not None
    assert abs((next_at - timezone.now()).total_seconds() - kept) < 5


@pytest.mark.parametrize(
    "envelope", [{"code": "x"}, {"code": [4]}, {"code": 10, "error_subcode": []}]
)
def test_an_error_in_another_form_is_a_refusal_too(scene: Scene, envelope: dict[str, Any]) -> None:
    fails(scene, 400, {"error": envelope})
    scene.say()
    scene.run()

    assert Delivery.objects.get().status == "refused"


def test_after_three_clean_refusals_it_is_a_dead_letter(scene: Scene) -> None:
    fails(scene, 400, error(613))
    scene.say()
    for _ in range(4):
        scene.run()
        Delivery.objects.filter(status="queued").update(next_at=timezone.now())

    assert Delivery.objects.get().status == scene.reply().status == "failed"
    assert len(scene.graph.asked) == 3
    assert DeadLetter.objects.get().reason == "613"
    assert Quota.objects.get().reserved == 0


def test_a_replayed_dead_letter_is_sent(scene: Scene) -> None:
    from processing.tasks import replay_dead_letter  # noqa: PLC0415

    test_after_three_clean_refusals_it_is_a_dead_letter(scene)
    fails(scene, 200, {"message_id": "m_out_2"})

    assert replay_dead_letter(DeadLetter.objects.get().pk)
    scene.run()
    assert scene.reply().status == "sent"
    assert Quota.objects.get().used == 1
    assert scene.conversation().handoff_reason == ""


@pytest.mark.parametrize("code", [190, 102])
def test_a_dead_token_marks_the_account_and_keeps_the_answer(scene: Scene, code: int) -> None:
    fails(scene, 401, error(code, 463))
    scene.say()
    scene.run()

    account = SocialAccount.objects.get()
    assert (account.status, account.status_reason) == ("needs_login", f"{code}/463")
    assert Delivery.objects.get().status == "queued"
    assert scene.conversation().handoff_reason == "account_needs_login"

    SocialAccount.objects.update(status="active")
    Delivery.objects.update(next_at=timezone.now())
    fails(scene, 200, {"message_id": "m_out_2"})
    scene.run()
    assert scene.reply().status == "sent"
    assert scene.conversation().handoff_reason == ""


def test_nothing_is_called_with_an_account_that_lost_its_login(scene: Scene) -> None:
    SocialAccount.objects.update(status="needs_login")
    message = scene.say()
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("", "account_needs_login")
    assert not scene.model.asked


def test_a_secret_of_another_row_is_a_dead_login_not_garbage(scene: Scene) -> None:
    other = SocialAccount(
        workspace=scene.workspace, provider="meta", kind="messenger", external_id="deux"
    )
    other.seal({"page_token": "EAAB-autre"})
    SocialAccount.objects.update(sealed_credentials=other.sealed_credentials)
    scene.say()
    scene.run()

    assert not scene.graph.asked
    assert SocialAccount.objects.get().status_reason == "cannot_decrypt"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"handled_by": "human"}, "human_in_charge"),
        ({"window_closes_at": timezone.now() - timedelta(days=2)}, "window_closed"),
    ],
)
def test_the_gates_are_asked_once_more_before_it_leaves(
    scene: Scene, change: dict[str, Any], reason: str
) -> None:
    message = scene.say()
    pipeline.respond(message.pk)
    Conversation.objects.update(**change)
    scene.run()

    assert not scene.graph.asked
    assert Delivery.objects.get().error_code == reason
    assert scene.conversation().handoff_reason == ("window_closed" if "window" in reason else "")
    assert scene.reply().status == "refused"
    assert Quota.objects.get().reserved == 0


def test_a_newer_message_stops_the_answer_to_the_older_one(scene: Scene) -> None:
    first = scene.say("C'est combien ?")
    pipeline.respond(first.pk)
    scene.say("Et en bleu ?")
    scene.run()

    delivery = Delivery.objects.get(message__in_reply_to=first)
    assert (delivery.status, delivery.error_code) == ("refused", "superseded")
    assert len(scene.graph.asked) <= 1


def test_a_worker_that_vanished_in_mid_send_leaves_it_unconfirmed(scene: Scene) -> None:
    message = scene.say()
    pipeline.respond(message.pk)
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.update(status="sending", next_at=past, attempts=1)
    pipeline.sweep()
    scene.run()

    assert Delivery.objects.get().status == scene.reply().status == "unconfirmed"
    assert not scene.graph.asked
    assert scene.reasons("delivery") == ["send_unconfirmed"]


def test_delivered_and_read_only_move_forward(scene: Scene) -> None:
    scene.say()
    scene.run()
    later = round(timezone.now().timestamp() * 1000) + 60_000
    scene.post(scene.envelope(scene.item(read={"watermark": later})))
    scene.post(scene.envelope(scene.item(delivery={"mids": ["m_out_1"], "watermark": later})))
    scene.take_in()

    assert scene.reply().status == "read"
    assert scene.reasons("status") == ["read"]


def test_no_secret_and_no_text_is_logged(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    fails(scene, 401, error(190, 463))
    scene.say("mon secret est ROUGE-GORGE")
    scene.run()

    assert "ROUGE-GORGE" not in caplog.text
    assert "EAAB-page-invente" not in caplog.text
    assert "cle-de-test" not in caplog.text
