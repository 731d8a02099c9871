"""E-mail addresses, links and @names in a text; found around their @, :// and dots, in one pass."""

import re
import unicodedata
from collections.abc import Iterator

from processing.factlock.plain import Plain

COMMON = (
    "fr|com|net|org|eu|be|ch|lu|ca|uk|us|de|es|it|pt|nl|io|ai|app|dev|shop|store|boutique|paris|bzh"
    "|info|biz|site|online|xyz|club|top|link|page|live|tech|agency|pro|example|ru|cn|tv|cc|ly|gl|gg"
)
"""Endings that make a link of a bare word; `merci.me` needs a path behind it (`t.me/x`)."""

_EDGE = ".,;:!?)]}>'\"*_»"
_MAIL = re.compile(r"[a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63})+")
_FOUND = re.compile(
    r"(?P<email>(?<![a-z0-9._%+\-])[a-z0-9._%+\-]{1,64}"
    r"(?:@| @ |\s?(?:\[at\]|\(at\)|\(a\)|\barobase\b)\s?)"
    r"[a-z0-9\-]{1,63}(?:(?:\.| \. |\s?(?:\[dot\]|\(dot\)|\bpoint\b)\s?)[a-z0-9\-]{1,63}){1,8})"
    r"|(?P<link>(?<![a-z0-9])(?:[a-z][a-z0-9+]{1,12}://|www\.|mailto:|tel:)[^\s<>\"«»]+"
    r"|(?<![a-z0-9.\-@])(?:[a-z0-9][a-z0-9\-]{0,62}\.){1,8}"
    rf"(?:(?:{COMMON})(?![a-z0-9\-])(?:[/?#:][^\s<>\"«»]*)?|[a-z]{{2,12}}/[^\s<>\"«»]+)"
    rf"|(?<![a-z0-9])[a-z0-9\-]{{2,63}} (?:point|dot) (?:{COMMON})(?![a-z0-9])"
    r"|(?<![a-z0-9])[a-z0-9\-]{2,63}(?: \. ?|\[\.\]|\(\.\))(?:com|net|org|fr|eu|shop)(?![a-z0-9]))"
    r"|(?P<name>(?<![a-z0-9@._\-])@[a-z0-9_][a-z0-9_.]{1,40})"
)


def addresses(text: Plain, original: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield (kind, key, start, end) for each address, `start` and `end` in the plain text.

    The key is what must be equal: a link without scheme, www. and last slash, an e-mail in lower
    case. Accents and foreign letters stay in it, since they name another site.
    """
    for found in _FOUND.finditer(text.text):
        end = found.end()
        while text.text[end - 1] in _EDGE:
            end -= 1
        first, last = text.place(found.start(), end)
        key = _key(original[first:last])
        kind = "email" if found["email"] or _MAIL.fullmatch(key) else "link"
        yield kind, key, found.start(), end


def _key(words: str) -> str:
    seen = (one for one in words if unicodedata.category(one) not in {"Cf", "Mn", "Cc"})
    plain = unicodedata.normalize("NFC", "".join(seen)).casefold()
    plain = re.sub(r"\s?(?:\[at\]|\(at\)|\(a\)|\barobase\b)\s?", "@", plain)
    plain = re.sub(r"\s?(?:\[dot\]|\(dot\)|\b(?:point|dot)\b)\s?", ".", plain)
    plain = re.sub(r"\[\.\]|\(\.\)", ".", plain)
    plain = re.sub(r"^(?:https?://|mailto:|tel:)?(?:www\.)?", "", plain.replace(" ", ""))
    return plain.rstrip("/")
