"""The journey of a message: the table of contents.

    receive(event)     a stored webhook call becomes messages, takeovers and statuses
    respond(message)   gates, quota, scenario, one model call → reply, hold, handoff, wait, silent
    send(delivery)     claimed, checked once more, called once
    sync(run)          the lead is written into the workspace's tool
    remove(removal)    an erased person's row is taken out of the workspace's tool
    sweep()            what vanished in mid-send becomes *unconfirmed*

Each may be called twice for the same row: the claim at its start lets one caller pass. Each
returns what is to be woken next; `tasks.py` relays it.
"""

from processing.receiving import receive
from processing.responding import respond
from processing.sending import send, sweep
from processing.syncing import remove, sync

__all__ = ["receive", "remove", "respond", "send", "sweep", "sync"]
