"""Comments: threads of their own, answered under the comment or in private."""

from typing import Any

import pytest
from django.utils import timezone

from processing import pipeline
from processing.actions import reply_by_hand
from processing.models import Contact, Conversation, Delivery, Message
from social import forgotten
from tests.factories import make_account, make_contact
from tests.processing.conftest import NOTICE, PERSON, Scene, model_says
from tests.processing.polled import stored_page

POST = "555"


def change(scene: Scene, **value: Any) -> None:
    now = round(timezone.now().timestamp())
    whole = {
        "item": "comment",
        "verb": "add",
        "post_id": f"{scene.account.external_id}_{POST}",
        "created_time": now,
        **value,
    }
    entry = {
        "id": scene.account.external_id,
        "time": now,
        "changes": [{"field": "feed", "value": whole}],
    }
    scene.post({"object": "page", "entry": [entry]})
    scene.take_in()


def comment(scene: Scene, text: str = "C'est combien ?", **value: Any) -> Message:
    values = {
        "comment_id": f"{POST}_1",
        "message": text,
        "from": {"id": PERSON, "name": "Zoé Martin"},
        **value,
    }
    change(scene, **values)
    return Message.objects.get(external_id=values["comment_id"])


@pytest.fixture
def network(scene: Scene) -> Scene:
    scene.graph.answers.clear()
    scene.graph.answer(200, {"id": f"{POST}_2"})
    return scene


def test_a_comment_opens_a_thread_of_its_own(scene: Scene) -> None:
    scene.say("Bonjour")
    comment(scene)

    kinds = Conversation.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["direct", "comment"]
    assert Contact.objects.get().name == "Zoé Martin"


def test_comments_under_two_posts_are_two_threads(scene: Scene) -> None:
    comment(scene)
    comment(scene, comment_id="666_1", post_id=f"{scene.account.external_id}_666")

    assert Conversation.objects.filter(kind="comment").count() == 2


def test_an_answer_stands_under_the_comment(network: Scene) -> None:
    comment(network)
    network.run()

    asked = network.graph.asked[0]
    assert asked.path.startswith(f"/v26.0/{POST}_1/comments")
    assert "Oui, elle coûte 49 €." in str(asked.body)
    assert (network.reply().status, network.reply().external_id) == ("sent", f"{POST}_2")


def test_the_model_is_told_that_everybody_reads_it(network: Scene) -> None:
    comment(network)
    network.run()

    assert "sous un commentaire" in str(network.model.asked[0].body)


def test_a_direct_message_is_not_told_so(scene: Scene) -> None:
    scene.say()
    scene.run()

    assert "sous un commentaire" not in str(scene.model.asked[0].body)


def test_a_scenario_may_answer_comments_in_private(scene: Scene) -> None:
    scene.workspace.scenarios.update(comment_answer="private")
    scene.graph.answers.clear()
    scene.graph.answer(200, {"recipient_id": "7099999999999999", "message_id": "m_prive"})
    comment(scene)
    scene.run()

    assert scene.graph.asked[0].body["recipient"] == {"comment_id": f"{POST}_1"}
    commenter = Conversation.objects.get().contact
    assert commenter.direct is not None
    assert (commenter.direct.external_id, commenter.direct.name) == (
        "7099999999999999",
        "Zoé Martin",
    )
    assert (scene.reply().private, scene.reply().status) == (True, "sent")


@pytest.mark.parametrize("said_as", ["erased", "on_another_account", "here"])
def test_whom_a_private_answer_reaches_keeps_their_wish_for_silence(
    scene: Scene, said_as: str
) -> None:
    """Nobody knows who a commenter is in direct messages before the answer left."""
    reached = "7099999999999999"
    if said_as == "erased":
        forgotten.remember_opt_out(scene.account, reached)
    else:
        other = make_account(scene.workspace, kind="instagram")
        account = scene.account if said_as == "here" else other
        make_contact(account, external_id=reached, opted_out_at=timezone.now())
    scene.workspace.scenarios.update(comment_answer="private")
    scene.graph.answers.clear()
    scene.graph.answer(200, {"recipient_id": reached, "message_id": "m_prive"})
    comment(scene)
    scene.run()

    direct = Contact.objects.get(social_account=scene.account, external_id=reached)
    assert direct.opted_out_at is not None
    assert scene.conversation().contact.opted_out_at == direct.opted_out_at


def test_a_comment_older_than_seven_days_is_left_to_a_human(scene: Scene) -> None:
    scene.workspace.scenarios.update(comment_answer="private")
    eight_days_ago = round(timezone.now().timestamp()) - 8 * 86_400
    message = comment(scene, created_time=eight_days_ago)
    scene.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("handoff", "window_closed")


def test_a_public_answer_has_no_window(network: Scene) -> None:
    eight_days_ago = round(timezone.now().timestamp()) - 8 * 86_400
    message = comment(network, created_time=eight_days_ago)
    network.run()

    message.refresh_from_db()
    assert message.outcome == "reply"


def test_the_accounts_own_comment_is_no_question(network: Scene) -> None:
    own = {"id": network.account.external_id, "name": "Boutique"}
    change(network, comment_id=f"{POST}_9", message="Merci à tous !", **{"from": own})

    assert not Message.objects.exists()


