"""Comments on the pages: their place, their state, answering them, and accounts that wait."""

import html
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from processing.models import Contact, Conversation, Message
from social.models import SocialAccount
from social.providers.registry import CAPABILITIES
from tests.callers import browser, queries_of
from tests.factories import (
    NOON,
    make_account,
    make_contact,
    make_conversation,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db
RECENTLY = timezone.now() - timedelta(hours=1)


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace, "member"), "en")


def account_on(workspace: Workspace, kind: str = "instagram", **fields: Any) -> SocialAccount:
    provider = kind if kind in {"tiktok", "youtube"} else "meta"
    return make_account(workspace, provider=provider, kind=kind, **fields)


def comments(workspace: Workspace, kind: str = "instagram", **fields: Any) -> Conversation:
    account = fields.pop("account", None) or account_on(workspace, kind)
    values = {"kind": "comment", "external_id": "post-1", **fields}
    return make_conversation(workspace, account=account, **values)


def comment(thread: Conversation, text: str = "C'est combien ?", **fields: Any) -> Message:
    values = {"sent_at": RECENTLY, "post_external_id": "post-1", **fields}
    return make_message(thread, text, **values)


def read(client: Client, thread: Conversation | str, query: str = "") -> str:
    address = thread if isinstance(thread, str) else f"/inbox/{thread.uid}"
    answer = client.get(address + query)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def reply(client: Client, thread: Conversation, text: str = "Oui, 49 €.", **more: Any) -> Any:
    return client.post(f"/inbox/{thread.uid}", {"do": "reply", "text": text, **more})


# --- the inbox -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "words"), [("youtube", "YouTube"), ("tiktok", "TikTok"), ("messenger", "Messenger")]
)
def test_the_list_names_the_network_and_the_kind(
    kind: str, words: str, workspace: Workspace, client: Client
) -> None:
    comments(workspace, kind)
    row = read(client, "/inbox").split('class="rows"')[1]
    assert words in row
    assert "comment</span>" in row


def test_the_list_shows_comments_or_one_network_alone(workspace: Workspace, client: Client) -> None:
    make_conversation(workspace, name="Direkt", account=account_on(workspace, "messenger"))
    comments(workspace, "youtube", name="Kommentar")
    assert "Direkt" not in read(client, "/inbox?place=comment")
    assert "Kommentar" not in read(client, "/inbox?place=direct")
    assert "Direkt" not in read(client, "/inbox?network=youtube")
    both = read(client, "/inbox?place=nonsense&network=nonsense")
    assert "Direkt" in both
    assert "Kommentar" in both


def test_the_choice_stays_on_the_next_page_and_in_the_tabs(
    workspace: Workspace, client: Client
) -> None:
    account = account_on(workspace, "youtube")
    for _ in range(21):
        comments(workspace, account=account)
    page = client.get("/inbox?place=comment&search=Léa").content.decode()
    assert "show=&amp;search=L%C3%A9a&amp;place=comment&amp;page=2" in page
    assert "show=hot&amp;search=L%C3%A9a&amp;place=comment" in page


def test_somebody_is_found_and_shown_by_their_handle(workspace: Workspace, client: Client) -> None:
    comments(workspace, contact=make_contact(account_on(workspace), "Léa", handle="lea.m"))
    account = account_on(workspace, "youtube")
    comments(workspace, account=account, contact=make_contact(account, "", handle="zoe"))
    page = read(client, "/inbox?search=@lea")
    assert "@lea.m" in page
    assert "@zoe" not in page
    assert "<strong>@zoe</strong>" in read(client, "/inbox")


def test_somebody_whom_the_network_hides_is_called_so(workspace: Workspace, client: Client) -> None:
    account = account_on(workspace, "youtube")
    comments(workspace, account=account, contact=make_contact(account, "", external_id="comment:9"))
    assert "Somebody the network does not name" in read(client, "/inbox")


# --- one thread ------------------------------------------------------------------------------
def test_a_comment_shows_what_it_answers(workspace: Workspace, client: Client) -> None:
    thread = comments(workspace)
    first = comment(thread, "Bonjour")
    comment(thread, "Un autre")
    comment(thread, "Et alors ?", parent_external_id=first.external_id)
    comment(thread, "Perdu", parent_external_id="gone")
    page = read(client, thread)
    assert "« Bonjour »" in page
    assert "answers another comment that is not stored here" in page


def test_a_comment_below_another_persons_names_them(workspace: Workspace, client: Client) -> None:
    account = account_on(workspace)
    theirs = comment(comments(workspace, account=account, name="Zoé"), "Je vends aussi")
    thread = comments(workspace, account=account, name="Léa")
    comment(thread, "Non merci", parent_external_id=theirs.external_id)
    assert "to Zoé:" in read(client, thread)


