"""One conversation: the thread, who answers, the lead, and Why."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Workspace
from processing.models import Conversation, InteractionEvent, Message
from tests.callers import browser, queries_of
from tests.factories import (
    NOON,
    make_conversation,
    make_decision,
    make_event,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def read(client: Client, conversation: Conversation) -> str:
    return html.unescape(client.get(f"/inbox/{conversation.uid}").content.decode())


@pytest.mark.parametrize("role", ["owner", "member"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_owner_and_teammate_read_it(role: str, slash: str, workspace: Workspace) -> None:
    conversation = make_conversation(workspace)
    answer = browser(make_member(workspace, role)).get(f"/inbox/{conversation.uid}{slash}")
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_gets_a_404_page(method: str, workspace: Workspace) -> None:
    conversation = make_conversation(workspace, name="Léa Martin")
    client = browser(make_member(make_workspace("Ailleurs")), "en")
    answer = getattr(client, method)(f"/inbox/{conversation.uid}", {"do": "takeover"})
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert "Léa" not in answer.content.decode()
    conversation.refresh_from_db()
    assert conversation.handled_by == "assistant"


@pytest.mark.parametrize(("method", "ended"), [("get", ""), ("post", "&ended=1")])
def test_nobody_is_sent_to_the_door(method: str, ended: str, workspace: Workspace) -> None:
    conversation = make_conversation(workspace)
    answer = getattr(browser(), method)(f"/inbox/{conversation.uid}")
    assert answer["Location"] == f"/login?next=/inbox/{conversation.uid}{ended}"


def test_the_thread_reads_in_order_with_states_in_words(
    workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace)
    question = make_message(conversation, "C'est combien ?", outcome="reply", reason="replied")
    make_reply(question, "Elle coûte 49 €.", status="delivered")
    page = read(client, conversation)
    assert page.index("C'est combien ?") < page.index("Elle coûte 49 €.")
    assert "Answer: delivered" in page
    assert "The assistant" in page


def test_why_shows_gates_in_order_reason_and_numbers(workspace: Workspace, client: Client) -> None:
    question = make_message(make_conversation(workspace), outcome="silent", reason="quota_spent")
    make_decision(
        question,
        outcome="silent",
        reason="quota_spent",
        data={"limit": 10},
        gates=[
            {"gate": "assistant", "passed": True, "reason": "assistant_on", "data": {}},
            {"gate": "quota", "passed": False, "reason": "quota_spent", "data": {"limit": 10}},
        ],
    )
    page = read(client, question.conversation)
    assert page.index("The assistant is switched on.") < page.index("✗")
    assert page.count("Today's quota of 10 messages is used up") == 3
    assert "Stopped:" in page


def test_gates_that_say_the_same_are_told_once(workspace: Workspace, client: Client) -> None:
    question = make_message(make_conversation(workspace), outcome="reply", reason="replied")
    gate = {"passed": True, "reason": "wants_reply", "data": {}}
    make_decision(question, gates=[{"gate": "handoff", **gate}, {"gate": "silence", **gate}])
    assert read(client, question.conversation).count("An answer is called for.") == 1


def test_a_waiting_message_shows_its_moment_and_its_rule(
    workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace)
    make_message(conversation, reason="five_minutes", next_at=NOON)
    page = read(client, conversation)
    assert re.search(r"Waits until \d+ \w+, 13:00<", page)  # Paris
    assert "the next one waits its turn" in page
    assert "No decision has been taken yet." in page


def test_an_answer_that_did_not_leave_is_told(workspace: Workspace, client: Client) -> None:
    question = make_message(make_conversation(workspace), outcome="reply", reason="replied")
    reply = make_reply(question, status="refused")
    make_event(question.conversation, kind="delivery", message=reply, reason="send_refused",
               data={"code": "no_such_person"})  # fmt: skip
    page = read(client, question.conversation)
    assert "Answer: not sent" in page
    assert "refused the message for good (no_such_person)" in page


def test_a_handoff_stands_on_top_with_both_buttons(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(
        workspace, handled_by="human", human_until=NOON, handoff_reason="asked_for_human"
    )
    page = read(client, conversation)
    assert "A human is needed" in page
    assert 'value="takeover"' in page
    assert 'value="release"' in page


def test_taking_over_and_giving_back(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    address = f"/inbox/{conversation.uid}"
    page = client.post(address, {"do": "takeover"}, follow=True).content.decode()
    assert "You have the conversation" in page
    assert 'value="takeover"' not in page
    page = client.post(address, {"do": "release"}, follow=True).content.decode()
    assert "The assistant answers in this conversation again" in page
    assert list(InteractionEvent.objects.order_by("pk").values_list("kind", flat=True)) == [
        "takeover",
        "release",
    ]


def test_an_unknown_deed_changes_nothing(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    assert client.post(f"/inbox/{conversation.uid}", {"do": "burn"}).status_code == 302
    assert not InteractionEvent.objects.exists()


def test_the_lead_shows_level_words_and_phone(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    make_lead(conversation.contact)
    page = read(client, conversation)
    assert "Hot" in page
    assert "je la prends" in page
    assert 'href="tel:+33612345678"' in page


@pytest.mark.parametrize(
    ("hours", "words"), [(None, "no limit"), (3, "open until"), (-3, "closed since")]
)
def test_the_reply_window_is_told(
    hours: int | None, words: str, workspace: Workspace, client: Client
) -> None:
    closes = None if hours is None else timezone.now() + timedelta(hours=hours)
    assert words in read(client, make_conversation(workspace, window_closes_at=closes))


def test_older_messages_stand_on_the_second_page(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    for number in range(43):
        make_message(conversation, f"texte-{number:02}-")
    assert "texte-02-" not in read(client, conversation)
    second = client.get(f"/inbox/{conversation.uid}?page=2").content.decode()
    assert "texte-02-" in second
    assert "Newer messages" in second


def test_the_changing_part_comes_alone_when_asked(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    make_message(conversation, "Bonjour")
    part = client.get(f"/inbox/{conversation.uid}", headers={"x-fragment": "1"}).content.decode()
    assert "Bonjour" in part
    assert "<html" not in part
    assert 'data-version="' in part


def test_a_conversation_costs_the_same_however_long(workspace: Workspace, client: Client) -> None:
    conversation = make_conversation(workspace)
    make_lead(conversation.contact)
    costs = []
    for number in (1, 15):
        for _ in range(number):
            question = make_message(conversation, outcome="reply", reason="replied")
            make_decision(question)
            make_reply(question)
        costs.append(queries_of(client, f"/inbox/{conversation.uid}"))
    assert costs[0] == costs[1] <= 14


def test_a_member_answers_on_the_page(client: Client, workspace: Workspace) -> None:
    conversation = make_conversation(workspace)
    body = {"do": "reply", "text": "Bonjour, 49 € !"}
    answer = client.post(f"/inbox/{conversation.uid}", body, follow=True)

    assert "Your answer is on its way" in html.unescape(answer.content.decode())
    message = conversation.messages.get(author="human")
    assert (message.text, message.status) == ("Bonjour, 49 € !", "queued")
    conversation.refresh_from_db()
    assert conversation.handled_by == "human"


def test_words_that_cannot_be_sent_stay_in_the_field(client: Client, workspace: Workspace) -> None:
    conversation = make_conversation(workspace)
    answer = client.post(f"/inbox/{conversation.uid}", {"do": "reply", "text": "a" * 2001})

    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "Too long for this network" in page
    assert "a" * 2001 in page
    assert not conversation.messages.exists()


def test_a_closed_window_has_no_field_and_says_so(client: Client, workspace: Workspace) -> None:
    past = timezone.now() - timedelta(hours=1)
    conversation = make_conversation(workspace, window_closes_at=past)
    assert 'value="reply"' not in read(client, conversation)
    answer = client.post(f"/inbox/{conversation.uid}", {"do": "reply", "text": "Bonjour"})
    assert "reply window has closed" in html.unescape(answer.content.decode())


def test_the_field_for_an_answer_stands_right_below_the_messages(
    client: Client, workspace: Workspace
) -> None:
    conversation = make_conversation(workspace)
    make_message(conversation, "C'est combien ?")
    page = read(client, conversation)
    places = [page.index(one) for one in ("C'est combien ?", 'id="answer"', 'aria-label="Lead"')]
    assert places == sorted(places)


def test_nobody_answers_a_contact_who_wants_no_messages(
    client: Client, workspace: Workspace
) -> None:
    conversation = make_conversation(workspace)
    assert "The assistant answers" in read(client, conversation)
    client.post(f"/inbox/{conversation.uid}", {"do": "opt-out"})
    page = read(client, conversation)
    assert "the assistant no longer writes to this person" in page
    assert "Nobody answers" in page
    assert "The assistant answers" not in page
    assert "Does not want messages" in client.get("/inbox").content.decode()


def test_our_own_messages_tell_why_they_left_and_who_approved_them(workspace: Workspace) -> None:
    member = make_member(workspace, name="Inès")
    question = make_message(make_conversation(workspace), outcome="reply", reason="replied")
    make_reply(question, "Tout seul.")
    approved = make_reply(make_message(question.conversation), approved_by=member.uid)
    make_event(question.conversation, kind="draft", message=approved, reason="approved")
    page = read(browser(member, "en"), question.conversation)
    assert "The assistant wrote and sent it by itself" in page
    assert "The assistant wrote it; Inès approved it." in page
    assert "A member approved the draft." in page
    assert f'href="#message-{question.uid}"' in page


def test_whoever_approved_and_has_left_is_not_named(workspace: Workspace, client: Client) -> None:
    stranger = make_member(make_workspace("Ailleurs"), name="Étranger")
    question = make_message(make_conversation(workspace), outcome="reply", reason="replied")
    make_reply(question, approved_by=stranger.uid)
    page = read(client, question.conversation)
    assert "a member approved it" in page
    assert "Étranger" not in page


BY_ITSELF = "The assistant wrote and sent it by itself"


@pytest.mark.parametrize(
    ("status", "reason"),
    [("refused", "rejected"), ("failed", "network_no"), ("unconfirmed", "unconfirmed")],
)
def test_what_never_left_was_not_sent_by_itself(
    status: str, reason: str, workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace)
    make_reply(make_message(conversation), status=status, reason=reason)
    page = read(client, conversation)
    assert "The assistant wrote it." in page
    assert BY_ITSELF not in page


@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        (Message.Purpose.HANDOFF_NOTICE, "Your own words for when a human takes over"),
        (Message.Purpose.OPT_OUT_NOTICE, "A fixed sentence that confirms the opt-out"),
    ],
)
def test_a_notice_is_not_said_to_have_passed_the_gates(
    purpose: str, said: str, workspace: Workspace, client: Client
) -> None:
    conversation = make_conversation(workspace, handled_by="human")
    notice = make_message(
        conversation, direction="outbound", author="assistant", status="sent", purpose=purpose
    )
    make_event(conversation, message=notice, kind="notice", outcome="queued", reason="told")
    page = read(client, conversation)
    assert said in page
    assert BY_ITSELF not in page


def test_who_answers_is_said_in_the_workspace_of_the_page(workspace: Workspace) -> None:
    user, other = make_member(workspace), make_workspace("Deux")
    Membership.objects.create(workspace=other, user=user, role="owner")
    client, conversation = browser(user, "en"), make_conversation(workspace)
    page = read(client, conversation)
    form = page.split('<aside class="card side handling')[1].split("</form>")[0]
    named = re.search(r'name="workspace" value="([^"]+)"', form)
    assert named is not None
    client.get(f"/inbox?workspace={other.uid}")  # another tab
    deed = {"do": "takeover", "workspace": named[1]}
    answer = client.post(f"/inbox/{conversation.uid}", deed, follow=True)
    assert answer.status_code == 200
    assert "You have the conversation" in answer.content.decode()
