"""The relay for letters; `processing.dispatch` finds those that nobody was woken for.

And the nightly look at the audit log.
"""

from celery import shared_task

from accounts import posting, verifying
from flowia.lib import clock
from flowia.lib.wake import wake_after_commit

HOURS = 4 * 3600


@shared_task
def post_letter(letter_id: int) -> None:
    """Post one letter that is due."""
    posting.send(letter_id)


@shared_task(soft_time_limit=HOURS, time_limit=HOURS + 30)
def verify_audit() -> None:
    """Look whether the audit log is whole; beat calls this every night."""
    verifying.verify_all()


def post_again(letter_id: int) -> bool:
    """Post a letter that failed once more; False when it is not failed."""
    reopened = posting.reopen(letter_id, now=clock.now())
    if reopened:
        wake_after_commit(post_letter, letter_id)
    return reopened
