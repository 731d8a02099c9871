"""A member whose LinkedIn lives at the stand-in: connected over HTTP, read and written by workers.

What pages did is read in the stand-in's own lists (`sent`, `opened`, `requests`).
"""

import http.client
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from social.providers.linkedin.browser import tree
from tests.journeys.driver import LONG, Driver, driving, eventually
from tests.journeys.envelopes import Row
from tests.stack import Stack

ASKED = "Bonjour, c'est combien la lampe Aube ?"
REPLY = "Bonjour et merci !\n\nLa lampe Aube coûte 89 €.\nElle part sous trois jours."
"""Two paragraphs with a blank line between, the second one of two lines."""
BROWSING = ("social.providers.linkedin.browser", "run-driver", "chromium")
BASE = "/linkedin/sandbox"
SURE = 10
"""So often in a row the session must be seen free: a look is claimed before it takes the turn."""


class Member(Driver):
    """The demo's owner, whose account at LinkedIn's stand-in is connected."""

    account = ""

    # --- the stand-in ----------------------------------------------------------------------------

    def there(self, path: str, body: Any = None) -> Row:
        """Ask one of the stand-in's own addresses."""
        return self.sandbox(f"{BASE}/{path}", body)

    def contact_writes(self, name: str, text: str = ASKED) -> str:
        """Let somebody write to the member on LinkedIn; returns the thread."""
        return str(self.there("say", {"name": name, "text": text})["thread"])

    def thread_with(self, name: str) -> str:
        """Return the newest thread with somebody of that name."""
        rows = self.there("threads")["threads"]
        return next(str(row["thread"]) for row in rows if name in _names(row))

    def sent_to(self, thread: str) -> list[str]:
        """Return the texts that pages left in the thread."""
        return [one["text"] for one in self.there(f"sent?thread={thread}")["messages"]]

    def attempts(self, thread: str) -> int:
        """Return how often a page asked LinkedIn to send something into the thread."""
        return len(self.there(f"sent?thread={thread}")["attempts"])

    def opened(self) -> list[str]:
        """Return the threads that pages opened, and so marked read."""
        return [one["thread_id"] for one in self.there("opened")["opened"]]

    # --- the member ------------------------------------------------------------------------------

    def connect(self, form: str = "storage_state") -> Row:
        """Give a fresh session in one of the three formats, and wait until a browser has looked."""
        self.forget_knocks()
        given = self.there("export?fresh=1")[form]
        version = self.api("/social-accounts/linkedin/consent")["session"]["version"]
        body = {"cookies": given, "consent": {"version": version, "accepted": True}}
        if self.account:
            body["account"] = self.account
        self.act("/social-accounts/linkedin/connect", body)
        # Whoever was here before gets their own account back, which is another one at first.
        (found,) = eventually(
            self._looked_at,
            what=lambda: self.rows("SELECT status, check_error FROM social_socialaccount"),
        )
        assert found["status"] == "active", found
        self.account = found["id"]
        # An account that was here before keeps its pause between two readings.
        self.due("social_poll", "stream = 'inbox' AND attempts = 0")
        return found

    def _looked_at(self) -> list[Row]:
        found: list[Row] = self.api("/social-accounts?limit=100")["results"]
        ours = [one for one in found if one["kind"] == "linkedin"]
        living = [one for one in ours if one["status"] != "disconnected"]
        return [] if any(one["status"] == "connecting" for one in living) else living

    def disconnect(self) -> None:
        """Take the account away again."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=10)
        try:
            headers = {"Authorization": f"Bearer {self._token()}"}
            connection.request("DELETE", f"/social-accounts/{self.account}", headers=headers)
            assert connection.getresponse().status in {200, 204}
        finally:
            connection.close()

    def read(self) -> None:
        """Let the list of conversations be read now, and wait for it."""
        mark = "SELECT last_at FROM social_poll WHERE stream = 'inbox' AND attempts = 0"
        before = self.rows(mark)
        self.due("social_poll", "stream = 'inbox' AND attempts = 0")
        eventually(lambda: (now := self.rows(mark)) and now != before, what=self.how_it_stands)

    def draft(self, thread: str) -> Row:
        """Wait for the draft that answers the thread's contact."""
        self.conversation_in(thread)
        eventually(lambda: self.drafts_in(thread), what=self.how_it_stands)
        return self.drafts_in(thread)[0]

    def drafts_in(self, thread: str) -> list[Row]:
        """Return the drafts that wait in the thread."""
        path = f"/drafts?conversation={self.conversation_in(thread)}"
        found: list[Row] = self.api(path)["results"]
        return found

    def conversation_in(self, thread: str) -> str:
        """Wait until the thread is known here, and return its conversation's id."""
        eventually(lambda: self._uids(thread), what=self.how_it_stands)
        return self._uids(thread)[0]

    def said(self, thread: str) -> list[Row]:
        """Return what was said in the thread, oldest first, as the network's address lists it."""
        asked = f"conversation={self.conversation_in(thread)}&ordering=sent_at&limit=100"
        found: list[Row] = self.api(f"/social-accounts/linkedin/messages?{asked}")["results"]
        return found

    def categories(self) -> dict[str, str]:
        """Return what kind each contact's conversation is, by the contact's name."""
        found = self.api("/social-accounts/linkedin/conversations?limit=100")["results"]
        return {one["contact"]["name"]: one["category"] for one in found}

    def approve(self, draft: Row, text: str = REPLY) -> str:
        """Change the draft's words and let them leave; returns the message's id."""
        told = self.act(f"/drafts/{draft['id']}/edit", {"text": text})
        return str(told["message"]["id"])

    def _uids(self, thread: str) -> list[str]:
        found = self.rows("SELECT uid FROM processing_conversation WHERE external_id = %s", thread)
        return [str(one[0]) for one in found]

    # --- the machine room ------------------------------------------------------------------------

    def due(self, table: str, which: str) -> None:
        """Let the rows be due now, and not in minutes."""
        self.rows(f"UPDATE {table} SET next_at = CURRENT_TIMESTAMP WHERE {which}")

    def newest(self, thread: str, column: str) -> Any:
        """Return a column of the delivery of the newest message that was to leave there."""
        found = self.rows(
            f"SELECT d.{column} FROM processing_delivery d"
            " JOIN processing_message m ON m.id = d.message_id"
            " JOIN processing_conversation c ON c.id = m.conversation_id"
            " WHERE c.external_id = %s ORDER BY d.id DESC",
            thread,
        )
        return found[0][0] if found else None

    def delivery(self, thread: str) -> str:
        """Return how far the newest message that was to leave into the thread came."""
        return str(self.newest(thread, "status") or "")

    def look_up(self, thread: str) -> None:
        """Let what is unconfirmed in the thread be looked up now, and wait for the end of it."""
        looks = self.newest(thread, "looks")
        key = int(self.newest(thread, "id"))
        seen: list[bool] = []

        def over() -> bool:
            """Whether it was looked up and that is done: a look that met a busy session is none."""
            free = self.busy_until() is None
            if free and self.newest(thread, "looks") == looks:
                self.due("processing_delivery", f"status = 'unconfirmed' AND id = {key}")
            seen.append(free and self.newest(thread, "looks") > looks)
            return seen[-SURE:] == [True] * SURE

        eventually(over, what=self.how_it_stands)

    def settled(self, thread: str, *wanted: str, seconds: float = LONG) -> str:
        """Wait until the delivery is one of `wanted`, and return which."""
        eventually(lambda: self.delivery(thread) in wanted, seconds, what=self.how_it_stands)
        return self.delivery(thread)

    def busy_until(self) -> datetime | None:
        """Return until when somebody has the session's turn; None while it is free."""
        found = self.rows("SELECT busy_until FROM social_browsersession")
        if not found or found[0][0] is None:
            return None
        until = datetime.fromisoformat(str(found[0][0]))
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return until if until > datetime.now(UTC) else None

    def free(self, seconds: float = LONG) -> None:
        """Wait until nobody has the session's turn."""
        eventually(lambda: self.busy_until() is None, seconds, what=self.how_it_stands)

    def give_up_turn(self) -> None:
        """Let the turn of a worker that was killed be over now, and not within a minute."""
        self.rows("UPDATE social_browsersession SET busy_until = NULL, run_uid = NULL")

    def rested(self) -> None:
        """Forget the day's count and its pauses: benchmarks send more than an account may."""
        self.rows("DELETE FROM social_sentday")
        self.rows("UPDATE social_socialaccount SET held_until = NULL, held_reason = ''")
        self.rows("DELETE FROM social_breaker")

    def how_it_stands(self) -> list[tuple[Any, ...]]:
        """Return accounts, streams and deliveries, for the message of a failing test."""
        return [
            *self.rows("SELECT status, status_reason, check_error FROM social_socialaccount"),
            *self.rows("SELECT stream, next_at, last_at, attempts, error_code FROM social_poll"),
            *self.rows("SELECT state, detail, busy_until, run_for FROM social_browsersession"),
            *self.rows("SELECT status, error_code, next_at FROM processing_delivery"),
        ]

    def browsing(self) -> list[psutil.Process]:
        """Return the processes of runs that the worker has now: guards and all below them."""
        return [
            one
            for worker in self.hands()
            for guard in worker.children()
            for one in (guard, *guard.children(recursive=True))
        ]

    def hands(self) -> list[psutil.Process]:
        """Return the worker's processes that do the work, not the one that keeps them."""
        keeper = psutil.Process(self.stack.pids["worker-linkedin"])
        found: list[psutil.Process] = keeper.children()
        return found


