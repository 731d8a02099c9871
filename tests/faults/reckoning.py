"""Who was answered, who has a reason, who was lost, who was answered twice.

Two independent witnesses are compared: the network's own log of what it accepted, and what the
product says of itself. Each contact is expected to have written once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

EXPLAINED = {"refused", "failed", "unconfirmed"}
OK = 200


@dataclass(frozen=True)
class Fate:
    """What the product says of one message: its outcome with reason, its answer's delivery."""

    outcome: str
    reason: str
    delivery: str = ""

    @property
    def explained(self) -> bool:
        """Whether it says why there is no answer."""
        decided_against = self.outcome in {"silent", "handoff"} and bool(self.reason)
        return decided_against or self.delivery in EXPLAINED


@dataclass(frozen=True)
class Reckoning:
    """The contacts by what became of them; `wrong` is empty when all is well."""

    answered: list[str] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    not_known: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What may never happen, by its name."""
        found = {
            "lost": self.lost,
            "twice": self.twice,
            "unexpected": self.unexpected,
            "not known": self.not_known,
        }
        return {name: contacts for name, contacts in found.items() if contacts}


def reckon(
    contacts: Iterable[str], calls: Iterable[Mapping[str, Any]], fates: Mapping[str, Fate]
) -> Reckoning:
    """Compare the network's calls with the product's fates.

    `not_known`: the two witnesses disagree on whether something was sent.
    """
    asked = list(contacts)
    accepted = Counter(
        str(call["recipient"]) for call in calls if call["status"] == OK and call["text"]
    )
    found = Reckoning(
        twice=[contact for contact, times in accepted.items() if times > 1],
        unexpected=[contact for contact in accepted if contact not in set(asked)],
    )
    for contact in asked:
        _judge(contact, accepted[contact], fates.get(contact), found)
    return found


def _judge(contact: str, times: int, fate: Fate | None, found: Reckoning) -> None:
    if times:
        found.answered.append(contact)
        if fate is None or fate.delivery not in {"sent", "unconfirmed"}:
            found.not_known.append(contact)
    elif fate and fate.explained:
        found.explained.append(contact)
    else:
        found.lost.append(contact)
        if fate and fate.delivery == "sent":
            found.not_known.append(contact)