def test_what_happened_to_a_message_is_marked(workspace: Workspace, client: Client) -> None:
    thread = make_conversation(workspace)
    quoted = make_message(thread, "La bleue ?")
    make_message(thread, "entre deux")
    make_message(thread, "Celle-là", quoted_external_id=quoted.external_id, edited_at=NOON)
    liked = {"p": {"emoji": "❤", "at": NOON.isoformat()}}
    make_message(thread, "Prix", payload="PRICE", reactions=liked, unannounced=True)
    make_message(thread, "Joli", quoted_external_id="story")
    page = read(client, thread)
    for words in (
        "« La bleue ? »",
        "edited",
        "pressed a button",
        "❤",
        "the network had not announced it",
        "about your story",
    ):
        assert words in page


def test_of_what_was_taken_back_no_word_is_shown(workspace: Workspace, client: Client) -> None:
    thread = make_conversation(workspace)
    gone = make_message(thread, "", removed_at=NOON)
    make_message(thread, "x")
    make_message(thread, "y", quoted_external_id=gone.external_id)
    page = read(client, thread)
    assert page.count("(taken back)") == 2
    Message.objects.exclude(pk=gone.pk).delete()
    assert "(taken back)" in read(client, "/inbox")


def test_hidden_comments_and_private_answers_say_so(workspace: Workspace, client: Client) -> None:
    thread = comments(workspace)
    make_reply(comment(thread, hidden_at=NOON), private=True)
    page = read(client, thread)
    assert "hidden on the network" in page
    assert "in private" in page


def test_where_the_person_came_from_and_that_another_app_answers(
    workspace: Workspace, client: Client
) -> None:
    thread = make_conversation(workspace, origin="ad:4711", other_app_since=NOON)
    page = read(client, thread)
    assert "ad:4711" in page
    assert "Another app answers here" in page
    assert "Another app answers" in read(client, "/inbox")


def test_a_commenter_and_their_direct_messages_lead_to_each_other(
    workspace: Workspace, client: Client
) -> None:
    account = account_on(workspace)
    direct = make_conversation(workspace, account=account)
    commenter = make_contact(account, direct=direct.contact)
    thread = comments(workspace, account=account, contact=commenter)
    assert f"/inbox/{direct.uid}" in read(client, thread)
    assert f"/inbox/{thread.uid}" in read(client, direct)
    assert Contact.objects.count() == 2


def test_nobody_elses_threads_are_linked(workspace: Workspace, client: Client) -> None:
    thread = comments(workspace)
    comments(make_workspace("Ailleurs"))
    comments(workspace)
    assert "The same person elsewhere" not in read(client, thread)


def test_comments_cost_the_same_however_many(workspace: Workspace, client: Client) -> None:
    thread = comments(workspace)
    costs = []
    for number in (2, 12):
        for _ in range(number):
            first = comment(thread)
            comment(thread, parent_external_id=first.external_id)
            make_reply(first)
        costs.append(queries_of(client, f"/inbox/{thread.uid}"))
    assert costs[0] == costs[1] <= 20


# --- answering -------------------------------------------------------------------------------
def test_the_newest_comment_is_answered_for_everybody(workspace: Workspace, client: Client) -> None:
    thread = comments(workspace)
    comment(thread, "Vieux", sent_at=RECENTLY - timedelta(hours=1))
    newest = comment(thread, "Neuf")
    assert reply(client, thread, to="").status_code == 302
    written = Message.objects.get(author="human")
    assert (written.in_reply_to, written.private) == (newest, False)


def test_another_comment_may_be_chosen_and_answered_in_private(
    workspace: Workspace, client: Client
) -> None:
    thread = comments(workspace)
    old = comment(thread, "Vieux", sent_at=RECENTLY - timedelta(hours=1))
    comment(thread, "Neuf")
    page = read(client, thread, f"?to={old.uid}&way=private")
    assert f'value="{old.uid}" selected' in page
    assert reply(client, thread, to=str(old.uid), way="private").status_code == 302
    written = Message.objects.get(author="human")
    assert (written.in_reply_to, written.private) == (old, True)


@pytest.mark.parametrize(
    ("kind", "private"), [("instagram", True), ("messenger", True), ("youtube", False)]
)
def test_private_is_offered_where_the_network_has_it(
    kind: str, private: bool, workspace: Workspace, client: Client
) -> None:
    thread = comments(workspace, kind)
    comment(thread)
    assert ('value="private" data-limit' in read(client, thread)) is private


def test_a_comment_that_is_too_old_for_private_says_so(
    workspace: Workspace, client: Client
) -> None:
    thread = comments(workspace)
    old = comment(thread, sent_at=timezone.now() - timedelta(days=8))
    page = read(client, thread)
    assert "too old to be answered in private" in page
    refused = reply(client, thread, to=str(old.uid), way="private")
    assert "too old to be answered in private" in refused.content.decode()
    assert not Message.objects.filter(author="human").exists()


