"""Drafts that members send themselves on the network, and what proves that they did."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Workspace
from billing.models import Quota
from processing import pipeline, tasks
from processing.dispatch import _rows
from processing.models import (
    Contact,
    Conversation,
    Delivery,
    Message,
)
from social.models import SocialAccount
from tests.processing.handing import (
    IN_HAND,
    OTHER,
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
from tests.processing.yonder import LINK, Thread, state

__all__ = ["account", "client", "draft", "thread", "workspace"]

pytestmark = pytest.mark.django_db


def test_the_member_gets_the_words_and_the_address_and_nothing_leaves_from_here(
    client: Client, draft: Message, thread: Thread
) -> None:
    answer = do(client, draft)

    assert answer.status_code == 200
    assert answer.json() == {
        "link": f"{LINK}t1/",
        "text": TEXT,
        "message": {"id": str(draft.uid), "status": "queued"},
    }
    assert state(draft) == IN_HAND
    assert (draft.approved_by is not None, thread.row.handoff_reason) == (True, "")
    assert told(draft) == ["approved", "by_hand"]
    assert trust() == (1, 0, 1)
    later = timezone.now() + timedelta(days=6)
    for step in ("send", "settle"):
        assert not _rows(later)[step].exists()
    delivery = Delivery.objects.get()
    assert pipeline.send(delivery.pk) == pipeline.settle(delivery.pk) == []
    tasks.tend_quotas()
    assert state(draft) == IN_HAND


def test_what_the_draft_held_of_the_quota_is_given_back(
    client: Client, draft: Message, workspace: Workspace
) -> None:
    day = timezone.localdate()
    Quota.objects.create(workspace=workspace, day=day, reserved=1)
    Message.objects.filter(pk=draft.pk).update(quota_day=day)
    do(client, draft)
    assert Quota.objects.get(day=day).reserved == 0


def test_words_that_were_changed_are_those_to_copy(client: Client, draft: Message) -> None:
    answer = do(client, draft, text=f" {OTHER} ")
    assert (answer.json()["text"], told(draft)[0]) == (OTHER, "approved_edited")
    assert trust()[:2] == (0, 1)


def test_twice_is_once_and_other_words_come_too_late(client: Client, draft: Message) -> None:
    first = do(client, draft, text=OTHER)
    again = do(client, draft)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (Delivery.objects.count(), trust()[1]) == (1, 1)
    assert [do(client, draft, text=TEXT).status_code, do(client, draft, "approve").status_code] == [
        409,
        409,
    ]


REFUSED: list[tuple[str, Any, dict[str, Any]]] = [
    ("no_deep_link", SocialAccount, {"provider": "meta", "kind": "messenger"}),
    ("no_deep_link", Conversation, {"external_id": ""}),
    ("account_disconnected", SocialAccount, {"status": "disconnected"}),
    ("window_closed", Conversation, {"window_closes_at": timezone.now() - timedelta(hours=1)}),
    ("opted_out", Contact, {"opted_out_at": timezone.now()}),
]


@pytest.mark.parametrize(("code", "table", "changes"), REFUSED)
def test_what_cannot_be_sent_by_hand_stays_a_draft(
    client: Client, draft: Message, code: str, table: Any, changes: dict[str, Any]
) -> None:
    table.objects.update(**changes)
    answer = do(client, draft)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert state(draft) == ("held", "", "")


def test_words_too_long_for_the_network_are_refused(client: Client, draft: Message) -> None:
    answer = do(client, draft, text="a" * 301)
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"text"})


def test_it_can_be_taken_back_days_later_and_is_the_draft_again(
    client: Client, draft: Message, thread: Thread
) -> None:
    do(client, draft)
    Delivery.objects.update(begun_at=timezone.now() - timedelta(days=6))
    assert do(client, draft, "undo").json()["message"]["status"] == "held"
    assert state(draft) == ("held", "", "")
    assert (trust(), thread.row.handoff_reason) == ((0, 0, 0), "needs_approval")

    # Whatever is written there now is a human's.
    thread.echo(TEXT)
    assert state(draft) == ("refused", "human_replied", "")
    assert thread.row.handled_by == "human"
