"""While operators pause something, members whom it concerns read so, dated, in their language."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.ids import uuid7
from social import pauses
from tests.callers import browser, queries_of
from tests.factories import make_account, make_member, make_workspace

pytestmark = pytest.mark.django_db
INBOX = reverse("inbox")
WORDS = {
    "everything": ("Flow IA is paused", "Flow IA is paused"),
    "model": ("The assistant is paused", "The assistant is paused"),
    "network": ("Meta", ""),
    "account": ("Page Atelier is paused", ""),
}
"""What a workspace reads that is concerned, and another one."""


def page(workspace: Workspace) -> str:
    user = make_member(workspace)
    return browser(user, "en").get(INBOX).content.decode()


@pytest.mark.parametrize("what", WORDS)
def test_who_is_concerned_reads_of_it(what: str) -> None:
    account = make_account(make_workspace())
    other = make_account(make_workspace(), provider="tiktok", kind="tiktok", name="Autre")
    operator, until = uuid7(), clock.now() + timedelta(hours=2)
    if what == "network":
        pauses.pause("meta", "words of ours", until=until, by_uid=operator, now=clock.now())
    else:
        name = f"account:{account.uid}" if what == "account" else what
        now = clock.now()
        pauses.stop(name, "words of ours", until=until, by_uid=operator, now=now)
    mine, theirs = page(account.workspace), page(other.workspace)
    concerned, others = WORDS[what]
    assert concerned in mine
    assert "Pause by our operators" in mine
    assert ("Pause by our operators" in theirs) == bool(others)
    assert "words of ours" not in mine
    assert "Since" in mine
    assert "Until" in mine


def test_a_networks_own_rest_is_told_on_its_accounts_page_alone() -> None:
    account = make_account(make_workspace())
    pauses.pause("meta", "usage", now=clock.now())
    assert "Pause by our operators" not in page(account.workspace)


def test_while_nothing_rests_no_page_asks_a_question_more() -> None:
    account = make_account(make_workspace())
    client = browser(make_member(account.workspace))
    before = queries_of(client, INBOX)
    pauses.stop("model", "x", until=None, by_uid=uuid7(), now=clock.now())
    assert queries_of(client, INBOX) <= before + 2


def test_the_pauses_of_other_workspaces_accounts_are_not_even_read() -> None:
    mine, other = make_account(make_workspace()), make_account(make_workspace(), name="Autre")
    now = clock.now()
    for uid in (mine.uid, other.uid, *(uuid7() for _ in range(5))):
        pauses.stop(f"account:{uid}", "x", until=None, by_uid=uuid7(), now=now)
    pauses.pause("tiktok", "x", by_uid=uuid7(), now=now)
    (found,) = pauses.operators_pauses(mine.workspace)
    assert found.name == f"account:{mine.uid}"
