"""Writing through an account whose session may not act: what members are told at once."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User, Workspace
from flowia.lib import clock
from processing import commenting
from processing.models import Delivery
from processing.reasons import SENTENCES
from social.models import Consent
from tests.callers import browser, caller
from tests.factories import make_conversation, make_member, make_message, make_workspace
from tests.social.browsed import TUESDAY, make_browsed

pytestmark = pytest.mark.django_db
SEND = "/social-accounts/linkedin/send-message"
OLD = "an older version"
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "stopped": ({"session": {"stopped_at": timedelta()}}, "account_stopped", "You stopped it"),
    "another text": ({}, "account_not_agreed", "The text about the risk has changed"),
    "connecting": ({"status": "connecting"}, "account_connecting", "Being connected"),
    "resting": (
        {"session": {"state": "cooldown", "until": timedelta(hours=1)}},
        "",
        "LinkedIn asked for calm",
    ),
    "working": ({}, "", ""),
}
"""What the account is like, the refusal's code ("" for none), and what the thread's page says."""


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(timezone="Europe/Paris")


@pytest.fixture
def member(workspace: Workspace) -> User:
    return make_member(workspace)


@pytest.mark.parametrize("case", CASES)
def test_a_message_is_taken_only_where_it_leaves_without_anybody_s_doing(
    monkeypatch: pytest.MonkeyPatch, workspace: Workspace, member: User, case: str
) -> None:
    account, code, _words = CASES[case]
    monkeypatch.setattr(clock, "now", lambda: TUESDAY)
    linkedin = make_browsed(workspace, member, **account)
    if case == "another text":
        Consent.objects.update(version=OLD)
    thread = make_conversation(workspace, account=linkedin, external_id="2-a")
    make_message(thread)
    body = {"account": str(linkedin.uid), "conversation": str(thread.uid), "text": "Oui"}

    answer = caller(member).post(SEND, body, content_type="application/json")

    assert answer.status_code == (409 if code else 202)
    assert answer.json().get("code", "") == code
    assert Delivery.objects.count() == (0 if code else 1)


@pytest.mark.parametrize("case", CASES)
def test_the_thread_s_page_says_what_keeps_the_account(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    workspace: Workspace,
    member: User,
    case: str,
) -> None:
    account, _code, words = CASES[case]
    settings.LINKEDIN_BROWSER_EXECUTABLE = "/bin/sh"
    monkeypatch.setattr(clock, "now", lambda: TUESDAY)
    linkedin = make_browsed(workspace, member, **account)
    if case == "another text":
        Consent.objects.update(version=OLD)
    thread = make_conversation(workspace, account=linkedin, external_id="2-a")
    make_message(thread)

    page = browser(member, "en").get(f"/inbox/{thread.uid}").content.decode()

    assert words in page
    assert (f'href="/accounts/{linkedin.uid}"' in page) == bool(words)


def test_a_refusal_s_code_is_no_reason_of_the_ledger_that_tells_something_else() -> None:
    assert commenting.StoppedError.code not in SENTENCES