def test_the_length_of_the_place_is_told_and_kept(workspace: Workspace, client: Client) -> None:
    thread = comments(workspace, "youtube")
    comment(thread)
    assert 'data-limit="1000"' in read(client, thread)
    refused = reply(client, thread, "a" * 1001)
    assert "Too long for this network" in refused.content.decode()
    assert "a" * 1001 in refused.content.decode()


def test_words_typed_for_one_comment_stay_with_it(workspace: Workspace, client: Client) -> None:
    thread = comments(workspace, "instagram")
    old = comment(thread, "Vieux", sent_at=RECENTLY - timedelta(hours=1))
    comment(thread, "Neuf")
    page = reply(client, thread, "a" * 9000, to=str(old.uid), way="private").content.decode()
    assert f'value="{old.uid}" selected' in page
    assert 'value="private" data-limit="1000" data-bytes checked' in page


@pytest.mark.parametrize("changes", [{"removed_at": NOON}, {"hidden_at": NOON}])
def test_where_nothing_is_left_to_answer_there_is_no_form(
    changes: dict[str, Any], workspace: Workspace, client: Client
) -> None:
    thread = comments(workspace)
    gone = comment(thread, **changes)
    assert "no comment is left to answer" in read(client, thread)
    answered = reply(client, thread, to=str(gone.uid))
    assert 'role="alert"' in answered.content.decode()


def test_an_account_that_may_not_comment_says_why(workspace: Workspace, client: Client) -> None:
    account = account_on(workspace, "youtube", lacks={"comments": "missing_scope:x"})
    thread = comments(workspace, account=account)
    comment(thread)
    page = read(client, thread)
    assert "You cannot answer from here: the permission for it was not given" in page
    assert reply(client, thread).status_code == 200
    assert not Message.objects.filter(author="human").exists()


def test_a_member_may_write_for_as_long_as_the_network_lets_a_human(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = replace(CAPABILITIES["messenger"], human_window_hours=168)
    monkeypatch.setitem(CAPABILITIES, "messenger", longer)
    closed = timezone.now() - timedelta(hours=1)
    thread = make_conversation(workspace, window_closes_at=closed)
    make_message(thread, sent_at=closed - timedelta(days=1))
    page = read(client, thread)
    assert "You yourself may write until" in page
    assert 'value="reply"' in page
    assert reply(client, thread).status_code == 302


def test_nothing_is_written_through_a_disconnected_account(
    workspace: Workspace, client: Client
) -> None:
    thread = comments(workspace, account=account_on(workspace, status="disconnected"))
    comment(thread)
    assert "You cannot answer from here: the account is disconnected" in read(client, thread)
    assert reply(client, thread).status_code == 200
    assert not Message.objects.filter(author="human").exists()


def test_a_draft_that_waits_is_no_answer_yet(workspace: Workspace, client: Client) -> None:
    thread = comments(workspace)
    asked = comment(thread)
    make_reply(asked, status="held", private=True)
    assert reply(client, thread, to=str(asked.uid), way="private").status_code == 302


# --- accounts that wait ----------------------------------------------------------------------
def waits(workspace: Workspace, reason: str, **account: Any) -> Conversation:
    thread = make_conversation(
        workspace, account=account_on(workspace, "messenger", name="Page Bleue", **account)
    )
    make_message(thread, outcome="", reason=reason, next_at=timezone.now() + timedelta(minutes=5))
    return thread


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("account_needs_login", "must be connected again"),
        ("account_held", "asked the account to slow down"),
        ("provider_paused", "paused for everybody"),
    ],
)
def test_a_thread_that_waits_for_its_account_says_so(
    reason: str, words: str, workspace: Workspace, client: Client
) -> None:
    waits(workspace, reason)
    assert words in read(client, "/inbox")
    tasks = read(client, "/tasks")
    assert "Page Bleue" in tasks
    assert words in tasks
    assert "1 conversation waits." in tasks


def test_an_answer_that_is_held_back_says_so(workspace: Workspace, client: Client) -> None:
    thread = make_conversation(workspace)
    make_reply(make_message(thread, outcome="reply"), status="queued", reason="held_back")
    assert "The network is given time" in read(client, "/inbox")
    assert "The network is given time" in read(client, "/tasks")


def test_what_waits_elsewhere_is_nobody_elses_business(
    workspace: Workspace, client: Client
) -> None:
    waits(make_workspace("Ailleurs"), "account_held")
    assert "Page Bleue" not in read(client, "/tasks")


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"status": "needs_login"}, "until it is connected again"),
        ({"status": "paused"}, "The account is paused"),
        ({"status": "disconnected"}, "The account is disconnected"),
        ({"held_until": timezone.now() + timedelta(hours=1)}, "asked for a pause until"),
    ],
)
def test_the_thread_says_what_its_account_waits_for(
    account: dict[str, Any], words: str, workspace: Workspace, client: Client
) -> None:
    assert words in read(client, waits(workspace, "account_held", **account))
