"""What the network repeats of ours: it says that a message left, whatever we took it for."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Quota
from processing import proofs
from processing.models import Contact, Conversation, DeadLetter, Delivery, FollowUp, Message
from processing.tasks import replay_dead_letter
from social.contracts import Echo, StatusUpdate
from social.models import SocialAccount
from tests.factories import make_contact, make_conversation, make_message, make_reply
from tests.processing.conftest import PERSON, Scene
from tests.processing.following import make_sequence
from tests.processing.looking import MISSING, Thread, look, lost

pytestmark = pytest.mark.django_db
LATE = [("messenger", True, 0), ("instagram", False, 0), ("instagram", False, -60)]


@pytest.mark.parametrize(("kind", "marked", "seconds"), LATE)
def test_an_echo_after_the_proof_of_absence_says_that_it_left_and_nothing_is_sent_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, kind: str, marked: bool, seconds: int
) -> None:
    make_sequence(scene)
    SocialAccount.objects.update(kind=kind)
    scene.account.refresh_from_db()
    thread = Thread(monkeypatch, MISSING)
    delivery = look(look(lost(scene, thread)))
    assert (delivery.status, Quota.objects.get().used) == ("failed", 0)
    letter = DeadLetter.objects.get()

    mark = {"metadata": f"delivery:{delivery.uid}"} if marked else {}
    echoed(scene, seconds, mid="m_late", text=scene.reply().text, **mark)
    assert not replay_dead_letter(letter.pk)
    Conversation.objects.update(next_automatic_at=None)
    scene.run()

    delivery.refresh_from_db()
    reply = scene.reply()
    assert (delivery.status, delivery.error_code) == ("sent", "")
    assert (reply.status, reply.external_id, reply.reason) == ("sent", "m_late", "")
    assert len(thread.network.asked) == 1
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)
    conversation = scene.conversation()
    assert (conversation.handled_by, conversation.handoff_reason) == ("assistant", "")
    assert conversation.notice_sent_at is not None
    assert FollowUp.objects.filter(status="pending").exists()


def echoed(scene: Scene, seconds: int, **message: Any) -> None:
    """Let the network repeat words that were written so many seconds from now."""
    turned = {"sender": {"id": scene.account.external_id}, "recipient": {"id": PERSON}}
    at = round((timezone.now() + timedelta(seconds=seconds)).timestamp() * 1000)
    whole = scene.item(message={"is_echo": True, **message}, **turned, timestamp=at)
    scene.post(scene.envelope(whole))
    scene.take_in()


def test_the_same_words_written_by_a_human_because_ours_were_missing_are_theirs(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    SocialAccount.objects.update(kind="instagram")
    scene.account.refresh_from_db()
    delivery = look(look(lost(scene, Thread(monkeypatch, MISSING))))
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Delivery.objects.filter(pk=delivery.pk).update(begun_at=an_hour_ago)
    scene.echo(mid="m_by_hand", text=scene.reply().text)

    delivery.refresh_from_db()
    assert (delivery.status, scene.conversation().handled_by) == ("failed", "human")
    assert DeadLetter.objects.filter(replayed_at=None).exists()


def test_an_echo_of_what_was_replayed_and_waits_is_counted_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(monkeypatch, MISSING)
    delivery = look(look(lost(scene, thread)))
    assert replay_dead_letter(DeadLetter.objects.get().pk)
    scene.echo(mid="m_late", text=scene.reply().text, metadata=f"delivery:{delivery.uid}")
    Conversation.objects.update(next_automatic_at=None)
    scene.run()

    assert (scene.reply().status, len(thread.network.asked)) == ("sent", 1)
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (1, 0)


def test_an_echo_of_an_answer_that_another_took_the_place_of_keeps_both(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = look(look(lost(scene, Thread(monkeypatch, MISSING))))
    first = delivery.message
    assert first.in_reply_to is not None
    second = make_reply(first.in_reply_to, "Oui, 49 €.")
    scene.echo(mid="m_late", text=first.text, metadata=f"delivery:{delivery.uid}")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("sent", "sent")
    assert (first.in_reply_to_id, second.in_reply_to_id is None) == (None, False)


# --- whose echo it is ------------------------------------------------------------------------


def lost_answer(asked: Message, text: str, **fields: Any) -> Delivery:
    """An answer of whose outcome nobody knows."""
    reply = make_reply(
        asked,
        text,
        status="unconfirmed",
        external_id="",
        post_external_id=asked.post_external_id,
        parent_external_id=asked.external_id if asked.post_external_id else "",
        **fields,
    )
    return Delivery.objects.create(
        workspace=asked.workspace, message=reply, status="unconfirmed", begun_at=timezone.now()
    )


def lost_under(
    account: SocialAccount, comment: str, *, above: str = "", handle: str = "", **fields: Any
) -> Delivery:
    """An answer of whose outcome nobody knows, under a comment of post p1."""
    contact = make_contact(account, handle=handle)
    thread = make_conversation(
        account.workspace, account=account, contact=contact, kind="comment", external_id="p1"
    )
    asked = make_message(
        thread, external_id=comment, post_external_id="p1", parent_external_id=above
    )
    delivery = lost_answer(asked, "Merci !", **fields)
    Delivery.objects.filter(pk=delivery.pk).update(handle=handle)
    # Since then, the person calls themselves something else.
    Contact.objects.filter(pk=contact.pk).update(handle="somebody.else")
    return delivery


def hear(account: SocialAccount, text: str, **values: Any) -> None:
    """Let the network repeat words of the account, without our mark."""
    named: dict[str, Any] = {
        "account_kind": account.kind,
        "account_external_id": account.external_id,
        "contact_external_id": "",
        "external_id": "echoed",
        "sent_at": timezone.now(),
    }
    proofs.confirm_by_echo(account, Echo(text=text, **named | values), now=timezone.now())


def statuses(*deliveries: Delivery) -> list[str]:
    return [Delivery.objects.get(pk=one.pk).status for one in deliveries]


UNDER = [
    ("the comment itself", {"parent": "c2", "text": "Merci !"}, "sent"),
    ("the first of its thread", {"parent": "c1", "text": "@leo_b Merci !"}, "sent"),
    ("for somebody else there", {"parent": "c1", "text": "@zoe.m Merci !"}, "unconfirmed"),
    ("another comment", {"parent": "c9", "text": "Merci !"}, "unconfirmed"),
    ("no comment at all", {"parent": "", "text": "Merci !"}, "unconfirmed"),
    ("another post", {"parent": "c2", "text": "Merci !", "post": "p9"}, "unconfirmed"),
]


@pytest.mark.parametrize(("_name", "heard", "status"), UNDER, ids=[one[0] for one in UNDER])
def test_the_echo_of_a_comment_is_of_the_answer_that_stands_where_it_does(
    scene: Scene, _name: str, heard: dict[str, str], status: str
) -> None:
    elsewhere = lost_under(scene.account, "c3")
    answer = lost_under(scene.account, "c2", above="c1", handle="leo_b")
    post, parent = heard.get("post", "p1"), heard["parent"]
    place = {"post_external_id": post, "parent_external_id": parent}
    hear(scene.account, heard["text"], kind="comment", **place)

    assert statuses(elsewhere, answer) == ["unconfirmed", status]


def test_the_echo_of_a_direct_message_is_of_no_answer_to_somebody_else(scene: Scene) -> None:
    private = lost_under(scene.account, "c1", private=True)
    direct = make_conversation(scene.workspace, account=scene.account)
    hear(scene.account, "Merci !", contact_external_id=direct.contact.external_id)
    assert statuses(private) == ["unconfirmed"]

    mine = lost_answer(make_message(direct), "Merci !")
    hear(scene.account, "Merci !", contact_external_id=direct.contact.external_id)
    assert statuses(private, mine) == ["unconfirmed", "sent"]


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "new"])
def test_a_private_answer_may_reach_the_commenter_under_another_id(
    scene: Scene, linked: bool
) -> None:
    private = lost_under(scene.account, "c1", private=True)
    if linked:
        direct = make_conversation(
            scene.workspace, account=scene.account, contact=make_contact(scene.account)
        ).contact
        Contact.objects.filter(conversations__messages=private.message).update(direct=direct)
    person = direct.external_id if linked else "somebody-new"
    hear(scene.account, "Merci !", contact_external_id=person)

    assert statuses(private) == ["sent"]


def test_the_echo_of_a_direct_message_is_of_no_public_answer(scene: Scene) -> None:
    public = lost_under(scene.account, "c1")
    hear(
        scene.account,
        "Merci !",
        contact_external_id=public.message.conversation.contact.external_id,
    )
    assert statuses(public) == ["unconfirmed"]


READERS = [(False, False, "sent"), (True, False, "read"), (True, True, "read")]


@pytest.mark.parametrize(("private", "linked", "status"), READERS)
def test_reading_direct_messages_reads_no_public_answer(
    scene: Scene, private: bool, linked: bool, status: str
) -> None:
    """A commenter may have the same id in comments and in messages, or another one."""
    message = lost_under(scene.account, "c1", private=private).message
    Message.objects.filter(pk=message.pk).update(status="sent", external_id="c9")
    reader = message.conversation.contact
    if linked:
        reader = make_contact(scene.account)
        Contact.objects.filter(conversations__messages=message).update(direct=reader)
    where = (scene.account.kind, scene.account.external_id, reader.external_id)
    proofs.apply_status(
        scene.account, StatusUpdate(*where, status="read", watermark=timezone.now())
    )
    message.refresh_from_db()
    assert message.status == status
