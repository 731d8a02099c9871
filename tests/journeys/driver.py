"""A running product driven from outside: people who write, the stand-ins' log, the owner.

What was sent is read in the sandbox's own log; the product's API and tables are asked for the
reasons. Nothing here imports the product's or the sandbox's models.
"""

import http.client
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import psycopg
import pytest
from redis import Redis

from sandbox import demo
from tests.journeys.envelopes import Row, envelope, message, new_contact, signed
from tests.stack import Stack, fetch

WEBHOOK = "/social-accounts/meta/webhook"
LONG = 60.0
OK = 200
WAITS = "quota_waits"
Found = TypeVar("Found")
SomeDriver = TypeVar("SomeDriver", bound="Driver")


def eventually(
    condition: Callable[[], Found], seconds: float = LONG, *, what: str | Callable[[], object] = ""
) -> Found:
    """Wait until `condition` gives something true and return it; fail with `what` otherwise.

    A `what` that can be called is asked at the failure, when it can tell how things stand.
    """
    limit = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() >= limit:
            told = what() if callable(what) else what
            pytest.fail(f"not within {seconds} s: {told or condition}")
        time.sleep(0.1)
    return found


@dataclass(frozen=True)
class Answered:
    """What the web tier said to a call, and how many seconds it took."""

    status: int
    content_type: str
    body: str
    seconds: float


