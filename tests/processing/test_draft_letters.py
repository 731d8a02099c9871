"""The letter about a draft and its link: what it says, what it opens, when it is over."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.signing import TimestampSigner
from django.test import Client
from django.utils import timezone

from accounts.models import Letter, Membership, User
from accounts.tasks import post_letter
from processing import approving, letters, links
from processing.models import Contact, Conversation, Message, Scenario
from tests.factories import make_conversation, make_member, make_message, make_reply
from tests.processing.conftest import Scene, model_says

LINK = re.compile(r"http://127\.0\.0\.1:8000(/approve/\S+)")
NAME = "Léa Martin"
TEXT = "Oui, elle coûte 49 €."


@pytest.fixture
def member(scene: Scene) -> User:
    Scenario.objects.update(autonomy="draft")
    return make_member(scene.workspace, "member", language="en")


@pytest.fixture
def held(scene: Scene, member: User) -> Scene:
    scene.say()
    Contact.objects.update(name=NAME)
    scene.run()
    Conversation.objects.update(notice_sent_at=timezone.now())
    return scene


def draft() -> Message:
    return Message.objects.get(author="assistant")


def posted() -> list[Any]:
    for letter in Letter.objects.filter(kind="draft_waiting", next_at__isnull=False):
        post_letter(letter.pk)
    return mail.outbox


def link(member: User) -> str:
    found = LINK.search(posted()[0].body)
    assert found
    return found[1]


def visitor(language: str = "en") -> Client:
    return Client(headers={"accept": "text/html", "accept-language": language})


def test_the_letter_names_the_contact_and_the_number_and_no_word_of_the_talk(held: Scene) -> None:
    [letter] = posted()
    whole = letter.subject + letter.body + str(letter.alternatives)

    assert NAME in letter.subject
    assert "1 draft waits" in letter.body
    assert TEXT not in whole
    assert "combien" not in whole


def test_its_row_holds_ids_alone(held: Scene) -> None:
    row = Letter.objects.get(kind="draft_waiting")
    assert row.data == {
        "conversation": str(held.conversation().uid),
        "workspace": str(held.workspace.uid),
    }
    assert row.subject_uid == draft().uid


def test_at_most_one_letter_per_conversation_and_hour(held: Scene) -> None:
    held.say("Et en bleu ?")
    held.run()
    assert Letter.objects.filter(kind="draft_waiting").count() == 1
    Letter.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    held.say("Et en vert ?")
    held.run()
    assert Letter.objects.filter(kind="draft_waiting").count() == 2


def another_draft(scene: Scene) -> Message:
    question = make_message(make_conversation(scene.workspace, account=scene.account))
    other = make_reply(question, status="held")
    letters.tell_of_draft(other)
    return other


def test_a_burst_of_drafts_is_one_letter_now_and_one_after_ten_minutes(held: Scene) -> None:
    assert len(posted()) == 1
    drafts = [another_draft(held) for _ in range(3)]
    second = Letter.objects.exclude(next_at=None).get()
    assert second.next_at
    assert timedelta(minutes=9) < second.next_at - timezone.now() <= timedelta(minutes=10)
    assert len(posted()) == 1

    # The one it was written about is decided, the others still wait.
    Message.objects.filter(pk=drafts[0].pk).update(status="refused")
    Letter.objects.filter(pk=second.pk).update(next_at=timezone.now())
    assert "3 drafts wait" in posted()[1].body


def test_another_workspaces_letter_is_none_of_ours(held: Scene, member: User) -> None:
    Letter.objects.update(data={"conversation": "x", "workspace": "y"})
    another_draft(held)
    assert not Letter.objects.filter(next_at__gt=timezone.now()).exists()


def test_the_letter_says_how_to_switch_such_letters_off(held: Scene) -> None:
    [letter] = posted()
    assert "/settings/notifications?workspace=" in letter.body
    assert "/letters/stop/" in str(letter.alternatives)


@pytest.mark.parametrize(
    "change", [{"told_by_mail": False}, {"is_active": False}, {"email_verified_at": None}]
)
def test_who_wants_none_gets_none(scene: Scene, member: User, change: dict[str, Any]) -> None:
    model = Membership if "told_by_mail" in change else User
    model.objects.update(**change)
    scene.say()
    scene.run()
    assert not Letter.objects.filter(kind="draft_waiting").exists()


def test_a_draft_decided_meanwhile_is_no_longer_told(held: Scene) -> None:
    Message.objects.filter(author="assistant").update(status="refused")
    assert posted() == []
    assert Letter.objects.get(kind="draft_waiting").status == "dropped"


def test_the_link_shows_the_draft_and_sends_nothing(held: Scene, member: User) -> None:
    """A mail scanner follows it as often as it likes, by GET and HEAD."""
    address = link(member)
    for _ in range(3):
        page = visitor().get(address)
        visitor().head(address)

    assert page.status_code == 200
    assert TEXT in page.content.decode()
    assert "C&#x27;est combien ?" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    held.run()
    assert held.graph.asked == []
    assert draft().status == "held"


def test_one_post_approves_for_the_member_without_signing_in(held: Scene, member: User) -> None:
    address = link(member)
    answer = visitor().post(address)

    assert answer.status_code == 200
    assert "on its way" in answer.content.decode()
    held.run()
    assert (draft().status, draft().approved_by) == ("sent", member.uid)


def test_the_form_needs_the_token_of_its_page(held: Scene, member: User) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})
    assert strict.post(link(member)).status_code == 403
    assert draft().status == "held"


def test_the_second_post_is_told_that_it_is_decided(held: Scene, member: User) -> None:
    address = link(member)
    visitor().post(address)
    for answer in (visitor().post(address), visitor().get(address)):
        assert answer.status_code == 409
        assert "approved already" in answer.content.decode()
    held.run()
    assert len(held.graph.asked) == 1


def test_taking_an_approval_back_revives_no_link(held: Scene, member: User) -> None:
    address = link(member)
    visitor().post(address)
    approving.undo(draft(), by=str(member.uid))

    for answer in (visitor().post(address), visitor().get(address)):
        assert answer.status_code == 400
        assert "has ended" in answer.content.decode()
    assert draft().status == "held"
    again = links.approval_link(draft(), member).removeprefix("http://127.0.0.1:8000")
    assert visitor().post(again).status_code == 200


def say_more(held: Scene, text: str) -> None:
    """The contact writes again, and the assistant hands over: the draft keeps waiting."""
    held.model.answers.clear()
    held.model.answer(200, model_says(action="handoff", text=""))
    held.say(text)
    held.run()


def test_the_page_shows_what_was_said_since_and_approves_what_it_showed(
    held: Scene, member: User
) -> None:
    address = link(member)
    say_more(held, "Laissez tomber, j'ai trouvé ailleurs.")
    page = visitor().get(address)

    assert "trouvé ailleurs" in page.content.decode()
    assert visitor().post(address, {"said": page.context["said"]}).status_code == 200
    assert draft().status == "queued"


def test_what_was_said_after_the_page_was_read_stops_the_approval(
    held: Scene, member: User
) -> None:
    address = link(member)
    before = visitor().get(address).context["said"]
    say_more(held, "Attendez !")
    between = visitor().get(address).context["said"]
    say_more(held, "Laissez tomber.")

    for said in ({}, {"said": before}, {"said": between}):
        answer = visitor().post(address, said)
        assert answer.status_code == 409
        assert "written again since" in answer.content.decode()
        assert 'href="/inbox/drafts"' in answer.content.decode()
    assert draft().status == "held"


OVER = [
    ((Conversation, {"window_closes_at": timezone.now() - timedelta(days=1)}), 409, "window has"),
    ((Contact, {"opted_out_at": timezone.now()}), 409, "asked not to be"),
    ((Message, {"text": "Autre chose"}), 409, "has changed"),
    ((Message, {"status": "refused"}), 409, "decided on"),
    ((User, {"is_active": False}), 400, "has ended"),
]


@pytest.mark.parametrize(("change", "status", "words"), OVER)
def test_a_link_that_is_over_says_why(
    held: Scene, member: User, change: Any, status: int, words: str
) -> None:
    address = link(member)
    model, values = change
    model.objects.update(**values)
    for answer in (visitor().get(address), visitor().post(address)):
        assert answer.status_code == status
        assert words in answer.content.decode()
        assert TEXT not in answer.content.decode()
    held.run()
    assert held.graph.asked == []


def test_who_left_the_workspace_opens_nothing(held: Scene, member: User) -> None:
    address = link(member)
    Membership.objects.filter(user=member).delete()
    assert visitor().get(address).status_code == 400


@pytest.mark.parametrize(("hours", "status"), [(23.9, 200), (24.1, 400)])
def test_a_link_lives_for_24_hours(
    held: Scene, member: User, monkeypatch: pytest.MonkeyPatch, hours: float, status: int
) -> None:
    written = time.time() - hours * 3600
    with monkeypatch.context() as past:
        past.setattr("django.core.signing.time.time", lambda: written)
        address = links.approval_link(draft(), member)
    assert visitor().get(address.removeprefix("http://127.0.0.1:8000")).status_code == status


@pytest.mark.parametrize("at", [9, 40, -5])
def test_a_changed_link_opens_nothing(held: Scene, member: User, at: int) -> None:
    address = link(member)
    letter = address[at]
    changed = address[:at] + ("b" if letter != "b" else "c") + address[at:][1:]
    assert visitor().get(changed).status_code == 400


def test_a_link_of_another_purpose_opens_nothing(held: Scene, member: User) -> None:
    values = [member.uid.hex, draft().uid.hex, links.digest_of(draft())]
    token = TimestampSigner(salt="accounts.links.verify", sep=".").sign_object(values)
    assert visitor().get(f"/approve/{token}").status_code == 400


def test_its_token_stays_out_of_the_logs(
    held: Scene, member: User, caplog: pytest.LogCaptureFixture
) -> None:
    address = link(member)
    visitor().get(address)
    assert "/approve/…" in caplog.text
    assert address.removeprefix("/approve/") not in caplog.text


def test_the_draft_that_took_its_place_is_told_by_the_same_letter(
    held: Scene, member: User
) -> None:
    held.say("Et en bleu ?")
    held.run()
    newest = Message.objects.get(author="assistant", status="held")
    [letter] = posted()

    found = LINK.search(letter.body)
    assert found
    assert visitor().post(found[1]).status_code == 200
    newest.refresh_from_db()
    assert newest.approved_by == member.uid


def test_a_draft_set_aside_is_not_told_in_anothers_place(held: Scene, member: User) -> None:
    held.say("Et en bleu ?")
    held.run()
    later = timezone.now() + timedelta(hours=2)
    Message.objects.filter(status="held").update(snoozed_until=later)
    assert posted() == []
