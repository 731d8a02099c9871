"""One connected member: the browser's world in memory, the house's own steps, no model."""

from typing import Any

from processing import approving, pipeline
from processing.models import Conversation, Delivery, Message, Scenario
from social.models import Poll, SocialAccount, WebhookEvent
from social.polling import ensure_polls
from tests.factories import make_member, make_workspace
from tests.social.linkedin.fake import FakeLinkedIn, Thread
from tests.social.sessions.members import Hand, connected

LEAD = "Bonjour, quels sont vos tarifs pour une journée d'atelier ?"
ANSWER = "Bonjour, la journée est à 900 €."


class Play:
    """A workspace, an account, a clock and a LinkedIn."""

    def __init__(self, time: Hand, linkedin: FakeLinkedIn) -> None:
        self.time, self.linkedin = time, linkedin
        self.workspace = make_workspace(timezone="Europe/Paris", ai_notice="Assistant IA.")
        self.account: SocialAccount = connected(self.workspace)
        linkedin.owner = {"id": self.account.external_id, "name": self.account.name}
        self.member = make_member(self.workspace)
        self.scenario = Scenario.objects.create(
            workspace=self.workspace, name="Accueil", instruction="Réponds.", autonomy="draft"
        )
        ensure_polls(self.account, now=time.now)

    def writes(self, text: str = LEAD, **more: Any) -> Thread:
        return self.linkedin.writes(text, **more)

    def poll(self, stream: str = "inbox") -> None:
        Poll.objects.filter(social_account=self.account, stream=stream).update(
            next_at=self.time.now
        )
        poll = Poll.objects.get(social_account=self.account, stream=stream)
        pipeline.poll(poll.pk)
        self.take_in()

    def take_in(self) -> None:
        for event in WebhookEvent.objects.filter(status="received"):
            WebhookEvent.objects.filter(pk=event.pk).update(next_at=self.time.now)
            pipeline.receive(event.pk)

    def heard(self, text: str = LEAD) -> Message:
        """The contact wrote, and it was read."""
        self.writes(text)
        self.time.move(seconds=5)
        self.poll()
        return Message.objects.filter(direction="inbound").latest("pk")

    def draft(self, question: Message, text: str = ANSWER) -> Message:
        Message.objects.filter(pk=question.pk).update(outcome="hold", next_at=None)
        Conversation.objects.filter(pk=question.conversation_id).update(category="lead")
        return Message.objects.create(
            workspace=self.workspace,
            conversation=question.conversation,
            social_account=self.account,
            direction="outbound",
            author="assistant",
            status="held",
            text=text,
            drafted=text,
            in_reply_to=question,
            scenario=self.scenario,
            sent_at=self.time.now,
        )

    def approve(self, draft: Message, **more: Any) -> Delivery:
        draft.refresh_from_db()
        wake = approving.approve(draft, by=str(self.member.uid), **more)
        return Delivery.objects.get(pk=wake.row_id)

    def send(self, delivery: Delivery) -> Delivery:
        """Let the delivery's moment come, and a worker take it; what is gone stays as it was."""
        found = Delivery.objects.filter(pk=delivery.pk).first()
        if found is None:
            return delivery
        if found.status == "queued" and found.next_at and found.next_at > self.time.now:
            self.time.now = found.next_at
        pipeline.send_by_browser(found.pk)
        self.take_in()
        return Delivery.objects.filter(pk=found.pk).first() or found
