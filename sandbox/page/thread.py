"""What the page shows of one contact: bubbles, ledger steps, the waiting rule, the lead."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.page.product import Journey, Row, waiting
from sandbox.world.models import PhoneMessage

TONES = {
    "reply": "good",
    "sent": "good",
    "delivered": "good",
    "read": "good",
    "wait": "wait",
    "hold": "wait",
    "retry": "wait",
    "handoff": "human",
    "silent": "quiet",
    "ignored": "quiet",
    "failed": "bad",
    "refused": "bad",
    "unconfirmed": "bad",
}
KINDS = {"takeover": "human", "release": "human", "lead": "good"}


@dataclass(frozen=True)
class Step:
    """One line of the ledger as the page shows it; `heading` starts the steps of a message."""

    key: str
    at: datetime
    sentence: str
    tone: str = "plain"
    gates: tuple[Row, ...] = ()
    stopped: Row | None = None
    facts: str = ""
    heading: bool = False

    @property
    def passed(self) -> int:
        """How many gates let it through."""
        return sum(1 for gate in self.gates if gate["passed"])


@dataclass(frozen=True)
class Wait:
    """A reply that waits: by which rule, until when, and how many seconds are left."""

    rule: str
    sentence: str
    until: datetime
    seconds: int


def steps_of(journey: Journey) -> list[Step]:
    """Return the ledger, message by message: the newest message first, its steps in order."""
    texts = {row["id"]: row["text"] for row in journey.messages if row["direction"] == "inbound"}
    groups: dict[str, list[Step]] = {}
    # An answer's own steps stay with the message that was the newest when it first appeared.
    home: dict[str, str] = {}
    last = ""
    for row in journey.interactions:
        message = str(row["message"] or "")
        if message in texts and message not in groups:
            at = _moment(row["at"])
            groups[message] = [Step(f"m{message}", at, texts[message], heading=True)]
            home[message] = last = message
        group = home.setdefault(message, last) if message else last
        groups.setdefault(group, []).append(_step(row))
    return [step for group in reversed(groups.values()) for step in group]


def wait_of(journey: Journey) -> Wait | None:
    """Return the wait of the newest undecided message, or None."""
    message = waiting(journey)
    if not message:
        return None
    until = _moment(message["next_at"])
    left = (until - datetime.now(UTC)).total_seconds()
    return Wait(message["reason"], message["sentence"], until, max(0, round(left)))


def bubbles_of(messages: list[PhoneMessage], journey: Journey) -> list[dict[str, Any]]:
    """Return the phone's bubbles; the product's own carry how far they came."""
    reached = {row["text"]: row["status"] for row in journey.messages}
    return [
        {
            "key": f"b{message.pk}",
            "mine": message.author == PhoneMessage.Author.CONTACT,
            "owner": message.author == PhoneMessage.Author.OWNER,
            "text": message.text,
            "at": message.at,
            "refused": message.status != 200,  # noqa: PLR2004 - HTTP's
            "read": reached.get(message.text) == "read",
        }
        for message in messages
    ]


def _step(row: Row) -> Step:
    gates = tuple(row["gates"] or ())
    data = row.get("data") or {}
    return Step(
        key=f"e{row['id']}",
        at=_moment(row["at"]),
        sentence=row["sentence"],
        tone=KINDS.get(row["kind"]) or TONES.get(row["outcome"], "plain"),
        gates=gates,
        stopped=next((gate for gate in gates if not gate["passed"]), None),
        facts=" · ".join(str(data[name]) for name in ("model", "cost") if data.get(name)),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
