"""Taking a rejection back from the page that tells of it, while nothing newer happened."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User, Workspace
from processing import trust
from processing.models import Conversation, InteractionEvent, Message, Scenario, Trust
from tests.callers import browser
from tests.factories import make_member, make_message, make_workspace
from tests.pages.test_drafts import make_draft

pytestmark = pytest.mark.django_db
LIST = "/inbox/drafts"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


@pytest.fixture
def client(owner: User) -> Client:
    return browser(owner, "en")


def do(client: Client, draft: Message, deed: str, **fields: str) -> str:
    answer: Any = client.post(f"{LIST}/{draft.uid}", {"do": deed, **fields}, follow=True)
    return html.unescape(answer.content.decode())


def reject(client: Client, draft: Message, reason: str = "wrong_tone") -> str:
    return do(client, draft, "reject", reason=reason)


@pytest.mark.parametrize("reason", ["wrong_tone", "not_needed"])
def test_a_rejected_draft_waits_again(client: Client, workspace: Workspace, reason: str) -> None:
    draft = make_draft(workspace)
    Conversation.objects.update(handoff_reason="needs_approval")
    page = reject(client, draft, reason)
    assert re.search(rf'action="{LIST}/{draft.uid}">.*?value="unreject"', page, re.DOTALL)

    assert "the draft waits again" in do(client, draft, "unreject")

    draft.refresh_from_db()
    assert (draft.status, draft.reason) == ("held", "")
    assert Conversation.objects.get().handoff_reason == "needs_approval"
    told = InteractionEvent.objects.filter(kind="draft").order_by("pk")
    assert list(told.values_list("reason", flat=True)) == ["rejected", "rejection_undone"]
    assert "nothing was undone" in do(client, draft, "unreject")


def test_the_flag_of_another_reason_stays(client: Client, workspace: Workspace) -> None:
    draft = make_draft(workspace)
    Conversation.objects.update(handoff_reason="send_failed")
    reject(client, draft)
    do(client, draft, "unreject")
    assert Conversation.objects.get().handoff_reason == "send_failed"


@pytest.mark.parametrize("newer", ["wrote", "approved", "another member"])
def test_what_is_newer_is_not_undone(client: Client, workspace: Workspace, newer: str) -> None:
    draft = make_draft(workspace)
    if newer == "approved":
        do(client, draft, "approve")
    else:
        reject(client, draft)
    if newer == "wrote":
        make_message(draft.conversation, created_at=timezone.now() + timedelta(seconds=1))
    before = Message.objects.get(pk=draft.pk).status
    if newer == "another member":
        client = browser(make_member(workspace, "member"), "en")

    assert "nothing was undone" in do(client, draft, "unreject")

    draft.refresh_from_db()
    assert draft.status == before != "held"


def test_what_could_not_leave_any_more_offers_no_undo(client: Client, workspace: Workspace) -> None:
    draft = make_draft(workspace)
    Conversation.objects.update(window_closes_at=timezone.now() - timedelta(minutes=1))
    assert "unreject" not in reject(client, draft)
    assert "nothing was undone" in do(client, draft, "unreject")


@pytest.mark.parametrize(
    ("autonomy", "before"),
    [
        ("draft", {"stage": "auto", "reason": "accepted", "in_a_row": 0}),
        ("draft", {"stage": "draft", "reason": "", "in_a_row": 3}),
        ("auto", {"stage": "draft", "reason": "", "in_a_row": 0}),
        ("draft", {"stage": "draft", "reason": "complaint", "in_a_row": 2}),
    ],
)
def test_what_the_rejection_cost_is_given_back(
    client: Client, workspace: Workspace, autonomy: str, before: dict[str, Any]
) -> None:
    scenario = Scenario.objects.create(
        workspace=workspace, name="Accueil", instruction="…", autonomy=autonomy
    )
    one = Trust.objects.create(workspace=workspace, scenario=scenario, intent="price", **before)
    draft = make_draft(workspace, scenario=scenario)
    stood = trust.standing(scenario, "price")

    reject(client, draft)
    assert Trust.objects.get().rejected == 1
    do(client, draft, "unreject")

    one.refresh_from_db()
    assert {name: getattr(one, name) for name in before} == before
    assert one.rejected == 0
    assert trust.standing(scenario, "price") == stood


def test_what_a_second_rejection_cost_stays_lost(client: Client, workspace: Workspace) -> None:
    scenario = Scenario.objects.create(workspace=workspace, name="Accueil", instruction="…")
    Trust.objects.create(workspace=workspace, scenario=scenario, intent="price", stage="auto")
    first, second = (make_draft(workspace, name, scenario=scenario) for name in ("Léa", "Tom"))
    reject(client, first)
    reject(client, second)

    do(client, first, "unreject")

    assert trust.standing(scenario, "price") == "lost"
    assert Trust.objects.get().rejected == 1
