"""An erased contact: gone from every table, body, file and tool, and never brought back."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry
from billing.models import Quota
from integrations.models import Integration, Removal, SyncRun
from processing import deadletters, figures, outbox, pipeline
from processing.ai import engine
from processing.models import Contact, Conversation, DailyFigure, DeadLetter, Delivery, Message
from processing.privacy import exporting, tasks
from processing.privacy.models import Erasure, Export
from social import events, forgotten
from social.models import SocialAccount, WebhookEvent
from tests.callers import caller
from tests.factories import make_contact, make_event, make_member, make_workspace
from tests.privacy.canaries import everything, mark
from tests.processing.conftest import PERSON, Scene


def erase(owner: Client, contact: Contact) -> Any:
    """Ask, then do what the workers would."""
    answer = owner.delete(f"/contacts/{contact.uid}")
    for erasure in Erasure.objects.filter(next_at__isnull=False):
        tasks.erase(erasure.pk)
    return answer


def spread(scene: Scene, contact: Contact) -> set[str]:
    """Bring marks of the person everywhere: tables, bodies, dead letters, history, files."""
    message = Message.objects.filter(conversation__contact=contact).earliest("pk")
    reason = "Zqreason"
    deadletters.bury("respond", message.pk, workspace=scene.workspace, reason=reason, attempts=1)
    LogEntry.objects.create(
        user=make_member(scene.workspace),
        content_type=ContentType.objects.get_for_model(Contact),
        object_id=str(contact.pk),
        object_repr="Zqhistory",
        action_flag=2,
    )
    waiting = scene.item(message={"mid": "Zqmid", "text": "Zqwaiting"})
    scene.post(scene.envelope(waiting))
    export = exporting.ask(scene.workspace, by=audit.SYSTEM, language="fr")
    marks = mark(contact) | {reason, "Zqhistory", "Zqmid", "Zqwaiting"}
    tasks.export(export.pk)
    return marks


def test_no_mark_of_them_is_left_anywhere(
    notion: Scene, contact: Contact, owner: Client, files: Path
) -> None:
    marks = spread(notion, contact)
    # The stored calls name them by their real id.
    Contact.objects.filter(pk=contact.pk).update(external_id=PERSON)
    before = everything(files)
    assert [word for word in marks if word not in before] == []
    assert PERSON in before

    assert erase(owner, contact).status_code == 202
    pipeline.remove(Removal.objects.get().pk)
    after = everything(files)
    assert [word for word in [*marks, PERSON] if word in after] == []


def test_what_others_said_in_the_same_call_stays(
    scene: Scene, contact: Contact, owner: Client
) -> None:
    other = {"sender": {"id": "555"}, "message": {"mid": "m_o", "text": "autre"}}
    hers = scene.item(message={"mid": "m_h", "text": "la sienne"})
    scene.post(scene.envelope(hers, scene.item(**other)))
    erase(owner, contact)
    scene.take_in()
    assert list(Contact.objects.values_list("external_id", flat=True)) == ["555"]
    assert "la sienne" not in everything(exporting.folder())


def test_it_answers_how_far_it_is_and_twice_is_once(
    notion: Scene, contact: Contact, owner: Client
) -> None:
    first, second = erase(owner, contact), erase(owner, contact)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["status"] == "erased"
    assert second.json()["status"] == "done"
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["tools"][0]["tool"] == "notion"
    assert AuditEntry.objects.filter(action="contact.erased").count() == 1
    assert owner.get("/erasures").json()["results"] == [second.json()]


def test_a_member_may_not(scene: Scene, contact: Contact) -> None:
    answer = erase(caller(make_member(scene.workspace, "member")), contact)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_too_small")
    assert Contact.objects.exists()


def test_a_stranger_gets_404(scene: Scene, contact: Contact) -> None:
    stranger = caller(make_member(make_workspace("Ailleurs")))
    assert erase(stranger, contact).status_code == 404
    assert Contact.objects.exists()


def test_an_old_call_brings_nothing_back(scene: Scene, contact: Contact, owner: Client) -> None:
    item = scene.item(message={"mid": "m_old", "text": "Bonjour"})
    body = scene.envelope(item)
    scene.post(body)
    scene.run()
    erase(owner, contact)
    scene.post(body)
    # The same message in another call: only its own id tells that it is known.
    scene.post(scene.envelope(item))
    scene.run()
    assert not Contact.objects.exists()
    assert "duplicate" in WebhookEvent.objects.latest("pk").reasons


def test_a_call_that_a_worker_holds_brings_nothing_back(
    scene: Scene, contact: Contact, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.post(scene.envelope(scene.item(message={"mid": "m_held", "text": "Zqheld"})))
    claim = events.claim

    def then_erased(*arguments: Any, **named: Any) -> WebhookEvent | None:
        claimed = claim(*arguments, **named)
        erase(owner, contact)
        return claimed

    monkeypatch.setattr(events, "claim", then_erased)
    scene.take_in()
    assert not Contact.objects.exists()
    assert "Zqheld" not in everything(exporting.folder())


def test_a_worker_that_looked_before_the_erasure_looks_again(
    scene: Scene, contact: Contact, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = scene.item(message={"mid": "m_seen", "text": "Bonjour"})
    scene.post(scene.envelope(item))
    scene.take_in()
    erase(owner, contact)
    knows, looked = forgotten.knows_message, list[str]()

    def before_and_after(account: SocialAccount, external_id: str) -> bool:
        looked.append(external_id)
        return len(looked) > 1 and knows(account, external_id)

    monkeypatch.setattr(forgotten, "knows_message", before_and_after)
    scene.post(scene.envelope(item))
    scene.take_in()
    assert not Contact.objects.exists()
    assert WebhookEvent.objects.latest("pk").status == "received"


def test_the_late_echo_of_a_lost_answer_brings_nobody_back(scene: Scene, owner: Client) -> None:
    SocialAccount.objects.update(kind="instagram")
    scene.account.refresh_from_db()
    scene.graph.answers.clear()
    scene.graph.answer(500, {})
    scene.say("C'est combien ?")
    scene.run()
    assert scene.reply().status == "unconfirmed"
    text = scene.reply().text
    erase(owner, Contact.objects.get())
    scene.echo(text=text)
    assert not Contact.objects.exists()


def test_calls_that_wait_are_cleaned_at_once(scene: Scene, contact: Contact, owner: Client) -> None:
    scene.post(scene.envelope(scene.item(message={"mid": "m_wait", "text": "Encore"})))
    owner.delete(f"/contacts/{contact.uid}")
    scene.take_in()
    assert not Contact.objects.exists()


def test_who_had_opted_out_still_has(scene: Scene, contact: Contact, owner: Client) -> None:
    scene.say("Stop")
    erase(owner, contact)
    assert not Contact.objects.exists()
    scene.say("Bonjour, c'est encore moi, combien la lampe ?")
    scene.run()
    assert Contact.objects.get().opted_out_at is not None
    assert not Message.objects.filter(author="assistant").exists()


def test_who_had_not_opted_out_is_answered_when_they_come_back(
    scene: Scene, contact: Contact, owner: Client
) -> None:
    erase(owner, contact)
    scene.say("Bonjour, combien la lampe ?")
    scene.run()
    assert Contact.objects.get().opted_out_at is None
    assert scene.reply().status == "sent"


def test_a_reply_that_a_worker_took_before_the_erasure_is_not_sent(
    scene: Scene, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = scene.say("C'est combien ?")
    pipeline.respond(message.pk)
    claim = outbox.claim

    def then_erased(*arguments: Any, **named: Any) -> Delivery | None:
        claimed = claim(*arguments, **named)
        erase(owner, Contact.objects.get())
        return claimed

    monkeypatch.setattr(outbox, "claim", then_erased)
    pipeline.send(Delivery.objects.get().pk)
    assert scene.graph.asked == []
    assert not Contact.objects.exists()
    assert Quota.objects.get().reserved == 0


def test_a_model_call_under_way_writes_nothing(
    scene: Scene, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = engine.generate_reply

    def then_erased(brief: Any) -> Any:
        erase(owner, Contact.objects.get())
        return draft(brief)

    monkeypatch.setattr(engine, "generate_reply", then_erased)
    pipeline.respond(scene.say("C'est combien ?").pk)
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()
    assert Quota.objects.get().reserved == 0


def test_while_a_message_is_on_the_wire_the_rest_is_stopped(
    scene: Scene, contact: Contact, owner: Client
) -> None:
    Delivery.objects.update(status="sending", next_at=timezone.now())
    waiting = scene.say("Et en bleu ?")
    answer = erase(owner, contact)
    assert answer.json()["status"] == "queued"
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.reason) == ("silent", "erased")

    pipeline.sweep()
    Erasure.objects.update(next_at=timezone.now())
    tasks.sweep()
    erase(owner, contact)
    assert Erasure.objects.get().status == "done"
    assert not Contact.objects.exists()


def test_a_push_on_the_wire_is_waited_for(notion: Scene, contact: Contact, owner: Client) -> None:
    SyncRun.objects.update(status="running", next_at=timezone.now())
    assert erase(owner, contact).json()["status"] == "queued"
    SyncRun.objects.update(status="done", next_at=None)
    Erasure.objects.update(next_at=timezone.now())
    erase(owner, contact)
    assert Erasure.objects.get().status == "done"


def test_their_page_goes_to_notions_trash(notion: Scene, contact: Contact, owner: Client) -> None:
    erase(owner, contact)
    notion.notion.asked.clear()
    nothing = {"object": "list", "results": [], "has_more": False}
    notion.notion.always["POST /v1/data_sources/ds-1/query"] = nothing
    pipeline.remove(Removal.objects.get().pk)
    look, trash = notion.notion.asked
    assert (look.method, look.path) == ("GET", "/v1/pages/page-1")
    assert (trash.method, trash.path, trash.body) == (
        "PATCH",
        "/v1/pages/page-1",
        {"in_trash": True},
    )
    assert Removal.objects.get().status == "done"


def test_a_tool_that_is_away_is_tried_again_and_shown(
    notion: Scene, contact: Contact, owner: Client
) -> None:
    erase(owner, contact)
    notion.notion.answers.clear()
    notion.notion.answer(503, {})
    removal = Removal.objects.get()
    pipeline.remove(removal.pk)
    [shown] = owner.get("/erasures").json()["results"][0]["tools"]
    assert shown["status"] == "queued"
    assert shown["error_code"]
    removal.refresh_from_db()
    assert removal.next_at is not None
    assert 25 < (removal.next_at - timezone.now()).total_seconds() < 35


def test_a_tool_that_stays_away_ends_as_a_dead_letter_that_can_be_replayed(
    notion: Scene, contact: Contact, owner: Client
) -> None:
    erase(owner, contact)
    notion.notion.answers.clear()
    notion.notion.answer(503, {})
    removal = Removal.objects.get()
    for _ in range(20):
        Removal.objects.update(next_at=timezone.now())
        pipeline.remove(removal.pk)
    letter = DeadLetter.objects.get()
    assert letter.kind == "remove"
    assert deadletters.exhume(letter.pk, now=timezone.now()) == ("remove", removal.pk)
    assert Removal.objects.get().status == "queued"


def test_a_page_that_is_gone_already_is_as_good_as_removed(
    notion: Scene, contact: Contact, owner: Client
) -> None:
    erase(owner, contact)
    notion.notion.answers.clear()
    notion.notion.answer(404, {"object": "error", "status": 404, "code": "object_not_found"})
    pipeline.remove(Removal.objects.get().pk)
    assert Removal.objects.get().status == "done"


def test_a_person_who_was_never_pushed_leaves_nothing_to_remove(
    scene: Scene, contact: Contact, owner: Client
) -> None:
    Integration.objects.all().delete()
    assert erase(owner, contact).json()["tools"] == []
    assert not Removal.objects.exists()


def test_copies_made_before_are_deleted(
    scene: Scene, contact: Contact, owner: Client, files: Path
) -> None:
    tasks.export(exporting.ask(scene.workspace, by=audit.SYSTEM, language="fr").pk)
    assert list(files.glob("*.zip"))
    erase(owner, contact)
    assert list(files.glob("*.zip")) == []
    assert Export.objects.get().status == "gone"


def test_figures_keep_what_an_erased_person_counted_for(
    scene: Scene, contact: Contact, owner: Client
) -> None:
    thread = contact.conversations.get()
    figures.digest()
    before = DailyFigure.objects.filter(name="received::received").aggregate(n=Sum("count"))["n"]
    make_event(thread, kind="received", reason="received")
    erase(owner, contact)
    figures.digest()

    counted = DailyFigure.objects.filter(name="received::received").aggregate(n=Sum("count"))["n"]
    assert counted == (before or 0) + 1


@pytest.mark.parametrize("asked", ["commenter", "direct", "other comments"])
def test_who_is_known_from_comments_and_from_direct_messages_is_erased_as_both(
    scene: Scene, owner: Client, asked: str
) -> None:
    direct = make_contact(scene.account, name="Zoé Martin", external_id="psid-zoe")
    commenter, also = (make_contact(scene.account, "Zoé Martin", direct=direct) for _ in range(2))
    make_contact(scene.account, name="Léo Petit")
    contact = {"commenter": commenter, "direct": direct, "other comments": also}[asked]
    erase(owner, contact)

    assert list(Contact.objects.values_list("name", flat=True)) == ["Léo Petit"]
    assert set(Erasure.objects.values_list("status", flat=True)) == {"done"}
