"""A workspace, its member's account, and the steps of a message; the browser's work is played."""

import pytest
from pytest_django import Settings

from accounts.models import User, Workspace
from billing.models import Subscription
from processing import approving, pipeline
from processing.ai import engine
from processing.ai.contracts import Brief, ConversationClass, Draft, Interest, Reply, Spent
from processing.models import Delivery, InteractionEvent, Message, Scenario
from processing.wakes import Wake
from social.models import SocialAccount
from tests.factories import make_member, make_workspace
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.members import Hand, join
from tests.social.sessions.steps import look, read, receive

SPENT = Spent("gpt-test", "1", 1, 1, 1)
NOTICE = "Je suis l'assistant automatique."
WORDS = "Oui, avec plaisir.\n\nDites-nous en plus !"
ANSWER = f"{NOTICE}\n\n{WORDS}"


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Workspace:
    """A workspace whose model is played: everybody is a lead, and gets one answer."""
    settings.SETTLE_SECONDS = 0
    monkeypatch.setattr(engine, "generate_reply", _answer)
    monkeypatch.setattr(engine, "classify_conversation", _sort)
    found = make_workspace(timezone="Europe/Paris", business_profile="Conseil.", ai_notice=NOTICE)
    Subscription.objects.create(workspace=found, plan="ultra")
    Scenario.objects.create(
        workspace=found, name="Accueil", instruction="Répondez.", autonomy="auto"
    )
    return found


def _answer(_brief: Brief) -> Draft:
    reply = Reply(
        action="reply",
        text=WORDS,
        intent="other",
        interest=Interest(level="warm", evidence=[]),
        learned=[],
        summary=[],
        confidence=0.9,
        language="fr",
    )
    return Draft(reply, SPENT)


def _sort(_brief: Brief) -> tuple[ConversationClass, Spent]:
    return ConversationClass(kind="lead", evidence=["accompagnement"], confidence=0.9), SPENT


@pytest.fixture
def marie(workspace: Workspace) -> User:
    return make_member(workspace)


@pytest.fixture
def account(linkedin: FakeLinkedIn, workspace: Workspace, marie: User, time: Hand) -> SocialAccount:
    row = join(marie, workspace)
    look(row)
    time.move(seconds=1)
    return SocialAccount.objects.get(pk=row.pk)


def respond(time: Hand) -> None:
    time.move(seconds=1)
    for key in Message.objects.filter(outcome="", next_at__isnull=False).values_list(
        "pk", flat=True
    ):
        pipeline.respond(key)


def drafted(account: SocialAccount, linkedin: FakeLinkedIn, time: Hand) -> Message:
    """Let Léa write, be read, and a draft be held."""
    linkedin.writes("Bonjour, quel est le tarif de votre accompagnement ?")
    read(account)
    respond(time)
    return Message.objects.get(author="assistant")


def approve(draft: Message, marie: User) -> Delivery:
    approving.approve(draft, by=str(marie.uid))
    return Delivery.objects.get(message=draft)


def leave(delivery: Delivery) -> Delivery:
    """Let the workers take it: the one who has no browser hands over to one who has."""
    assert pipeline.send(delivery.pk) == [Wake("send_by_browser", delivery.pk)]
    pipeline.send_by_browser(delivery.pk)
    receive()
    delivery.refresh_from_db()
    return delivery


def told(kind: str = "delivery") -> list[str]:
    rows = InteractionEvent.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("reason", flat=True))
