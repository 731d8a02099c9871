"""LinkedIn's names of things (linkedin.md 4): URNs nest in brackets and hold commas.

`urn:li:msg_conversation:(urn:li:fsd_profile:ACoAAX,2-abc==)` is a "msg_conversation" whose parts
are a URN and a plain id. Two families are known, the new one (fsd_profile, msg_conversation,
msg_message) and the legacy one (fs_miniProfile, fs_conversation, fs_event). Pure.
"""

from dataclasses import dataclass

LONGEST, DEEPEST = 1000, 5
LONGEST_ID = 255
PREFIX = "urn:li:"
PROFILES = {"fsd_profile", "fs_miniProfile", "fs_profile"}
PARTICIPANTS = {"msg_messagingParticipant", "fs_messagingMember"}
THREADS = {
    "msg_conversation",
    "messagingThread",
    "fs_conversation",
    "fsd_conversation",
}
MESSAGES = {"msg_message", "messagingMessage", "fsd_message", "fs_event"}


@dataclass(frozen=True)
class Urn:
    """One URN: its kind ("fsd_profile"), and its parts: ids as text, or URNs."""

    kind: str
    parts: tuple["str | Urn", ...]


def parse(text: object) -> Urn | None:
    """Return the URN that `text` is from its first to its last character; None of anything else."""
    if not isinstance(text, str) or len(text) > LONGEST or not text.isprintable() or " " in text:
        return None
    return _urn(text, DEEPEST)


def _urn(text: str, depth: int) -> Urn | None:
    if depth == 0 or not text.startswith(PREFIX):
        return None
    kind, _, rest = text.removeprefix(PREFIX).partition(":")
    if not kind.replace("_", "").isalnum() or not rest:
        return None
    bracketed = rest.startswith("(")
    if bracketed and not rest.endswith(")"):
        return None
    pieces = _split(rest[1:-1]) if bracketed else [rest]
    parts = [_part(piece, depth - 1) for piece in pieces or ()]
    found = [part for part in parts if part is not None]
    return Urn(kind, tuple(found)) if found and len(found) == len(parts) else None


def _part(piece: str, depth: int) -> str | Urn | None:
    if piece.startswith("urn:"):
        return _urn(piece, depth)
    return None if not piece or any(sign in piece for sign in "(),") else piece


def _split(inside: str) -> list[str] | None:
    """Return what stands between the commas that no bracket holds; None of crossed brackets."""
    pieces, open_brackets, begin = [], 0, 0
    for at, sign in enumerate(inside):
        open_brackets += (sign == "(") - (sign == ")")
        if open_brackets < 0:
            return None
        if sign == "," and not open_brackets:
            pieces.append(inside[begin:at])
            begin = at + 1
    return None if open_brackets else [*pieces, inside[begin:]]


def profile_id(text: object) -> str:
    """Return the id of the person that `text` names, as every family writes it; "" of no person.

    A number of the "member" family is another id of the same person, and is none here.
    """
    return _profile(parse(text))


def _profile(urn: "Urn | str | None") -> str:
    if not isinstance(urn, Urn):
        return ""
    if urn.kind in PROFILES and len(urn.parts) == 1:
        return _usable(urn.parts[0])
    if urn.kind in PARTICIPANTS:
        last = urn.parts[-1]
        return _profile(last) if isinstance(last, Urn) else _usable(last)
    return ""


def thread_id(text: object) -> str:
    """Return the id that a thread has in its address ("2-…"); "" of what is no thread."""
    urn = parse(text)
    if urn is not None and urn.kind == "fs_event" and len(urn.parts) > 1:
        return _usable(urn.parts[0])
    return _last_id(urn, THREADS)


def message_id(text: object) -> str:
    """Return the id of a message, the same for all the URNs it has; "" of what is no message."""
    return _last_id(parse(text), MESSAGES)


def owner_id(text: object) -> str:
    """Return whose mailbox the thread or message lies in; "" where its URN does not tell."""
    urn = parse(text)
    if urn is None or urn.kind not in THREADS | MESSAGES:
        return ""
    return _profile(urn.parts[0])


def _last_id(urn: Urn | None, kinds: set[str]) -> str:
    return _usable(urn.parts[-1]) if urn is not None and urn.kind in kinds else ""


def _usable(part: str | Urn) -> str:
    # A shortened id would stand for something else.
    return part if isinstance(part, str) and len(part) <= LONGEST_ID else ""
