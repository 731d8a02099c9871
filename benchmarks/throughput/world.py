"""What everybody in the benchmark knows: who writes what, and what the model says to it.

Ids, tokens and secrets are the sandbox's, so that each system runs against either.
"""

import hashlib
import hmac
import json

from sandbox import demo

WEBHOOK = "/social-accounts/meta/webhook"
FIELDS = demo.AIRTABLE_FIELD_IDS
QUESTION = "Bonjour, je voudrais acheter la lampe Aube. C'est combien ?"
WANTS = "je voudrais acheter la lampe Aube"
ANSWER = "Bonjour ! La lampe à poser Aube est à 89 €. Souhaitez-vous passer à la boutique ?"
_INTEREST = {"level": "hot", "evidence": [WANTS]}
REPLIED = json.dumps(
    {
        "action": "reply",
        "text": ANSWER,
        "intent": "purchase",
        "interest": _INTEREST,
        "learned": [{"name": "product", "words": "la lampe Aube"}],
        "summary": ["Voudrait acheter la lampe Aube"],
        "confidence": 0.95,
        "language": "fr",
    },
    ensure_ascii=False,
)
CLASSIFIED = json.dumps(_INTEREST, ensure_ascii=False)


def contact_id(number: int) -> str:
    """Return the id of the person who writes the message of this number."""
    return str(7_000_000_000_000_000 + number)


def webhook(number: int, now: float) -> bytes:
    """Return the body of a call that brings one message; `now` is in seconds since 1970."""
    moment = int(now * 1000)
    contact = contact_id(number)
    said = {"mid": f"m_bench{contact}", "text": QUESTION}
    return _call(contact, demo.PAGE_ID, moment, message=said)


def told_afterwards(contact: str, mid: str, now: float) -> list[bytes]:
    """Return the calls that follow an answer: its echo, that it arrived, that it was read."""
    moment = int(now * 1000)
    echo = {"mid": mid, "text": ANSWER, "is_echo": True, "app_id": int(demo.APP_ID)}
    seen = {"watermark": moment}
    return [
        _call(demo.PAGE_ID, contact, moment, message=echo),
        _call(contact, demo.PAGE_ID, moment, delivery={"mids": [mid], **seen}),
        _call(contact, demo.PAGE_ID, moment, read=seen),
    ]


def _call(sender: str, recipient: str, moment: int, **what: object) -> bytes:
    event = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": moment, **what}
    entry = {"id": demo.PAGE_ID, "time": moment, "messaging": [event]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def signature(body: bytes) -> str:
    """Return the header by which Meta signs a body."""
    return "sha256=" + hmac.new(demo.APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
