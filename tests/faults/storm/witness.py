"""What the two witnesses say: the system's own rows, and the logs of the outside world."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NOTION_LEAD = "Flow IA ID"
TAKEN = 200


@dataclass(frozen=True)
class Heard:
    """An inbound message as the system has it: how often, and what became of it.

    `outcome` is "" while it is undecided; `excused` ones wait rightly (for tomorrow's quota).
    """

    mid: str
    contact: str
    outcome: str
    reason: str
    times: int = 1
    excused: bool = False


@dataclass(frozen=True)
class Sent:
    """An outbound message as the system has it; `status` is how its handing over ended."""

    contact: str
    text: str
    name: str
    reference: str
    status: str
    answers: str = ""


@dataclass(frozen=True)
class Day:
    """A workspace's day: how many messages it says were used, and its limit."""

    account: str
    used: int
    reserved: int
    limit: int | None


@dataclass(frozen=True)
class Work:
    """How many rows are left to do, and how much was done: it moves as long as anything does."""

    left: int
    done: int


@dataclass(frozen=True)
class Rows:
    """What the system says of itself; `settled` counts how unknown sends were settled."""

    heard: list[Heard] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    settled: Counter[str] = field(default_factory=Counter)
    letters: int = 0
    """Dead letters."""
    claims: list[str] = field(default_factory=list)
    """Breaches that the system's own checks found."""


@dataclass(frozen=True)
class Accepted:
    """A text that the network took from the system; `at` in seconds."""

    contact: str
    text: str
    name: str
    reference: str
    at: float
    fault: str = ""


@dataclass(frozen=True)
class Outside:
    """The outside world's logs."""

    accepted: list[Accepted] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    """When the model was asked."""
    leads: list[str] = field(default_factory=list)
    """The lead of each row that stands in the tool."""
    calls: Counter[str] = field(default_factory=Counter)


def outside(path: Path) -> Outside:
    """Read the sandbox's own database."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        sends = database.execute(
            "SELECT recipient, text, external_id, body, at, fault FROM world_call"
            " WHERE service = 'graph' AND operation = 'send' AND status = 200 AND text <> ''"
            " ORDER BY id"
        ).fetchall()
        asked = database.execute(
            "SELECT at FROM world_call WHERE service = 'openai' AND operation = 'answer'"
        ).fetchall()
        calls = database.execute(
            "SELECT service || ' ' || operation || ' ' || status || ' ' || fault, COUNT(*)"
            " FROM world_call GROUP BY 1"
        ).fetchall()
        columns, pages = _pages(database)
    return Outside(
        [_accepted(row) for row in sends],
        [_moment(row[0]) for row in asked],
        [lead for page in pages if (lead := _lead(columns, json.loads(page[0])))],
        Counter({str(name): int(number) for name, number in calls}),
    )


def _accepted(row: tuple[str, ...]) -> Accepted:
    contact, text, name, body, at, fault = row
    message = json.loads(body).get("message")
    reference = message.get("metadata", "") if isinstance(message, dict) else ""
    return Accepted(contact, text, name, str(reference), _moment(at), fault)


def _pages(database: sqlite3.Connection) -> tuple[list[dict[str, Any]], list[tuple[str]]]:
    sources = database.execute("SELECT columns FROM tools_notionsource").fetchall()
    columns = [column for source in sources for column in json.loads(source[0])]
    trash = 'SELECT "values" FROM tools_notionpage WHERE NOT in_trash'
    return columns, database.execute(trash).fetchall()


def _lead(columns: list[dict[str, Any]], values: dict[str, Any]) -> str:
    ids = {column["id"] for column in columns if column.get("name") == NOTION_LEAD}
    told = [json.dumps(value) for name, value in values.items() if name in ids]
    return told[0] if told else ""


def _moment(text: str) -> float:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
