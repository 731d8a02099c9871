"""The stream of conversations: the threads that moved, then the newest messages of each.

It finds what no webhook told, and what `im_receive_msg_eu` announces without showing it: people of
the EEA, Switzerland and the United Kingdom are only read here (tiktok.md 4.2 and 5.4). The cursor
tells until when each thread is known, in milliseconds.
"""

from datetime import timedelta

from social.contracts import Credentials
from social.providers.tiktok.calling import Data, ask_when, id_in, objects
from social.providers.tiktok.sending import contents
from social.providers.tiktok.turns import Found, Step, begin_history, copy_of, next_of, take, whole
from social.streams import Cursor, Page

HISTORY = timedelta(minutes=10)
"""Whoever writes while the account is being connected is heard; older threads are the owner's."""
THREADS_A_PAGE, PAGES = 100, 3
THREADS_KEPT = 300
TYPES = ("SINGLE", "STRANGER")


def read(credentials: Credentials, cursor: Cursor) -> Page:
    """Make the next call of the turn, or begin one; raises ProviderError."""
    return take(
        credentials,
        copy_of(cursor, seen={}),
        begin=[{"read": "threads", "type": one, "cursor": 0, "page": 1} for one in TYPES],
        readers={"threads": _threads, "thread": _thread},
        lists="threads",
    )


def _threads(credentials: Credentials, state: Data, step: Step) -> Found:
    where = {
        "business_id": credentials.account_external_id,
        "conversation_type": step["type"],
        "limit": str(THREADS_A_PAGE),
        "cursor": str(step["cursor"]),
    }
    path = "business/message/conversation/list"
    data, now = ask_when(path, credentials.token, where, ability="direct")
    begin_history(state, now, HISTORY, unit=1000)
    seen, steps = state["seen"], []
    for one in objects(data, "conversations"):
        name, at = id_in(one, "conversation_id"), whole(one, "update_time")
        if not name or at is None:
            continue
        state["newest"] = max(state["newest"], at)
        until = seen.get(name, state.get("since"))
        if "since" in state and at > until:
            steps.append({"read": "thread", "thread": name, "until": until})
        seen[name] = max(at, seen.get(name, 0))
    for name in sorted(seen, key=seen.__getitem__)[:-THREADS_KEPT]:
        del seen[name]
    if data.get("has_more") is True and step["page"] < PAGES:
        steps.append({**step, "cursor": next_of(data), "page": step["page"] + 1})
    return [], steps


def _thread(credentials: Credentials, state: Data, step: Step) -> Found:
    thread = step["thread"]
    data = contents(credentials, thread)
    people = [
        {"id": one["id"], "display_name": one.get("display_name")}
        for one in objects(data, "participants")
        if id_in(one, "id")
    ]
    listed = [(whole(one, "timestamp") or 0, one) for one in objects(data, "messages")]
    new = sorted((pair for pair in listed if pair[0] > step["until"]), key=lambda pair: pair[0])
    if new:
        state["seen"][thread] = max(state["seen"].get(thread, 0), new[-1][0])
    return [{"conversation_id": thread, **one, "participants": people} for _, one in new], []
