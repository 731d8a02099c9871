"""A LinkedIn in memory, in place of the browser: it does jobs as a browser's process would.

Threads of two people, what is unread, what was sent; cookies that rotate at every run; walls and
accidents that a test asks for. It takes a `Job` and gives the `Outcome` that a browser would.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest

from flowia.lib import clock
from social.providers.linkedin import acting
from social.providers.linkedin.browser import Job, Outcome

OWNER = {"id": "ACoOWNER", "name": "Marie Conseil"}
ARRIVES, LOST, SWALLOWED = "arrives", "lost", "swallowed"
"""What becomes of a send: it is accepted; it is, and no answer comes; neither."""


@dataclass
class Thread:
    """A conversation of two: who the other is, what was said, how much of it is unread."""

    id: str
    contact: str
    name: str
    headline: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    unread: int = 0
    opened: int = 0


class FakeLinkedIn:
    """`jobs` are the runs so far; `strange` is what the next ones show instead, one by one."""

    def __init__(self) -> None:
        self.owner: dict[str, str] = dict(OWNER)
        self.threads: dict[str, Thread] = {}
        self.jobs: list[Job] = []
        self.strange: list[Outcome | Exception | None] = []
        self.sends = ARRIVES
        self.meanwhile: Callable[[Job], None] = lambda _job: None
        self.rotations = 0
        self._numbers = count(1)

    # --- what people do
    def writes(
        self, text: str, *, contact: str = "ACoLEA", name: str = "Léa Martin", own: bool = False
    ) -> Thread:
        """Let a person write, or with `own` the member herself by hand; returns the thread."""
        thread = self.threads.setdefault(f"2-{contact}==", Thread(f"2-{contact}==", contact, name))
        thread.unread = 0 if own else thread.unread + 1
        self._add(thread, text, own=own)
        return thread

    def sent(self, thread: str) -> list[str]:
        """What the owner wrote in a thread, in order."""
        return [one["text"] for one in self.threads[thread].messages if one["own"]]

    def whats(self) -> list[str]:
        """What the runs so far were for."""
        return [job.what for job in self.jobs]

    # --- what a browser does
    def run(
        self, job: Job, *, keep_going: Callable[[], bool], program: Sequence[str] = ()
    ) -> Outcome:
        """Do the job; the first beat comes before anything is done."""
        self.jobs.append(job)
        strange = self.strange.pop(0) if self.strange else None
        if isinstance(strange, Exception):
            raise strange
        self.meanwhile(job)
        sending = job.what == "send"
        if not keep_going():
            broken = Outcome("failed", "killed_stopped", killed="stopped", why="killed_stopped")
            return replace(broken, result="not_sent" if sending else "")
        if strange is not None:
            return replace(strange, capability="send" if sending else "read")
        done: Outcome = getattr(self, f"_{job.what}")(dict(job.params))
        return replace(done, storage=self._rotated(job), milliseconds=1200, peak_mb=300)

    def _visit(self, _params: dict[str, Any]) -> Outcome:
        return Outcome("ok", owner=self.owner)

    def _inbox(self, _params: dict[str, Any]) -> Outcome:
        listed = sorted(self.threads.values(), key=lambda one: -int(one.messages[-1]["at"]))
        return Outcome("ok", owner=self.owner, conversations=tuple(map(_listed, listed)))

    def _thread(self, params: dict[str, Any]) -> Outcome:
        thread = self.threads.get(params["thread"])
        if thread is None or thread.contact != params["contact"]:
            return Outcome("ok", why="wrong_thread" if thread is None else "wrong_recipient")
        thread.unread, thread.opened = 0, thread.opened + 1
        return Outcome("ok", messages=tuple(thread.messages))

    def _send(self, params: dict[str, Any]) -> Outcome:
        thread = self.threads.get(params["thread"])
        refused = Outcome("ok", capability="send", result="not_sent")
        if thread is None:
            return replace(refused, why="wrong_thread")
        if thread.contact != params["contact"] or thread.name != params["name"]:
            return replace(refused, why="wrong_recipient")
        thread.unread, thread.opened = 0, thread.opened + 1
        heard = [one["id"] for one in thread.messages if not one["own"]]
        seen = tuple(thread.messages)
        if heard[-1:] != [params["last"]]:
            return replace(refused, why="newer_message", messages=seen)
        lost = Outcome("ok", capability="send", result="unconfirmed", clicked=True, messages=seen)
        if self.sends == SWALLOWED:
            return lost
        message = self._add(thread, params["text"], own=True)
        if self.sends == LOST:
            return lost
        sent = {"id": message["id"], "delivered_at": message["at"]}
        return replace(lost, result="sent", sent=sent)

    def _add(self, thread: Thread, text: str, *, own: bool) -> dict[str, Any]:
        message = {
            "id": f"2-message-{next(self._numbers)}==",
            "thread": thread.id,
            "contact": thread.contact,
            "name": thread.name,
            "text": text,
            "at": round(clock.now().timestamp() * 1000),
            "own": own,
            "attached": False,
        }
        thread.messages.append(message)
        return message

    def _rotated(self, job: Job) -> dict[str, Any]:
        self.rotations += 1
        cookies = [
            {**one, "value": f'"ajax:{self.rotations}"'} if one["name"] == "JSESSIONID" else one
            for one in job.storage["cookies"]
        ]
        return {**job.storage, "cookies": cookies}


def _listed(thread: Thread) -> dict[str, Any]:
    last = thread.messages[-1]
    return {
        "thread": thread.id,
        "urn": f"urn:li:msg_conversation:(urn:li:fsd_profile:{OWNER['id']},{thread.id})",
        "unread": thread.unread,
        "group": False,
        "sponsored": False,
        "at": last["at"],
        "contact": {"id": thread.contact, "name": thread.name, "headline": thread.headline},
        "last": last,
        "categories": ["PRIMARY_INBOX"],
    }


def install(monkeypatch: pytest.MonkeyPatch) -> FakeLinkedIn:
    """Put it in the browser's place."""
    fake = FakeLinkedIn()
    monkeypatch.setattr(acting, "run", fake.run)
    monkeypatch.setattr(acting, "find_browser", lambda _named: "/usr/bin/chromium")
    return fake
