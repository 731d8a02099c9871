"""The relay: each task calls one step of the pipeline and wakes what it returns.

Acknowledged before they run: a lost task is found in the tables by `dispatch`.
"""

from celery import Task, shared_task

from accounts.tasks import post_letter
from billing.tasks import ask_stripe, close_customer, take_event
from flowia.lib import clock
from flowia.lib.redis import redis_client
from flowia.lib.wake import wake, wake_after_commit
from processing import (
    acts,
    attention,
    by_hand,
    deadletters,
    figures,
    leading,
    names,
    pipeline,
    quota_line,
    receipts,
    reclaiming,
)
from processing import dispatch as due_work
from processing.wakes import Wake
from social import checking, events, polling, sessions

HALF_AN_HOUR = 1800
BROWSER_SECONDS = 230
"""A browser's whole run; shorter than every lease it works under."""
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
def sync(integration_id: int) -> None:
    """Write the leads that wait into one tool."""
    _relay(pipeline.sync(integration_id))


@shared_task
def order(order_id: int) -> None:
    """Queue one slice of a member's order to write leads."""
    _relay(pipeline.order(order_id))


@shared_task
def act(act_id: int) -> None:
    """Do one slice of what a member does with many leads."""
    _relay(pipeline.act(act_id))


@shared_task
def remove(removal_id: int) -> None:
    """Take an erased lead out of a workspace's tool."""
    _relay(pipeline.remove(removal_id))


@shared_task
def plan(change_id: int) -> None:
    """Tell a change of plan, and let go on what it opens."""
    _relay(pipeline.plan(change_id))


@shared_task
def hook(call_id: int) -> None:
    """Call a workspace's webhook."""
    _relay(pipeline.hook(call_id))


@shared_task
def follow(follow_up_id: int) -> None:
    """Write a planned follow-up."""
    _relay(pipeline.follow(follow_up_id))


@shared_task(soft_time_limit=POLL_SECONDS, time_limit=POLL_SECONDS + 10)
def poll(poll_id: int) -> None:
    """Read one stream of an account."""
    _relay(pipeline.poll(poll_id))


@shared_task(soft_time_limit=BROWSER_SECONDS, time_limit=BROWSER_SECONDS + 10)
def send_by_browser(delivery_id: int) -> None:
    """Type a message and send it, with the member's own session."""
    _relay(pipeline.send_by_browser(delivery_id))


@shared_task(soft_time_limit=BROWSER_SECONDS, time_limit=BROWSER_SECONDS + 10)
def settle_by_browser(delivery_id: int) -> None:
    """Look a send up of which nobody knows whether it left, in a browser."""
    _relay(pipeline.settle(delivery_id))


@shared_task(soft_time_limit=BROWSER_SECONDS, time_limit=BROWSER_SECONDS + 10)
def poll_by_browser(poll_id: int) -> None:
    """Read what people wrote, in a browser."""
    _relay(pipeline.poll(poll_id))


@shared_task(soft_time_limit=BROWSER_SECONDS, time_limit=BROWSER_SECONDS + 10)
def check_by_browser(account_id: int) -> None:
    """Look whose session it is, and whether it works."""
    _relay(pipeline.check(account_id))


@shared_task
def note_browser() -> None:
    """Tell the other machines whether there is a browser here; beat calls this every minute."""
    sessions.note_browser()


@shared_task
def ensure_polls() -> None:
    """Give accounts the streams that they lack, and their owners word of sessions that end soon.

    Beat calls this every five minutes.
    """
    polling.sweep(now=clock.now())
    checking.tell_of_ends(now=clock.now())


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


@shared_task
def tend_quotas() -> None:
    """Take back what nobody uses of the day's messages, and let who waits go on, every minute.

    And give up what members were to send themselves and nobody saw; forget who needs nobody; read
    the names that came meanwhile.
    """
    reclaiming.sweep()
    _relay(quota_line.advance(now=clock.now()))
    by_hand.sweep(now=clock.now())
    attention.sweep(now=clock.now())
    names.read()


@shared_task(soft_time_limit=HALF_AN_HOUR, time_limit=HALF_AN_HOUR + 30)
def cool_leads() -> None:
    """Let leads cool that gave no sign of interest; beat calls this every night.

    And find whoever needs a member and has no mark, and names whose key is of another day.
    """
    _relay(leading.cool(now=clock.now()))
    attention.mend_all()
    names.mend()


def replay_event(event_id: int) -> bool:
    """Handle a failed webhook call once more; False when it is not failed."""
    reopened = events.reopen(event_id, now=clock.now())
    if reopened:
        deadletters.close("receive", event_id, now=clock.now())
        wake_after_commit(receive, event_id)
    return reopened


def replay_push(run_id: int) -> bool:
    """Try a failed push once more; False when it is not failed, or a newer one followed."""
    reopened = receipts.push_again(run_id, now=clock.now())
    if reopened:
        deadletters.close("sync", run_id, now=clock.now())
    return reopened


def replay_dead_letter(dead_letter_id: int) -> bool:
    """Try work that failed for good once more; False when it cannot be replayed safely."""
    again = {"act": acts.reopen, "sync": receipts.push_again}
    found = deadletters.exhume(dead_letter_id, now=clock.now(), more=again)
    if found is not None:
        wake_after_commit(STEPS[found[0]], found[1])
    return found is not None


STEPS: dict[str, "Task[[int], None]"] = {
    "receive": receive,
    "respond": respond,
    "send": send,
    "sync": sync,
    "order": order,
    "act": act,
    "letter": post_letter,
    "remove": remove,
    "hook": hook,
    "follow": follow,
    "replay": replay,
    "refresh": refresh,
    "check": check,
    "settle": settle,
    "profile": profile,
    "poll": poll,
    "send_by_browser": send_by_browser,
    "settle_by_browser": settle_by_browser,
    "poll_by_browser": poll_by_browser,
    "check_by_browser": check_by_browser,
    "plan": plan,
    "stripe": take_event,
    "bill": ask_stripe,
    "close": close_customer,
}


def relay_after_commit(*wakes: Wake) -> None:
    """Wake what a member's deed asks for, once it is committed."""
    for one in wakes:
        wake_after_commit(STEPS[one.step], one.row_id)


def _relay(wakes: list[Wake]) -> None:
    for one in wakes:
        wake(STEPS[one.step], one.row_id)
