"""Whether these tables were put back from a backup, and until when the product went on without."""

from datetime import datetime
from functools import cache

from accounts.audit import OPERATORS
from accounts.models import AuditEntry

RESTORED = "restored"
"""The code of what waited when the backup was made, or came from before it was put back."""
ACTION = "operator.backup_restored"
UNTIL = "until"


@cache
def went_on_until() -> datetime | None:
    """Return until when the product went on without these rows; None where none were put back.

    Read once in a process: none of them runs while a backup is put back.
    """
    entries = AuditEntry.objects.filter(chain=OPERATORS, action=ACTION)
    last = entries.order_by("-number").first()
    return datetime.fromisoformat(last.data[UNTIL]) if last else None
