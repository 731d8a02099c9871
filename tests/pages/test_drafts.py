"""The page of drafts: the list, every deed by plain forms, trust, and the number in the header."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User, Workspace
from processing.models import Conversation, Delivery, Message, Scenario, Trust
from tests.callers import browser, queries_of
from tests.factories import (
    make_conversation,
    make_decision,
    make_member,
    make_message,
    make_reply,
    make_user,
    make_workspace,
)

pytestmark = pytest.mark.django_db
LIST = "/inbox/drafts"
TEXT = "Elle coûte 49 € et <b>part</b> demain."


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


@pytest.fixture
def client(owner: User) -> Client:
    return browser(owner, "en")


def make_draft(workspace: Workspace, name: str = "Léa Martin", **fields: Any) -> Message:
    closes = timezone.now() + timedelta(hours=3)
    conversation = make_conversation(workspace, name=name, window_closes_at=closes)
    question = make_message(conversation, outcome="hold", reason="needs_approval")
    make_decision(question, outcome="hold", reason="needs_approval")
    values = {"status": "held", "drafted": TEXT, "intent": "price", "created_at": timezone.now()}
    return make_reply(question, fields.pop("text", TEXT), **{**values, **fields})


def read(client: Client, address: str = LIST) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def do(client: Client, draft: Message, deed: str, **fields: str) -> Any:
    return client.post(f"{LIST}/{draft.uid}", {"do": deed, **fields}, follow=True)


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_each_draft_stands_with_its_question_why_and_until_when(
    client: Client, workspace: Workspace
) -> None:
    make_draft(workspace)
    page = html.unescape(read(client))
    assert "Léa Martin" in page
    assert "C'est combien ?" in page
    assert "The draft waits for approval." in page
    assert re.search(r"data-left>\s*(3 hours|2.hours)", page)


def test_the_oldest_stands_first(client: Client, workspace: Workspace) -> None:
    for name in ("Première", "Deuxième"):
        make_draft(workspace, name)
    page = read(client)
    assert page.index("Première") < page.index("Deuxième")


def test_doubtful_words_are_marked_and_everything_is_escaped(
    client: Client, workspace: Workspace
) -> None:
    marks = [{"start": 11, "end": 15, "kind": "amount"}, {"start": 19, "end": 23, "kind": "x"}]
    make_draft(workspace, marks=marks)
    page = read(client)
    assert "<mark>49 €</mark>" in page
    assert "<mark>&lt;b&gt;p</mark>" in page
    assert "<b>part" not in page


def test_nothing_waits(client: Client) -> None:
    assert "No draft waits for you" in read(client)


def test_a_second_page_shows_the_rest_and_deeds_lead_back_to_it(
    client: Client, workspace: Workspace
) -> None:
    drafts = [make_draft(workspace, f"Nom{number:02}") for number in range(23)]
    assert "Nom20" not in read(client)
    page = read(client, f"{LIST}?page=2")
    assert "Nom20" in page
    assert 'rel="prev"' in page
    answer = do(client, drafts[21], "reject", reason="other", page="2")
    assert answer.redirect_chain[-1][0] == f"{LIST}?page=2"


def test_approving_waits_for_eight_seconds_and_offers_to_undo(
    client: Client, workspace: Workspace
) -> None:
    draft = make_draft(workspace)
    answer = do(client, draft, "approve")

    draft.refresh_from_db()
    assert draft.status == "queued"
    next_at = Delivery.objects.get().next_at
    assert next_at is not None
    left = next_at - timezone.now()
    assert timedelta(seconds=6) < left <= timedelta(seconds=8)
    assert 'value="undo"' in shown(answer)
    assert "leaves in a moment" in shown(answer)
    assert re.search(r'id="undo-left" aria-hidden="true">[678] s<', shown(answer))

    again = do(client, draft, "undo")
    assert "taken back" in shown(again)
    draft.refresh_from_db()
    assert draft.status == "held"


def test_the_undo_is_not_offered_once_the_message_left(
    client: Client, workspace: Workspace
) -> None:
    draft = make_draft(workspace)
    do(client, draft, "approve")
    Delivery.objects.update(status="sent")
    assert 'value="undo"' not in read(client, f"{LIST}?approved={draft.uid}")
    assert "too late" in shown(do(client, draft, "undo"))


def test_words_that_are_too_long_come_back_with_their_error(
    client: Client, workspace: Workspace
) -> None:
    draft = make_draft(workspace)
    answer = do(client, draft, "edit", text="a" * 3000)
    page = shown(answer)
    assert answer.status_code == 200
    assert "a" * 3000 in page
    assert "Too long for this network" in page
    assert f'aria-describedby="problem-{draft.uid}"' in page
    draft.refresh_from_db()
    assert draft.status == "held"


def test_edited_words_are_queued(client: Client, workspace: Workspace) -> None:
    draft = make_draft(workspace)
    do(client, draft, "edit", text="Bonjour\r\nLéa")
    draft.refresh_from_db()
    assert draft.text.endswith("Bonjour\nLéa")
    assert draft.status == "queued"


def test_a_page_that_shows_other_words_approves_nothing(
    client: Client, workspace: Workspace
) -> None:
    draft = make_draft(workspace)
    seen = re.search(r'name="seen" value="(\w+)"', read(client))
    assert seen
    Message.objects.filter(pk=draft.pk).update(text="Autre chose")
    assert "changed since you saw it" in shown(do(client, draft, "approve", seen=seen[1]))
    draft.refresh_from_db()
    assert draft.status == "held"


def test_a_draft_that_another_tab_approved_is_said_to_be_approved(
    client: Client, workspace: Workspace
) -> None:
    draft = make_draft(workspace)
    seen = re.search(r'name="seen" value="(\w+)"', read(client))
    assert seen
    do(client, draft, "approve", seen=seen[1])
    assert "has been approved already" in shown(do(client, draft, "approve", seen=seen[1]))


@pytest.mark.parametrize(
    ("told", "days", "due"), [(False, 0, True), (True, 0, False), (True, 8, True)]
)
def test_the_notice_that_will_stand_in_front_is_shown(
    client: Client, workspace: Workspace, told: bool, days: int, due: bool
) -> None:
    draft = make_draft(workspace)
    question = draft.in_reply_to
    assert question
    make_message(draft.conversation, sent_at=question.sent_at - timedelta(days=days, minutes=1))
    if told:
        Conversation.objects.update(notice_sent_at=question.sent_at - timedelta(minutes=1))
    assert (
        "I am the automatic assistant" in read(client) or "assistant automatique" in read(client)
    ) == due


@pytest.mark.parametrize("until", ["hour", "morning"])
def test_setting_aside_empties_the_list_and_fills_the_other(
    client: Client, workspace: Workspace, until: str
) -> None:
    draft = make_draft(workspace)
    do(client, draft, "snooze", until=until)
    assert "No draft waits for you" in read(client)
    assert "Léa Martin" in read(client, f"{LIST}?snoozed=1")
    draft.refresh_from_db()
    assert draft.snoozed_until is not None
    assert timezone.now() < draft.snoozed_until < timezone.now() + timedelta(days=2)


def test_an_unknown_moment_is_refused(client: Client, workspace: Workspace) -> None:
    assert "within the next 30 days" in shown(
        do(client, make_draft(workspace), "snooze", until="someday")
    )


def test_a_rejected_draft_is_gone(client: Client, workspace: Workspace) -> None:
    draft = make_draft(workspace)
    assert "nothing is sent" in shown(do(client, draft, "reject", reason="wrong_tone"))
    draft.refresh_from_db()
    assert draft.status == "refused"


def test_a_closed_window_leaves_only_the_rejection(client: Client, workspace: Workspace) -> None:
    make_draft(workspace)
    Conversation.objects.update(window_closes_at=timezone.now() - timedelta(hours=1))
    page = read(client)
    assert "Reply window closed" in page
    assert 'value="approve"' not in page
    assert 'value="reject"' in page


def test_what_somebody_else_decided_is_said(client: Client, workspace: Workspace) -> None:
    draft = make_draft(workspace)
    Message.objects.filter(pk=draft.pk).update(status="refused")
    assert "decided on already" in shown(do(client, draft, "approve"))


@pytest.mark.parametrize("deed", ["", "erase"])
def test_an_unknown_deed_is_not_found(client: Client, workspace: Workspace, deed: str) -> None:
    assert do(client, make_draft(workspace), deed).status_code == 404


def test_a_stranger_finds_no_draft(workspace: Workspace) -> None:
    draft = make_draft(workspace)
    stranger = browser(make_member(make_workspace("Ailleurs")), "en")
    assert "Léa" not in read(stranger)
    for deed in ("approve", "edit", "reject", "snooze", "undo"):
        assert do(stranger, draft, deed, text="Bonjour").status_code == 404
    draft.refresh_from_db()
    assert draft.status == "held"


def test_the_header_counts_what_waits_with_one_question(
    client: Client, workspace: Workspace
) -> None:
    make_draft(workspace)
    make_draft(workspace, snoozed_until=timezone.now() + timedelta(hours=1))
    for address in ("/inbox", "/settings", LIST):
        assert '<b class="number">1</b>' in read(client, address)
    with CaptureQueriesContext(connection) as queries:
        client.get("/settings")
    assert len([one for one in queries if "held" in one["sql"]]) == 1


def test_a_page_without_a_workspace_counts_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert browser(make_user(), "en").get("/settings").status_code == 200
    assert [one for one in queries if "held" in one["sql"]] == []


def test_the_list_asks_as_much_for_many_as_for_one(client: Client, workspace: Workspace) -> None:
    make_draft(workspace)
    one = queries_of(client, LIST)
    for number in range(9):
        make_draft(workspace, f"Nom{number}")
    assert queries_of(client, LIST) == one


def test_a_draft_is_decided_in_its_conversation(client: Client, workspace: Workspace) -> None:
    draft = make_draft(workspace)
    here = f"/inbox/{draft.conversation.uid}"
    page = read(client, here)
    assert "Draft, not sent" in page
    assert all(f'value="{deed}"' in page for deed in ("approve", "edit", "reject", "snooze"))

    answer = do(client, draft, "approve", next="conversation")
    assert answer.redirect_chain[-1][0] == f"{here}?approved={draft.uid}"
    assert 'value="undo"' in shown(answer)
    assert "Draft, not sent" not in shown(answer)

    again = do(client, draft, "undo", next="conversation")
    assert again.redirect_chain[-1][0] == here
    assert "Draft, not sent" in shown(again)


def test_words_refused_in_a_conversation_come_back_on_the_page_where_the_draft_stands(
    client: Client, workspace: Workspace
) -> None:
    drafts = [make_draft(workspace) for _ in range(21)]
    answer = do(client, drafts[20], "edit", text="a" * 3000, next="conversation")
    assert "a" * 3000 in shown(answer)


def make_trust(workspace: Workspace, **fields: Any) -> Trust:
    scenario = Scenario.objects.create(workspace=workspace, name="Accueil", instruction="…")
    values = {"intent": "price", "changed_at": timezone.now()}
    return Trust.objects.create(workspace=workspace, scenario=scenario, **{**values, **fields})


def test_an_owner_is_asked_and_accepts(client: Client, workspace: Workspace) -> None:
    one = make_trust(workspace, stage="proposed", in_a_row=5)
    page = html.unescape(read(client))
    assert "You approved 5 “price” answers of “Accueil” in a row without changing them." in page
    answer = client.post(f"/inbox/trust/{one.uid}", {"do": "accept"}, follow=True)
    assert "answers “price” by itself" in shown(answer)
    one.refresh_from_db()
    assert one.stage == "auto"
    again = client.post(f"/inbox/trust/{one.uid}", {"do": "accept"}, follow=True)
    assert "no longer possible" in shown(again)


def test_what_answers_by_itself_is_listed_and_an_owner_takes_it_back(
    client: Client, workspace: Workspace
) -> None:
    one = make_trust(workspace, stage="auto", intent="delivery")
    mate = browser(make_member(workspace, "member"), "en")
    assert "by itself, because an owner agreed" in read(mate)
    assert 'value="take_back"' not in read(mate)
    assert 'value="take_back"' in read(client)

    french = browser(make_member(workspace), "fr")
    assert "<strong>Livraison</strong>" in read(french)
    client.post(f"/inbox/trust/{one.uid}", {"do": "take_back"})
    assert "by itself, because an owner agreed" not in read(client)


def test_a_teammate_reads_the_proposal_and_may_not_accept(workspace: Workspace) -> None:
    one = make_trust(workspace, stage="proposed", in_a_row=5)
    mate = browser(make_member(workspace, "member"), "en")
    assert "An owner may now" in read(mate)
    assert mate.post(f"/inbox/trust/{one.uid}", {"do": "accept"}).status_code == 403


@pytest.mark.parametrize(("days", "told"), [(1, True), (8, False)])
def test_trust_that_was_lost_is_told_for_a_week(
    client: Client, workspace: Workspace, days: int, told: bool
) -> None:
    since = timezone.now() - timedelta(days=days)
    make_trust(workspace, stage="draft", reason="complaint", changed_at=since)
    assert ("complained after an automatic answer" in read(client)) == told


def test_the_page_has_nothing_inline(client: Client, workspace: Workspace) -> None:
    make_draft(workspace)
    page = read(client)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*src=)", page)
