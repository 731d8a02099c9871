"""What tables that were put back from a backup cannot know: until when the product went on.

What was said, written or planned before that moment may have been answered and sent by the product
whose rows are lost: nobody answers it again by themselves (docs/backups.md).
"""

from datetime import datetime, timedelta

from django_celery_beat.models import PeriodicTask

from accounts.backups import RESTORED, went_on_until
from flowia.lib import clock
from processing import inbox, ledger, since
from processing.holding import give_quota_back
from processing.models import InteractionEvent, Message

ROUND = "dispatch"
"""The round of beat whose last time stands in the tables (`flowia/rounds.py`)."""
LATE = timedelta(minutes=1)
"""What is younger came after: nobody puts a backup back and starts everything in less time."""


def may_be_done(moment: datetime, *, now: datetime) -> bool:
    """Return whether what dates from `moment` may have been dealt with in rows that are lost."""
    if now - moment < LATE:
        return False
    until = went_on_until()
    return until is not None and moment < until


def leave_to_human(message: Message) -> bool:
    """Decide that a contact's message is not answered by itself: it may be answered already.

    False when it was decided before. Call it while the conversation is locked.
    """
    give_quota_back(message)
    ended = {"outcome": Message.Outcome.SILENT, "reason": RESTORED, "next_at": None}
    if not Message.objects.filter(pk=message.pk, outcome="").update(**ended):
        return False
    if not since.answered_since(message):
        inbox.flag(message.conversation, RESTORED)
    ledger.tell(message, InteractionEvent.Kind.DECIDED, RESTORED, outcome="silent")
    return True


def behind(seconds_since_tick: float | None) -> timedelta:
    """Return by how much the tables are older than beat's last tick, as Redis knows it."""
    rounds = PeriodicTask.objects.filter(name=ROUND)
    noted: datetime | None = rounds.values_list("last_run_at", flat=True).first()
    if noted is None or seconds_since_tick is None:
        return timedelta(0)
    return clock.now() - timedelta(seconds=seconds_since_tick) - noted


def note_round() -> None:
    """Note in the tables that beat, or who put them back, knows how old they are."""
    PeriodicTask.objects.filter(name=ROUND).update(last_run_at=clock.now())
