"""LinkedIn's ids and names for things, in the forms of linkedin.md 4."""

import base64
import hashlib
import secrets
import time
import uuid

PROFILE = "urn:li:fsd_profile:"
CONVERSATION = "urn:li:msg_conversation:"


def now_ms() -> int:
    """Return the present moment in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def profile_id(seed: str) -> str:
    """Return a profile's id, always the same for one `seed`."""
    digest = hashlib.sha256(f"person {seed}".encode()).digest()
    return "ACoAA" + base64.urlsafe_b64encode(digest).decode()[:34]


def thread_id(seed: str = "") -> str:
    """Return a thread's id, always the same for one `seed`, or a fresh one."""
    named = uuid.UUID(bytes=hashlib.sha256(f"thread {seed}".encode()).digest()[:16])
    found = named if seed else uuid.uuid4()
    return "2-" + base64.b64encode(f"{found}_100".encode()).decode()


def message_id(at_ms: int) -> str:
    """Return a fresh message's id."""
    raw = f"{at_ms}b{secrets.randbelow(100_000):05}-{uuid.uuid4()}_100"
    return "2-" + base64.b64encode(raw.encode()).decode()


def profile_urn(profile: str) -> str:
    """Return the URN of a profile."""
    return PROFILE + profile


def conversation_urn(owner: str, thread: str) -> str:
    """Return the URN of a thread in the mailbox of `owner`."""
    return f"{CONVERSATION}({PROFILE}{owner},{thread})"


def message_urn(owner: str, message: str) -> str:
    """Return the URN of a message in the mailbox of `owner`."""
    return f"urn:li:msg_message:({PROFILE}{owner},{message})"


def thread_of(urn: str, owner: str) -> str:
    """Return the thread's id in a conversation's URN of `owner`; empty for any other text."""
    before = f"{CONVERSATION}({PROFILE}{owner},"
    return urn.removeprefix(before).removesuffix(")") if urn.startswith(before) else ""


def plain_number(profile: str) -> int:
    """Return the number of a profile, as in the older `urn:li:member:<number>`."""
    return int(hashlib.sha256(profile.encode()).hexdigest()[:7], 16)