@dataclass
class Driver:
    """One running product; what happened before the driver was made is out of its sight."""

    stack: Stack
    token: str = ""
    log_sizes: dict[Path, int] = field(default_factory=dict)

    # --- the world -------------------------------------------------------------------------------

    def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> Answered:
        """Post a webhook, signed as Meta would unless other headers are given."""
        given = signed(body) if headers is None else headers
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=30)
        started = time.monotonic()
        try:
            connection.request("POST", WEBHOOK, body, dict(given))
            response = connection.getresponse()
            text = response.read().decode()
            kind = response.headers.get("Content-Type", "")
            return Answered(response.status, kind, text, time.monotonic() - started)
        finally:
            connection.close()

    def write(self, text: str, *, contact: str = "", **more: Any) -> str:
        """Let a person write (a new one unless named); the product must take it. The contact."""
        contact = contact or new_contact()
        answered = self.post(envelope(message(contact, text, **more)))
        assert answered.status == OK, answered
        return contact

    def say(self, text: str, *, contact: str = "", account: str = "messenger") -> Row:
        """Let the sandbox's phone write; returns its contact, mid and status."""
        said = {"text": text, "contact": contact, "account": account}
        return self.sandbox("/say", said)

    def sandbox(self, path: str, body: Any = None) -> Row:
        """Ask the sandbox one of its own addresses."""
        status, answer = fetch(f"{self.stack.sandbox_url}{path}", body)
        assert status == OK, answer
        found: Row = answer
        return found

    def fault(self, service: str, kind: str, **more: Any) -> None:
        """Let the next calls of a service fail (`times`, `seconds`, `retry_after`)."""
        self.sandbox("/faults", {"service": service, "kind": kind, **more})

    def forget(self, path: str) -> None:
        """Empty one of the sandbox's lists: `/faults` (echoes included) or `/calls`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.sandbox_port, timeout=10)
        try:
            connection.request("DELETE", path)
            assert connection.getresponse().status == OK
        finally:
            connection.close()

    def calls(self, service: str, **filters: str) -> list[Row]:
        """Return what a stand-in received since this driver was made."""
        asked = urlencode({"service": service, **filters})
        found: list[Row] = self.sandbox(f"/calls?{asked}")["calls"]
        return found

    def sends(self, contact: str = "") -> list[Row]:
        """Return the texts that the network accepted (for one person)."""
        filters = {"recipient": contact} if contact else {}
        calls = self.calls("graph", operation="send", **filters)
        return [call for call in calls if call["status"] == OK and call["text"]]

    def answer_to(self, contact: str, seconds: float = LONG, *, number: int = 1) -> str:
        """Wait for the contact's answer (the `number`th one) and return its text."""

        def what() -> str:
            return f"answer {number} to {contact}: {self.story(contact)}"

        sends = eventually(
            lambda: found if len(found := self.sends(contact)) >= number else [],
            seconds,
            what=what,
        )
        return str(sends[number - 1]["text"])

    def notion_rows(self, lead_id: str) -> list[Row]:
        """Return the rows that Notion holds for one lead."""
        path = f"/notion/v1/data_sources/{demo.NOTION_DATA_SOURCE_ID}/query"
        wanted = {"property": "Flow IA ID", "rich_text": {"equals": lead_id}}
        headers = {
            "Authorization": f"Bearer {demo.NOTION_TOKEN}",
            "Notion-Version": "2025-09-03",
        }
        status, found = fetch(f"{self.stack.sandbox_url}{path}", {"filter": wanted}, **headers)
        assert status == OK, found
        rows: list[Row] = found["results"]
        return rows

    # --- the owner -------------------------------------------------------------------------------

    def api(self, path: str, body: Any = None) -> Row:
        """Ask the product's API as the owner, in French."""
        headers = {"Authorization": f"Bearer {self._token()}", "Accept-Language": "fr"}
        status, answer = fetch(f"{self.stack.web_url}{path}", body, **headers)
        assert status == OK, answer
        found: Row = answer
        return found

    def _token(self) -> str:
        if not self.token:
            login = {"email": demo.OWNER_EMAIL, "password": demo.MEMBERS_PASSWORD}
            status, pair = fetch(f"{self.stack.web_url}/auth/login", login)
            assert status == OK, pair
            self.token = pair["access"]
        return self.token

    def act(self, path: str, body: Any = None) -> Row:
        """Post to the product's API as the owner; whatever it does, it must do it."""
        headers = {"Authorization": f"Bearer {self._token()}", "Accept-Language": "fr"}
        status, answer = fetch(f"{self.stack.web_url}{path}", body or {}, **headers)
        assert OK <= status < 300, answer
        found: Row = answer
        return found

    def conversation(self, contact: str) -> Row:
        """Return the contact's conversation, empty while there is none."""
        found = self.api(f"/conversations?contact={contact}")["results"]
        return found[0] if found else {}

    def messages(self, contact: str) -> list[Row]:
        """Return what was said with the contact, the oldest first."""
        conversation = self.conversation(contact)
        if not conversation:
            return []
        path = f"/conversations/{conversation['id']}/messages?ordering=sent_at&limit=200"
        found: list[Row] = self.api(path)["results"]
        return found

    def ledger(self, contact: str, kind: str = "") -> list[Row]:
        """Return the contact's ledger, the oldest row first (of one kind)."""
        conversation = self.conversation(contact)
        if not conversation:
            return []
        path = f"/interactions?conversation={conversation['id']}&ordering=created_at&limit=200"
        return [row for row in self.api(path)["results"] if kind in {"", row["kind"]}]

    def lead(self, contact: str) -> Row:
        """Return the contact's lead, empty while there is none."""
        found = self.api(f"/leads?contact={contact}")["results"]
        return found[0] if found else {}

    def outcome(self, contact: str, seconds: float = LONG) -> tuple[str, str]:
        """Wait until all the contact's messages are decided; outcome and reason of the last.

        Who waits for the day's quota has the outcome "".
        """
        decided = eventually(
            lambda: self.decided(contact), seconds, what=f"decision on {contact}'s messages"
        )
        return decided[-1]["outcome"], decided[-1]["reason"]

    def decided(self, contact: str) -> list[Row]:
        """Return the contact's own messages once each has its outcome or waits for the quota."""
        said = [row for row in self.messages(contact) if row["direction"] == "inbound"]
        done = all(row["outcome"] or row["reason"] == WAITS for row in said)
        return said if done else []

    def story(self, contact: str) -> list[str]:
        """Return the contact's ledger as short lines, for the message of a failing test."""
        return [f"{row['kind']} {row['outcome']} {row['reason']}" for row in self.ledger(contact)]

    # --- the machine room ------------------------------------------------------------------------

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement (`%s` for values) in the product's own database."""
        url = self.stack.environment.get("DATABASE_URL")
        if url:
            with psycopg.connect(url, autocommit=True) as database:
                cursor = database.execute(sql.encode(), values)
                return cursor.fetchall() if cursor.description else []
        path = self.stack.var / "flowia.sqlite3"
        lite = sqlite3.connect(path, timeout=20, isolation_level=None)
        try:
            return lite.execute(sql.replace("%s", "?"), values).fetchall()
        finally:
            lite.close()

    def plan(self, code: str) -> None:
        """Put the demo's workspace on a plan, with nothing used today."""
        self.rows("UPDATE billing_subscription SET plan = %s", code)
        self.rows("DELETE FROM billing_quota")

    def use(self, used: int) -> None:
        """Let so many of today's messages have left; one at least was reserved before."""
        self.rows("UPDATE billing_quota SET used = %s, reserved = 0", used)

    def clock_of_the_wall(self, hour: int) -> None:
        """Let the workspaces stand where it is about that hour now."""
        west = (datetime.now(UTC).hour - hour + 12) % 24 - 12
        zone = f"Etc/GMT{west:+d}" if west else "Etc/GMT"
        self.rows("UPDATE accounts_workspace SET timezone = %s", zone)

    def a_day_later(self) -> None:
        """Move the quota's calendar by a day: what was used is yesterday's."""
        for key, day in self.rows("SELECT id, day FROM billing_quota"):
            before = date.fromisoformat(str(day)) - timedelta(days=1)
            self.rows(
                f"UPDATE billing_quota SET day = %s WHERE id = {int(key)}", before.isoformat()
            )

    def let_all_go(self) -> None:
        """Answer at last who waits for the quota: the next tests begin with nobody in the line."""
        self.rows("UPDATE billing_subscription SET plan = 'ultra'")
        self.rows(
            "UPDATE processing_message SET next_at = created_at WHERE outcome = ''"
            f" AND reason = '{WAITS}'"
        )

    def lengthen_pause(self, contact: str, seconds: float) -> None:
        """Let the contact's next automatic message wait so long, for slow eyes to see it wait."""
        until = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%F %H:%M:%S.%f")
        self.rows(
            "UPDATE processing_conversation SET next_automatic_at = %s WHERE contact_id ="
            " (SELECT id FROM processing_contact WHERE external_id = %s)",
            until,
            contact,
        )

    def look_soon(self, account: str) -> None:
        """Let the regular look at an account (its id at the network) come now, not in hours."""
        self.rows(
            "UPDATE social_socialaccount SET check_next_at = CURRENT_TIMESTAMP"
            " WHERE external_id = %s AND status <> 'disconnected'",
            account,
        )

    def read_soon(self, account: str) -> None:
        """Let the polling of an account (its id at the network) come now, not in minutes.

        One under way may have passed it already: it comes again. One that failed does not wait.
        """
        rows = (
            " AND social_account_id IN (SELECT id FROM social_socialaccount"
            " WHERE external_id = %s AND status <> 'disconnected')"
        )
        failed = "(attempts = 0 OR error_code <> '')"
        self.rows(f"UPDATE social_poll SET seconds = 0 WHERE attempts > 0{rows}", account)
        now = "next_at = CURRENT_TIMESTAMP"
        self.rows(f"UPDATE social_poll SET {now} WHERE {failed}{rows}", account)

    def forget_knocks(self) -> None:
        """Let the doors count anew: all tests knock from one address, more often than people do."""
        told = (self.stack.var / "services.env").read_text(encoding="utf-8")
        with Redis.from_url(told.partition("REDIS_URL=")[2].split()[0]) as redis:
            for key in redis.scan_iter("*:at:*"):
                redis.delete(key)

    def quota(self) -> tuple[int, int]:
        """Return today's messages: used and reserved."""
        found = self.rows("SELECT SUM(used), SUM(reserved) FROM billing_quota")[0]
        return int(found[0] or 0), int(found[1] or 0)

    def nobody_waits(self) -> bool:
        """Return whether the line for the quota is empty."""
        waits = f"SELECT COUNT(*) FROM processing_message WHERE outcome = '' AND reason = '{WAITS}'"
        return bool(self.rows(waits)[0][0] == 0)

    def at_rest(self, seconds: float = LONG) -> None:
        """Wait until every stored call is handled and every answer settled, now or tomorrow."""
        eventually(lambda: not self.left(), seconds, what=lambda: f"at rest: {self._open()} left")

    def worked_off(self, seconds: float = LONG, *, in_all: float) -> None:
        """Wait like `at_rest`, as long as something is done within every so many seconds.

        A crowd's leads are written at the pace that a tool allows, whatever the machine is like.
        """
        limit, seen = time.monotonic() + in_all, [self.done()]

        def goes_on() -> bool:
            return not self.left() or self.done() > seen[-1]

        while self.left():
            assert time.monotonic() < limit, f"not within {in_all} s: {self._open()} left"
            eventually(goes_on, seconds, what=lambda: f"nothing is done: {self._open()} left")
            seen.append(self.done())

    def left(self) -> int:
        """Return how much is not at rest."""
        return sum(self._open().values())

    def done(self) -> int:
        """Return how much was ever brought to an end."""
        return sum(
            self._count(
                {
                    "calls": "social_webhookevent WHERE status <> 'received'",
                    "messages": "processing_message WHERE outcome <> ''",
                    "answers": "processing_delivery WHERE status NOT IN ('queued', 'sending')",
                    "leads": "integrations_syncrun WHERE status NOT IN ('queued', 'running')",
                }
            ).values()
        )

    def _open(self) -> dict[str, int]:
        due = f"next_at IS NOT NULL AND outcome = '' AND reason <> '{WAITS}'"
        return self._count(
            {
                "calls": "social_webhookevent WHERE status = 'received'",
                "messages": f"processing_message WHERE {due}",
                "answers": "processing_delivery WHERE status IN ('queued', 'sending')",
                "leads": "integrations_syncrun WHERE status IN ('queued', 'running')",
            }
        )

    def _count(self, rows: dict[str, str]) -> dict[str, int]:
        asked = ", ".join(f"(SELECT COUNT(*) FROM {one})" for one in rows.values())
        return dict(zip(rows, map(int, self.rows(f"SELECT {asked}")[0]), strict=True))

    def logged(self) -> str:
        """Return what all processes have logged since this driver was made."""
        return "".join(
            path.read_bytes()[self.log_sizes.get(path, 0) :].decode(errors="replace")
            for path in sorted((self.stack.var / "log").iterdir())
        )


def driving(stack: Stack, kind: type[SomeDriver]) -> Iterator[SomeDriver]:
    """Give a driver of a running product: a whole outside world, a plan without a limit."""
    driver = kind(stack)
    driver.forget("/faults")
    driver.at_rest(2 * LONG)
    driver.let_all_go()
    eventually(driver.nobody_waits, 2 * LONG, what="nobody waits for the quota")
    driver.at_rest(2 * LONG)
    driver.forget("/calls")
    driver.plan("ultra")
    driver.rows("UPDATE accounts_workspace SET timezone = 'Europe/Paris'")
    driver.rows("DELETE FROM processing_modelstate")
    driver.rows("DELETE FROM social_breaker")
    driver.rows("DELETE FROM social_providerpause")
    driver.rows("UPDATE social_socialaccount SET held_until = NULL, held_reason = ''")
    driver.log_sizes = {path: path.stat().st_size for path in (stack.var / "log").iterdir()}
    try:
        yield driver
    finally:
        driver.forget("/faults")
