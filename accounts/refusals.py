"""Wrong passwords, wrong codes and lock-outs in the audit log: one entry per person and hour.

Whoever guesses would else fill the log of the person they guess at. For addresses that nobody has,
the same questions are asked and nothing is written.
"""

from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import AuditEntry, User
from flowia.lib import clock

NOBODY = UUID(int=0)


def tell_wrong_password(email: str, *, by: audit.By) -> None:
    """Write down that a wrong password was given for `email`, if this hour does not say so."""
    _tell("sign_in.failed", email, by)


def tell_lock_out(email: str, *, by: audit.By) -> None:
    """Write down that somebody has to wait before trying `email` again."""
    _tell("sign_in.locked", email, by)


def tell_wrong_code(user: User, *, by: audit.By) -> None:
    """Write down that a wrong code was given for an operator's second factor, as above."""
    _tell("operator.factor_failed", user.email, by)


def tell_code_lock_out(user: User, *, by: audit.By) -> None:
    """Write down that somebody has to wait before trying an operator's second factor again."""
    _tell("operator.factor_locked", user.email, by)


def _tell(name: str, email: str, by: audit.By) -> None:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        # Locked, so that of many attempts at once one is told.
        user = User.objects.select_for_update().filter(email=email).first()
        uid = user.uid if user else NOBODY
        told = AuditEntry.objects.filter(target_uid=uid, action=name, at__gte=hour).exists()
        if user is None or told:
            return
        if name.startswith("operator."):
            # It concerns those who operate, not the workspaces that the person is in.
            audit.record(name, by=by, target=user)
        else:
            audit.record_for_person(name, user, by=by)
