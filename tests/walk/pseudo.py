"""A language that nobody speaks: whatever goes through gettext comes in wide letters.

So that what does not go through it can be seen on a page: it is still in plain ones.
"""

import re
from html.parser import HTMLParser

from django.utils.translation import trans_real

CONTEXT = "\x04"
KEPT = re.compile(r"(%\(\w+\)[sdf]|%[sdf%]|\{[^{}]*\}|<[^<>]+>|&\w+;)")
"""Placeholders, tags and entities within a text."""

WIDE = {ord(one): ord(one) + 0xFEE0 for one in map(chr, range(65, 123)) if one.isalpha()}
SPOKEN = ("aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription")
UNREAD = {"script", "style", "code", "pre", "kbd", "textarea"}
"""Elements whose content is not ours to say: machines' words, and what somebody typed."""

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


def install() -> None:
    """Let this process speak it, in every language it knows."""
    catalogue = trans_real.DjangoTranslation

    def gettext(_self: object, message: str) -> str:
        return widened(message)

    def ngettext(_self: object, one: str, many: str, number: int) -> str:
        return widened(one if number == 1 else many)

    catalogue.gettext = gettext  # type: ignore[assignment,method-assign]
    catalogue.ngettext = ngettext  # type: ignore[assignment,method-assign]


def widened(message: str) -> str:
    """Return a msgid, with or without its context, in wide letters; placeholders stay."""
    text = message.rpartition(CONTEXT)[2]
    return "".join(
        part if KEPT.fullmatch(part) else part.translate(WIDE) for part in KEPT.split(text)
    )


class Reader(HTMLParser):
    """Gathers what a person reads or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Gather what its attributes say; note whether its content is said at all."""
        given = dict(attrs)
        # "English" is called so in every language.
        silent = tag in UNREAD or (tag != "html" and "lang" in given) or self._is_silent()
        if not silent:
            self.said += [given.get(name) or "" for name in SPOKEN]
            if given.get("type") in {"submit", "button", "reset"}:
                self.said.append(given.get("value") or "")
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element, and what was not closed in it."""
        while self._open:
            closed, _silent = self._open.pop()
            if closed == tag:
                break

    def handle_data(self, data: str) -> None:
        """Gather the text."""
        if not self._is_silent():
            self.said.append(data)

    def _is_silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def said_on(html: str) -> list[str]:
    """Return the texts of a page, without those of nothing but spaces."""
    reader = Reader()
    reader.feed(html)
    return [" ".join(one.split()) for one in reader.said if one.strip()]
