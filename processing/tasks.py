"""The relay: each task calls one step of the pipeline and wakes what it returns.

Acknowledged before they run: a lost task is found in the tables by `dispatch`.
"""

from celery import Task, shared_task

from accounts.tasks import post_letter
from flowia.lib import clock
from flowia.lib.redis import redis_client
from flowia.lib.wake import wake, wake_after_commit
from processing import deadletters, figures, leading, pipeline
from processing import dispatch as due_work
from processing.wakes import Wake
from social import events, polling

HALF_AN_HOUR = 1800
POLL_SECONDS = 170
"""Ten pages of a network that takes its time; shorter than the lease of a turn."""


@shared_task
def receive(event_id: int) -> None:
    """Turn a stored webhook call into messages."""
    _relay(pipeline.receive(event_id))


@shared_task
def respond(message_id: int) -> None:
    """Decide on an inbound message."""
    _relay(pipeline.respond(message_id))


@shared_task
def send(delivery_id: int) -> None:
    """Hand a message over to its network."""
    _relay(pipeline.send(delivery_id))


@shared_task
def settle(delivery_id: int) -> None:
    """Look a send up of which nobody knows whether it left."""
    _relay(pipeline.settle(delivery_id))


@shared_task
def profile(contact_id: int) -> None:
    """Ask a contact's network for their name."""
    _relay(pipeline.profile(contact_id))


@shared_task
def sync(run_id: int) -> None:
    """Write a lead into a workspace's tool."""
    _relay(pipeline.sync(run_id))


@shared_task
def remove(removal_id: int) -> None:
    """Take an erased lead out of a workspace's tool."""
    _relay(pipeline.remove(removal_id))


@shared_task
def follow(follow_up_id: int) -> None:
    """Write a planned follow-up."""
    _relay(pipeline.follow(follow_up_id))


@shared_task(soft_time_limit=POLL_SECONDS, time_limit=POLL_SECONDS + 10)
def poll(poll_id: int) -> None:
    """Read one stream of an account."""
    _relay(pipeline.poll(poll_id))


@shared_task
def ensure_polls() -> None:
    """Give accounts the streams that they lack; beat calls this every five minutes."""
    polling.sweep(now=clock.now())


@shared_task
def replay(replay_id: int) -> None:
    """Run one slice of a replay."""
    _relay(pipeline.replay(replay_id))


@shared_task
def refresh(account_id: int) -> None:
    """Renew a connected account's token."""
    _relay(pipeline.refresh(account_id))


@shared_task
def check(account_id: int) -> None:
    """Look whether a connected account still works."""
    _relay(pipeline.check(account_id))


@shared_task
def dispatch() -> None:
    """Wake what is due or was forgotten; beat calls this every second."""
    _relay(due_work.due(redis_client()))


@shared_task
def digest() -> None:
    """Add what is new in the ledger to the figures by day; beat calls this every five seconds."""
    figures.digest()


@shared_task(soft_time_limit=HALF_AN_HOUR, time_limit=HALF_AN_HOUR + 30)
def cool_leads() -> None:
    """Let leads cool that gave no sign of interest; beat calls this every night."""
    _relay(leading.cool(now=clock.now()))


def replay_event(event_id: int) -> bool:
    """Handle a failed webhook call once more; False when it is not failed."""
    reopened = events.reopen(event_id, now=clock.now())
    if reopened:
        deadletters.close("receive", event_id, now=clock.now())
        wake_after_commit(receive, event_id)
    return reopened


def replay_dead_letter(dead_letter_id: int) -> bool:
    """Try work that failed for good once more; False when it cannot be replayed safely."""
    found = deadletters.exhume(dead_letter_id, now=clock.now())
    if found is not None:
        wake_after_commit(STEPS[found[0]], found[1])
    return found is not None


STEPS: dict[str, "Task[[int], None]"] = {
    "receive": receive,
    "respond": respond,
    "send": send,
    "sync": sync,
    "letter": post_letter,
    "remove": remove,
    "follow": follow,
    "replay": replay,
    "refresh": refresh,
    "check": check,
    "settle": settle,
    "profile": profile,
    "poll": poll,
}


def relay_after_commit(*wakes: Wake) -> None:
    """Wake what a member's deed asks for, once it is committed."""
    for one in wakes:
        wake_after_commit(STEPS[one.step], one.row_id)


def _relay(wakes: list[Wake]) -> None:
    for one in wakes:
        wake(STEPS[one.step], one.row_id)
