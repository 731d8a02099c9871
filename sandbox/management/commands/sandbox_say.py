"""`manage.py sandbox_say "Bonjour"`: what the sandbox's page does, from a shell.

A message goes in through the sandbox as Meta would send it; its journey is printed from the
product's own tables while it happens. Exit code 0 when a reply was sent, 1 with the reason.
"""

import time
from dataclasses import dataclass, field
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from processing.ledger import sentence_of
from processing.models import InteractionEvent, Message
from processing.reasons import sentence

LOOK_SECONDS = 0.15
ANSWER_SECONDS = 30
OK = 200
WENT_OUT = {Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ}
STUCK = {Message.Status.REFUSED, Message.Status.FAILED, Message.Status.UNCONFIRMED}


class Command(BaseCommand):
    """Say something as a customer, and watch what becomes of it."""

    help = "Writes to the demo account as a customer would, and prints the message's journey."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text")
        parser.add_argument("--contact", default="", help="an id; without it, a new person writes")
        parser.add_argument("--account", default="messenger", choices=["messenger", "instagram"])
        parser.add_argument("--timeout", type=float, default=60, help="seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        # A command run by Django speaks the settings' language only when it is switched on.
        with translation.override(settings.LANGUAGE_CODE):
            said = _say(options["text"], contact=options["contact"], account=options["account"])
            self.stdout.write(f"   0.00  {_('Contact')} {said['contact']} : {options['text']}")
            if said["status"] != OK:
                self.stdout.write("         " + _("Flow IA did not take it; it is posted again."))
            self._follow(_Journey(said["mid"]), timeout=options["timeout"])

    def _follow(self, journey: "_Journey", *, timeout: float) -> None:
        while time.monotonic() - journey.started < timeout:
            for line in journey.news():
                self.stdout.write(line)
            end = journey.end()
            if end is not None:
                if end.sent:
                    self.stdout.write(f"\n{end.words}")
                    return
                raise CommandError(end.words)
            time.sleep(LOOK_SECONDS)
        raise CommandError(_("No reply after %(seconds)d s.") % {"seconds": timeout})


@dataclass(frozen=True)
class _End:
    """How the journey ended: `words` are the reply, or the reason why there is none."""

    sent: bool
    words: str


@dataclass
class _Journey:
    """One message followed through the product's tables."""

    mid: str
    started: float = field(default_factory=time.monotonic)
    seen: int = 0
    waiting: str = ""
    delivery: str = ""

    def message(self) -> Message | None:
        """Return the customer's message once the product has stored it."""
        return Message.objects.filter(external_id=self.mid).first()

    def news(self) -> list[str]:
        """Return one line per new ledger row, and one when a rule makes the message wait."""
        message = self.message()
        if message is None:
            return []
        rows = InteractionEvent.objects.filter(
            conversation=message.conversation_id,
            pk__gt=self.seen,
            created_at__gte=message.created_at,
        )
        lines = []
        for row in rows.order_by("pk"):
            self.seen, words = row.pk, sentence_of(row)
            lines.append(self._line(row.kind, words))
            if row.kind == InteractionEvent.Kind.DELIVERY:
                self.delivery = words
        waits = message.reason if message.next_at and not message.outcome else ""
        if waits and waits != self.waiting:
            lines.append(self._line("…", sentence(waits, None)))
        self.waiting = waits
        return lines

    def end(self) -> _End | None:
        """Return how it ended, or None while it has not."""
        message = self.message()
        if message is None or not message.outcome:
            return None
        if message.outcome != Message.Outcome.REPLY:
            label = message.get_outcome_display()
            return _End(sent=False, words=f"{label} : {sentence(message.reason, None)}")
        reply = Message.objects.filter(in_reply_to=message).order_by("pk").last()
        if reply is None:
            return None
        if reply.status in WENT_OUT:
            return _End(sent=True, words=reply.text)
        if reply.status in STUCK:
            label = reply.get_status_display()
            return _End(sent=False, words=f"{label} : {self.delivery or reply.reason}")
        return None

    def _line(self, kind: str, words: str) -> str:
        return f"{time.monotonic() - self.started:7.2f}  {kind:<10} {words}"


def _say(text: str, *, contact: str, account: str) -> dict[str, Any]:
    body = {"text": text, "contact": contact, "account": account}
    try:
        answer = requests.post(f"{settings.SANDBOX_URL}/say", json=body, timeout=ANSWER_SECONDS)
        said: dict[str, Any] = answer.json()
    except requests.RequestException as error:
        raise CommandError(
            _("The sandbox does not answer at %(url)s: start it with “make run”.")
            % {"url": settings.SANDBOX_URL or "SANDBOX_URL"}
        ) from error
    if answer.status_code != OK:
        raise CommandError(str(said.get("error", answer.status_code)))
    return said