def _names(thread: Row) -> list[str]:
    return [str(one["name"]) for one in thread["contacts"]]


def marks_of(processes: list[psutil.Process]) -> set[str]:
    """Return the marks of the runs that these belong to."""
    found = set()
    for one in processes:
        try:
            found.add(one.environ().get(tree.MARK, ""))
        except psutil.Error:
            continue
    return found - {""}


def left_of(processes: list[psutil.Process], marks: set[str], folder: Path) -> list[str]:
    """Return what still lives of these and of the runs of these marks, and the runs' folders."""
    living = {one for one in processes if one.is_running() and _lives(one)}
    for mark in marks:
        living |= tree.marked(mark)
    folders = [str(one) for mark in marks for one in folder.glob(f"flowia-browser-{mark}*")]
    return [f"{one.pid} {_name(one)}" for one in living] + folders


def _lives(one: psutil.Process) -> bool:
    try:
        return bool(one.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _name(one: psutil.Process) -> str:
    try:
        return str(one.name())
    except psutil.Error:
        return "?"


def members(stack: Stack) -> Iterator[Member]:
    """Give a member whose LinkedIn is as at first; their account goes afterwards."""
    for member in driving(stack, Member):
        member.there("reset", {})
        member.forget(f"{BASE}/options")
        # The same person is connected anew, whose day a killed send may have reserved.
        member.rested()
        try:
            yield member
        finally:
            member.forget(f"{BASE}/options")
            # What was rewritten here must not take anybody's automatic answers away.
            member.rows("DELETE FROM processing_trust")
            if member.account:
                member.disconnect()
