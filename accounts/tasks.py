"""The relay for letters; `processing.dispatch` finds those that nobody was woken for."""

from celery import shared_task

from accounts import posting
from flowia.lib import clock
from flowia.lib.wake import wake


@shared_task
def post_letter(letter_id: int) -> None:
    """Post one letter that is due."""
    posting.send(letter_id)


def post_again(letter_id: int) -> bool:
    """Post a letter that failed once more; False when it is not failed."""
    reopened = posting.reopen(letter_id, now=clock.now())
    if reopened:
        wake(post_letter, letter_id)
    return reopened