def test_the_owner_who_answers_a_comment_takes_it_over(network: Scene) -> None:
    message = comment(network)
    own = {"id": network.account.external_id, "name": "Boutique"}
    change(
        network,
        comment_id=f"{POST}_9",
        parent_id=message.external_id,
        message="49 €, bonne journée !",
        **{"from": own},
    )
    network.run()

    thread = Conversation.objects.get()
    assert thread.handled_by == "human"
    assert network.graph.asked == network.model.asked == []


def test_our_own_answer_comes_back_as_an_echo(network: Scene) -> None:
    message = comment(network)
    network.run()
    own = {"id": network.account.external_id, "name": "Boutique"}
    change(
        network,
        comment_id=f"{POST}_2",
        parent_id=message.external_id,
        message=network.reply().text,
        **{"from": own},
    )

    assert Message.objects.count() == 2
    assert Conversation.objects.get().handled_by == "assistant"


def test_a_lost_answer_is_known_by_its_echo(network: Scene) -> None:
    network.graph.answers.clear()
    network.graph.answer(500, {"error": {"code": 2, "message": "x"}})
    message = comment(network)
    network.run()
    assert network.reply().status == "unconfirmed"
    own = {"id": network.account.external_id, "name": "Boutique"}
    change(
        network,
        comment_id=f"{POST}_7",
        parent_id=message.external_id,
        message=network.reply().text,
        **{"from": own},
    )

    assert (network.reply().status, network.reply().external_id) == ("sent", f"{POST}_7")


def test_whoever_the_network_hides_has_a_thread_without_a_name(network: Scene) -> None:
    network.graph.answer(200, {"id": f"{POST}_5"})
    change(network, comment_id=f"{POST}_1", message="C'est combien ?")
    change(network, comment_id=f"{POST}_3", message="Et la livraison ?")
    network.run()

    assert Contact.objects.count() == Conversation.objects.count() == 2
    assert Message.objects.filter(author="assistant", status="sent").count() == 2


@pytest.mark.parametrize(("verb", "reason"), [("remove", "taken_back"), ("hide", "comment_hidden")])
def test_a_comment_that_is_gone_or_hidden_gets_no_answer(
    network: Scene, verb: str, reason: str
) -> None:
    message = comment(network)
    change(network, comment_id=message.external_id, verb=verb)
    network.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("silent", reason)
    assert network.graph.asked == []


def test_a_handoff_is_not_announced_under_a_comment(network: Scene) -> None:
    network.workspace.handoff_text = "Je passe la main."
    network.workspace.save()
    network.model.answers.clear()
    network.model.answer(200, model_says(action="handoff", text=""))
    comment(network, "Je veux parler à quelqu'un")
    network.run()

    assert network.graph.asked == []
    assert Conversation.objects.get().handled_by == "human"


def test_a_wish_for_silence_is_not_confirmed_under_a_comment(network: Scene) -> None:
    comment(network, "STOP")
    network.run()

    assert Contact.objects.get().opted_out_at is not None
    assert network.graph.asked == []


def test_a_member_answers_the_newest_comment_by_hand(network: Scene) -> None:
    comment(network)
    comment(network, "Et la livraison ?", comment_id=f"{POST}_4")
    reply_by_hand(Conversation.objects.get(), "6,90 €", by=str(network.workspace.uid))
    for delivery in Delivery.objects.filter(status="queued"):
        pipeline.send(delivery.pk)

    assert network.graph.asked[0].path.startswith(f"/v26.0/{POST}_4/comments")
    assert "6,90" in str(network.graph.asked[0].body)


def test_an_account_without_the_scope_leaves_comments_to_a_human(network: Scene) -> None:
    network.account.lacks = {"comments": "scope"}
    network.account.save()
    message = comment(network)
    network.run()

    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("handoff", "account_lacks")
    assert NOTICE not in str(network.graph.asked)


def test_a_hidden_comment_is_answered_once_it_is_shown_again(network: Scene) -> None:
    message = comment(network)
    change(network, comment_id=message.external_id, verb="hide")
    network.run()
    change(network, comment_id=message.external_id, verb="unhide", created_time=2)
    network.run()

    message.refresh_from_db()
    assert (message.outcome, message.hidden_at) == ("reply", None)
    assert network.reply().status == "sent"


def test_a_comment_that_the_owner_let_through_the_review_is_judged_anew(scene: Scene) -> None:
    account = make_account(scene.workspace, provider="youtube", kind="youtube")

    def thread(**status: str) -> dict[str, Any]:
        snippet = {
            "channelId": account.external_id,
            "videoId": "v1",
            "textOriginal": "Combien ?",
            "authorDisplayName": "@zoe",
            "authorChannelId": {"value": "UCzoe"},
            "publishedAt": "2026-11-16T11:00:00Z",
            **status,
        }
        top = {"kind": "youtube#comment", "id": "c1", "snippet": snippet}
        place = {"channelId": account.external_id, "videoId": "v1", "topLevelComment": top}
        return {"kind": "youtube#commentThread", "id": "c1", "snippet": place}

    for status in ({"moderationStatus": "heldForReview"}, {}):
        pipeline.receive(stored_page(account, thread(**status), stream="comments").pk)

    assert Message.objects.get().hidden_at is None
