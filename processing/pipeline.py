"""The journey of a message: the table of contents.

    receive(event)     a stored webhook call becomes messages, takeovers and statuses
    respond(message)   gates, quota, scenario, one model call → reply, hold, handoff, wait, silent
    send(delivery)     claimed, checked once more, called once
    follow(follow_up)  a planned follow-up is written, or becomes a task for a human
    sync(run)          the lead is written into the workspace's tool
    remove(removal)    an erased person's row is taken out of the workspace's tool
    replay(replay)     a draft scenario is run over old messages, one slice; nothing is sent
    sweep()            what vanished in mid-send becomes *unconfirmed*

Each may be called twice for the same row: the claim at its start lets one caller pass. Each
returns what is to be woken next; `tasks.py` relays it.
"""

from processing import replaying
from processing.following import follow
from processing.receiving import receive
from processing.responding import respond
from processing.sending import send, sweep
from processing.syncing import remove, sync
from processing.wakes import Wake
from social.providers.registry import CAPABILITIES

__all__ = ["follow", "receive", "remove", "replay", "respond", "send", "sweep", "sync"]


def replay(replay_id: int) -> list[Wake]:
    """Run one slice of a replay, which knows the networks' rules but none of their senders."""
    return replaying.replay(replay_id, capabilities=CAPABILITIES)
