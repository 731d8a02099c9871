"""The journey of a message: the table of contents.

    receive(event)     a stored webhook call becomes messages, takeovers and statuses
    respond(message)   gates, quota, scenario, one model call → reply, hold, handoff, wait, silent
    send(delivery)     claimed, checked once more, called once
    settle(delivery)   a send of which nobody knows whether it left is looked up at the network
    profile(contact)   the network is asked once how a contact calls themselves
    follow(follow_up)  a planned follow-up is written, or becomes a task for a human
    sync(tool)         leads that wait are written into one tool, for a few seconds
    order(order)       a member's order to write many leads is queued, slice by slice
    act(act)           what a member does with many leads, slice by slice
    remove(removal)    an erased person's row is taken out of the workspace's tool
    hook(call)         an address of the workspace's own is told of a lead
    poll(poll)         what no webhook brings is asked for, and received
    replay(replay)     a draft scenario is run over old messages, one slice; nothing is sent
    refresh(account)   a connected account's token is renewed ahead of its end
    check(account)     what a network still grants and announces is looked at; owners are told
    plan(change)       a change of plan is told, and what it opens goes on
    …_by_browser       the same steps where a browser does them: a queue of their own
    sweep()            what vanished in mid-send becomes *unconfirmed*

Each may be called twice for the same row: the claim at its start lets one caller pass. Each
returns what is to be woken next; `tasks.py` relays it.
"""

from processing import outbox, replaying, sending
from processing.acting import act
from processing.following import follow
from processing.hooking import hook
from processing.naming import profile
from processing.ordering import order
from processing.plan_telling import plan
from processing.polling import poll
from processing.receiving import receive
from processing.responding import respond
from processing.sending import sweep
from processing.settling import settle
from processing.syncing import remove, sync
from processing.wakes import Wake
from social import checking, tokens
from social.providers.registry import CAPABILITIES

__all__ = [
    "act",
    "check",
    "follow",
    "hook",
    "order",
    "plan",
    "poll",
    "profile",
    "receive",
    "refresh",
    "remove",
    "replay",
    "respond",
    "send",
    "send_by_browser",
    "settle",
    "sweep",
    "sync",
]


def replay(replay_id: int) -> list[Wake]:
    """Run one slice of a replay, which knows the networks' rules but none of their senders."""
    return replaying.replay(replay_id, capabilities=CAPABILITIES)


def send(delivery_id: int) -> list[Wake]:
    """Send it, or wake who does that in a browser."""
    if outbox.needs_browser(delivery_id):
        return [Wake("send_by_browser", delivery_id)]
    return sending.send(delivery_id)


def send_by_browser(delivery_id: int) -> list[Wake]:
    """Send it in a browser."""
    return sending.send(delivery_id)


def refresh(account_id: int) -> list[Wake]:
    """Renew a token; what waits for it finds it in the account's row."""
    tokens.refresh(account_id)
    return []


def check(account_id: int) -> list[Wake]:
    """Look at an account; letters that this writes are found by themselves."""
    checking.check(account_id)
    return []
