"""How LinkedIn behaves on request: its usual ways and its traps, per member and for so long."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from sandbox.linkedin import traps
from sandbox.linkedin.models import Option, Person
from sandbox.world.options import UnknownOptionError

RESERVED = ("member", "times")


@dataclass(frozen=True)
class Known:
    """One option: its usual value, and what it takes."""

    usual: Any
    takes: Callable[[Any], bool]


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 600_000  # noqa: PLR2004 - ten minutes


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _one_of(*values: str) -> Callable[[Any], bool]:
    return lambda value: value in ("", *values)


def _elements(value: Any) -> bool:
    return isinstance(value, list) and set(value) <= set(traps.ELEMENTS)


def _renaming(value: Any) -> bool:
    if not isinstance(value, dict) or not set(value) <= set(traps.ELEMENTS):
        return False
    return all(_variant(name, variant) for name, variant in value.items())


def _variant(name: str, variant: Any) -> bool:
    return variant == "unknown" or (type(variant) is int and 0 <= variant < traps.ELEMENTS[name])


OF_CALLS: dict[str, Known] = {
    # One of traps.GATES, met by a page; gate_ms: when a script leads there after the load.
    "gate": Known("", _one_of(*traps.GATES)),
    "gate_ms": Known(400, _whole),
    # Milliseconds before a page and before a Voyager answer; how long what hangs, hangs.
    "page_ms": Known(0, _whole),
    "voyager_ms": Known(0, _whole),
    "hang_ms": Known(60_000, _whole),
    # One of traps.ANSWERS in the place of what Voyager says: to any reading call, or to one kind.
    "voyager": Known("", _one_of(*traps.ANSWERS)),
    "voyager_me": Known("", _one_of(*traps.ANSWERS)),
    "voyager_conversations": Known("", _one_of(*traps.ANSWERS)),
    "voyager_messages": Known("", _one_of(*traps.ANSWERS)),
    # One of traps.SENDS: what becomes of a createMessage.
    "send": Known("", _one_of(*traps.SENDS)),
    # The page asks for the plain or the normalised form; the last words of the two roots.
    "json_form": Known("plain", _one_of("plain", "normalized")),
    "conversations_root": Known("", _one_of(*traps.CONVERSATION_ROOTS)),
    "messages_root": Known("", _one_of(*traps.MESSAGE_ROOTS)),
    "page_size": Known(20, _whole),
    # The hashes of queryId follow from it; a reset draws a new one.
    "build": Known("first", _text),
    # No conversation at all, though the root is there.
    "empty": Known(False, _flag),
    # Whether a csrf-token that is not JSESSIONID is refused.
    "csrf": Known(True, _flag),
    # JSESSIONID and lidc change with each page; with `strict` only the two newest are taken.
    "rotate": Known(True, _flag),
    "strict": Known(False, _flag),
    # Whether li_at without JSESSIONID meets redirects without end.
    "li_at_alone_loops": Known(True, _flag),
    # When the contact writes once more: as the thread opens, or as the member begins to type;
    # arrives_text is what, arrives_shown whether the page shows it by itself.
    "arrives": Known("", _one_of("opening", "typing")),
    "arrives_text": Known("Une dernière chose…", _text),
    "arrives_shown": Known(True, _flag),
    # An address of a thread: "wrong" ("Something went wrong" beside the list), or "404".
    "deep_link": Known("", _one_of("wrong", "404")),
}
OF_PAGES: dict[str, Known] = {
    # Whether /messaging/ and /messaging/thread/new/ open the newest thread by themselves.
    "opens_newest": Known(True, _flag),
    "new_opens_newest": Known(False, _flag),
    # Elements by name: which of their older forms the page has, or "unknown"; and missing ones.
    "renamed": Known({}, _renaming),
    "missing": Known([], _elements),
    # The id of a thread that is open in an overlay, too, or "other": the newest other one.
    "overlay": Known("", _text),
    # What becomes of the thread shown before: one of traps.STALE; stale_ms: how long.
    "stale": Known("", _one_of(*traps.STALE)),
    "stale_ms": Known(1500, _whole),
    # After how long the list is put in another order, 0 never.
    "reorders_ms": Known(0, _whole),
    # One of traps.COMPOSERS: what the composer does to a text.
    "composer": Known("", _one_of(*traps.COMPOSERS)),
    "enter_sends": Known(True, _flag),
    # Whether the list shows how many messages are unread, and says it by scrolling or a button.
    "badge": Known(True, _flag),
    "list_more": Known("scroll", _one_of("scroll", "button")),
    "rows": Known(8, _whole),
    # Whether new messages appear on an open page.
    "live": Known(True, _flag),
    # Whether /messaging/ has no sign that it is LinkedIn's: no navigation, no list, no JSON.
    "blank": Known(False, _flag),
}
KNOWN = OF_CALLS | OF_PAGES


def value(name: str, member: Person | None = None) -> Any:
    """Return the present value of one option, for a member."""
    row = _row(name, member)
    return KNOWN[name].usual if row is None else row.value


def take(name: str, member: Person | None = None) -> Any:
    """Return the value of one option, and count that it was met."""
    with transaction.atomic():
        row = _row(name, member)
        if row is None:
            return KNOWN[name].usual
        if row.left is not None:
            row.left -= 1
            row.save() if row.left else row.delete()
        return row.value


def for_page(member: Person) -> dict[str, Any]:
    """Return how the page that is being loaded behaves, and count it."""
    return {name: take(name, member) for name in OF_PAGES}


def change(asked: dict[str, Any]) -> None:
    """Set what `asked` names, null for the usual; `member` and `times` go for all of it.

    Raises UnknownOptionError and then changes none.
    """
    told = {name: wanted for name, wanted in asked.items() if name not in RESERVED}
    member, times = str(asked.get("member") or ""), asked.get("times")
    if member and not Person.objects.filter(profile_id=member).exclude(language="").exists():
        raise UnknownOptionError("no member has this id")
    if times is not None and (type(times) is not int or times < 1):
        raise UnknownOptionError("times is a number from 1, or null")
    for name, wanted in told.items():
        if name not in KNOWN:
            raise UnknownOptionError(f"options are {', '.join(KNOWN)}")
        if wanted is not None and not KNOWN[name].takes(wanted):
            raise UnknownOptionError(f"{name} does not take {wanted!r}")
    with transaction.atomic():
        for name, wanted in told.items():
            Option.objects.filter(name=name, member=member).delete()
            if wanted is not None:
                Option.objects.create(name=name, member=member, value=wanted, left=times)


def forget() -> None:
    """Bring every usual value back, but for the build."""
    Option.objects.exclude(name="build").delete()


def read() -> dict[str, Any]:
    """Return every option's value for all members, and what was set, with how often it is left."""
    rows = list(Option.objects.values("name", "member", "value", "left"))
    common = {row["name"]: row["value"] for row in rows if not row["member"]}
    return {name: common.get(name, one.usual) for name, one in KNOWN.items()} | {"set": rows}


def _row(name: str, member: Person | None) -> Option | None:
    whose = Q(member="")
    if member is not None:
        whose |= Q(member=member.profile_id)
    # A member's own value goes before everybody's.
    return Option.objects.filter(whose, name=name).order_by("-member").first()
