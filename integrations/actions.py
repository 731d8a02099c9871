"""What the house may ask of its tools: the table of contents.

queue_push(workspace, record)   a lead changed: it is written where the plan allows
turn(integration_id)            one worker writes what is due into one tool
rewrite(row, record)            a member wants a lead written again, whatever became of its row
reopen_push(run_id, record)     a failed push is tried again, with the lead as it is now
tools_due()                     the tools in which something waits
shelve(integration_id, until)   what waits there is looked at later
overdue()                       pushes whose worker vanished wait again
opened(workspace, tools)        the tools that a plan of so many opens
place, cancel, progress_of      a member's order to write many leads
resume(integration)             the tool is mended, or no longer paused
moved(integration, target)      the tool has another table: nothing stands there yet
"""

from integrations.connecting import connection_of
from integrations.moving import moved
from integrations.orders import cancel, place, progress_of
from integrations.outcomes import Pushed
from integrations.queueing import (
    opened,
    overdue,
    queue_push,
    reopen_push,
    resume,
    rewrite,
    shelve,
    tools_due,
)
from integrations.turns import turn

__all__ = [
    "Pushed",
    "cancel",
    "connection_of",
    "moved",
    "opened",
    "overdue",
    "place",
    "progress_of",
    "queue_push",
    "reopen_push",
    "resume",
    "rewrite",
    "shelve",
    "tools_due",
    "turn",
]
