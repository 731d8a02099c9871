"""What proves that a member sent the words in hand, and what becomes of those nobody saw."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import Workspace
from billing.models import Quota
from processing import by_hand, consent, figures, pipeline, tasks
from processing.models import (
    Contact,
    DailyFigure,
    Delivery,
    Message,
)
from processing.privacy import erasing
from processing.situations import history_of
from social.models import Poll, SocialAccount
from tests.callers import browser
from tests.factories import make_account, make_member, make_reply
from tests.processing.handing import (
    IN_HAND,
    OTHER,
    SENT,
    TEXT,
    account,
    client,
    do,
    draft,
    thread,
    told,
    trust,
    workspace,
)
from tests.processing.polled import stored_page
from tests.processing.yonder import LINK, WHOLE, Thread, state

__all__ = ["account", "client", "draft", "thread", "workspace"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("said", [TEXT, f" {TEXT.replace(' ', '  ')}\n"])
def test_the_next_reading_marks_it_as_sent_and_the_assistant_goes_on(
    client: Client, draft: Message, thread: Thread, said: str
) -> None:
    do(client, draft)
    at = timezone.now() + timedelta(seconds=30)
    thread.echo(said, external_id="y_sent", at=at)

    assert state(draft) == SENT
    assert (draft.text, draft.external_id, draft.author) == (TEXT, "y_sent", "assistant")
    assert told(draft)[-1] == "confirmed_by_hand"
    row = thread.row
    assert (row.handled_by, row.handoff_reason) == ("assistant", "")
    assert row.next_automatic_at is not None
    assert not Quota.objects.filter(used__gt=0).exists()
    assert trust() == (1, 0, 1)
    figures.digest()
    assert DailyFigure.objects.filter(name="answered:assistant", count=1).exists()
    assert do(client, draft, "undo").status_code == 409

    thread.echo(said, external_id="y_sent", at=at)
    assert Message.objects.filter(direction="outbound").count() == 1


def test_other_words_in_the_thread_are_the_ones_that_were_sent(
    client: Client, draft: Message, thread: Thread
) -> None:
    do(client, draft)
    thread.echo(OTHER)
    assert state(draft) == SENT
    assert (draft.text, draft.drafted, draft.marks) == (OTHER, TEXT, [])
    assert thread.row.handled_by == "assistant"
    assert trust() == (0, 1, 0)


UNPROVED: list[tuple[str, dict[str, Any]]] = [
    ("written before", {"at": timezone.now() - timedelta(hours=1)}),
    ("in another thread", {"thread_external_id": "t2"}),
    ("to somebody else", {"thread_external_id": "t3", "contact_external_id": "tom"}),
    ("written by the network", {"automatic": True}),
    ("without words", {"text": ""}),
]


@pytest.mark.parametrize(("_name", "values"), UNPROVED, ids=[name for name, _values in UNPROVED])
def test_what_was_said_elsewhere_or_before_proves_nothing(
    client: Client, draft: Message, thread: Thread, _name: str, values: dict[str, Any]
) -> None:
    do(client, draft)
    thread.echo(**{"text": TEXT, **values})
    assert state(draft) == IN_HAND


def test_what_was_read_before_the_words_were_given_is_not_read_as_them(
    client: Client, draft: Message, thread: Thread
) -> None:
    said = {"external_id": "y_known", "at": timezone.now() - timedelta(seconds=20)}
    thread.echo("Bonjour Zoé", **said)
    Message.objects.filter(pk=draft.pk).update(status="held", reason="")
    do(client, draft)
    thread.echo("Bonjour Zoé", **said)
    assert state(draft) == IN_HAND


def test_of_two_in_hand_in_one_thread_only_the_same_words_prove_one(
    client: Client, draft: Message, thread: Thread
) -> None:
    do(client, draft)
    thread.say("Et le prix ?")
    second = thread.draft("49 € par personne.")
    do(client, second)
    thread.echo("49 € par personne.")
    assert (state(draft), state(second)) == (IN_HAND, SENT)


@pytest.mark.parametrize("status", ["sending", "unconfirmed"])
def test_other_words_may_be_those_of_ours_whose_outcome_nobody_knows(
    client: Client, draft: Message, thread: Thread, status: str
) -> None:
    do(client, draft)
    asked = thread.say("Et le prix ?")
    ours = make_reply(asked, "49 €.", status="queued", external_id="")
    Delivery.objects.create(
        workspace=ours.workspace, message=ours, status=status, begun_at=timezone.now()
    )
    thread.echo("49€")
    assert state(draft) == IN_HAND


def test_a_newer_message_has_its_own_answer_and_the_page_tells_of_it(
    client: Client, draft: Message, thread: Thread, workspace: Workspace
) -> None:
    do(client, draft)
    asked = thread.say("Et le prix ?")
    assert state(draft) == IN_HAND
    # Nobody has said it yet: the model is not told so.
    assert [line.text for line in history_of(asked)] == [
        "Vous faites des ateliers ?",
        "Et le prix ?",
    ]
    page = browser(make_member(workspace), "en").get(f"/inbox/{thread.row.uid}")
    assert "They have written again since" in page.content.decode()

    thread.draft("49 €.")
    assert do(client, draft, "undo").json()["message"]["status"] == "refused"


@pytest.mark.parametrize("in_hand", [True, False])
def test_behind_a_new_message_the_words_may_stand_so_the_thread_is_read_first(
    client: Client, draft: Message, thread: Thread, *, in_hand: bool
) -> None:
    if in_hand:
        do(client, draft)
    asked = thread.say("Et le prix ?")
    assert asked.unseen_before == int(in_hand)
    a_while_ago = timezone.now() - timedelta(minutes=1)
    Message.objects.filter(pk=asked.pk).update(created_at=a_while_ago, next_at=a_while_ago)
    pipeline.respond(asked.pk)
    wanted = Poll.objects.filter(stream=WHOLE, next_at__isnull=False)
    assert wanted.exists() == in_hand


def test_what_nobody_saw_for_a_week_counts_as_not_sent(
    client: Client, draft: Message, thread: Thread
) -> None:
    do(client, draft)
    begun = timezone.now() - timedelta(days=7)
    Delivery.objects.update(begun_at=begun)
    assert by_hand.sweep(now=begun + timedelta(days=7, seconds=-1)) == 0
    tasks.tend_quotas()
    assert state(draft) == ("refused", "by_hand_unseen", "refused")
    assert thread.row.handoff_reason == "by_hand_unseen"
    assert told(draft)[-1] == "by_hand_unseen"

    # Seen after all: the network knows better, and the quota is not touched.
    thread.echo(TEXT)
    assert (state(draft), thread.row.handoff_reason) == (SENT, "")
    assert not Quota.objects.filter(used__gt=0).exists()


def test_nobody_is_called_for_what_was_answered_meanwhile(
    client: Client, draft: Message, thread: Thread
) -> None:
    do(client, draft)
    make_reply(thread.say("Et le prix ?"), "49 €.")
    Delivery.objects.update(begun_at=timezone.now() - timedelta(days=8))
    by_hand.sweep(now=timezone.now())
    assert (state(draft)[0], thread.row.handoff_reason) == ("refused", "")


def test_a_wish_for_silence_takes_the_words_back_unless_they_had_left(
    client: Client, draft: Message, thread: Thread
) -> None:
    do(client, draft)
    consent.heed(thread.say("STOP"), now=timezone.now())
    assert state(draft) == ("refused", "opted_out", "refused")
    thread.echo(TEXT)
    assert state(draft) == SENT


def test_the_echo_does_not_bring_an_erased_person_back(
    client: Client, draft: Message, thread: Thread, workspace: Workspace
) -> None:
    do(client, draft)
    erasing.ask(workspace, thread.row.contact.uid, by=audit.SYSTEM)
    thread.echo(TEXT)
    assert not Contact.objects.exists()


# --- several threads with somebody ---------------------------------------------------------------


def test_each_thread_of_somebody_has_its_own_messages_and_echoes(
    client: Client, thread: Thread, draft: Message
) -> None:
    other = Thread(thread.account, "t2")
    other.say("Une autre question")
    twin = other.draft(TEXT)
    do(client, draft)
    do(client, twin)
    other.echo(TEXT)

    assert Contact.objects.count() == 1
    assert (state(draft), state(twin)) == (IN_HAND, SENT)


def test_what_is_on_its_way_in_one_thread_is_not_proved_in_another(thread: Thread) -> None:
    other = Thread(thread.account, "t2")
    lost = make_reply(other.say("Une autre question"), TEXT, status="unconfirmed", external_id="")
    Delivery.objects.create(
        workspace=lost.workspace, message=lost, status="unconfirmed", begun_at=timezone.now()
    )
    thread.echo(TEXT)
    assert (state(lost)[0], thread.row.handled_by) == ("unconfirmed", "human")


# --- LinkedIn's own pages -----------------------------------------------------------------------


def listed(account: SocialAccount, *said: tuple[str, str, bool], stream: str = "inbox") -> None:
    """Let pages of LinkedIn be received: of each message its id, its words, whose it is."""
    now = round(timezone.now().timestamp() * 1000)
    whole = {"thread": "2-abc==", "contact": "ACoAAB2", "name": "Zoé", "headline": ""}
    items = [
        {**whole, "id": name, "text": text, "own": own, "at": now + place}
        for place, (name, text, own) in enumerate(said)
    ]
    pipeline.receive(stored_page(account, *items, stream=stream).pk)


def test_on_linkedin_words_behind_a_reply_are_found_by_reading_the_thread(
    workspace: Workspace, client: Client
) -> None:
    account = make_account(workspace, provider="linkedin", kind="linkedin", external_id="ACoAAA1")
    asked, sent, reply = ("q", "Des ateliers ?", False), ("o", TEXT, True), ("r", "Parfait.", False)
    listed(account, asked)
    draft = Thread(account, "2-abc==").draft()
    answer = do(client, draft)
    assert answer.json()["link"] == "https://www.linkedin.com/messaging/thread/2-abc%3D%3D/"

    listed(account, reply)
    last = Message.objects.get(external_id="r")
    assert (state(draft), last.unseen_before) == (IN_HAND, 1)
    listed(account, asked, sent, reply, stream="thread")
    last.refresh_from_db()
    assert (state(draft), draft.external_id, last.unseen_before) == (SENT, "o", 0)
    assert [line.text for line in history_of(last)] == ["Des ateliers ?", TEXT, "Parfait."]


# --- pages -----------------------------------------------------------------------------------


@pytest.fixture
def page(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def press(page: Client, draft: Message, **posted: Any) -> str:
    """Press a draft's button as its form says, and return the page that follows."""
    answer = page.post(f"/inbox/drafts/{draft.uid}", posted, follow=True)
    return answer.content.decode()


def test_the_button_leads_to_the_words_the_link_and_the_way_back(
    page: Client, draft: Message, thread: Thread
) -> None:
    assert 'value="myself"' in page.get("/inbox/drafts").content.decode()
    html = press(page, draft, do="myself", text=OTHER)
    assert re.search(rf"<textarea[^>]*readonly>{re.escape(OTHER)}</textarea>", html)
    assert re.search(rf'href="{LINK}t1/" target="_blank" rel="noopener noreferrer"', html)
    assert "in about 7 minutes" in html
    assert "To be sent by you" in html
    press(page, draft, do="undo", next="conversation")
    assert state(draft)[0] == "held"


def test_a_draft_that_changed_meanwhile_is_not_handed_out(page: Client, draft: Message) -> None:
    html = press(page, draft, do="myself", seen="0" * 32)
    assert "has changed since you saw it" in html
    assert state(draft)[0] == "held"


def test_no_button_stands_where_there_is_no_address(page: Client, draft: Message) -> None:
    SocialAccount.objects.update(provider="meta", kind="messenger")
    assert 'value="myself"' not in page.get("/inbox/drafts").content.decode()
