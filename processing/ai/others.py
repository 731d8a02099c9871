"""Other people's names, numbers and addresses in a draft; pure, one look-up for each word."""

import codecs
import re
from collections.abc import Collection, Iterator

from processing.ai.leaks import WORD, Span, in_all_readings
from processing.ai.seeing import Seen, folded

EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)*")
PHONE = re.compile(r"(?<!\d)\d(?:[ .()/_\n-]{0,3}\d){5,}")
TITLES = frozenset(
    {"m", "mr", "mrs", "ms", "miss", "mme", "mmes", "mlle", "madame", "monsieur", "mademoiselle"}
)
ARTICLES = frozenset(
    [
        "a",
        "au",
        "aux",
        "chez",
        "d",
        "de",
        "des",
        "du",
        "l",
        "la",
        "le",
        "les",
        "ma",
        "mon",
        "my",
        "nos",
        "notre",
        "the",
        "un",
        "une",
    ]
)
SENTENCE_ENDS = frozenset({"", ".", "!", "?", "…", ":", "\n"})
PHONE_DIGITS = 9
"""A number's last digits, the same with and without the country's code."""
LEAST_PHONE = 6
LONGEST_NAME = 6
LEAST_NAME = 3
LONGEST_KEY = 200

Keys = frozenset[str]
"""How each value is recognised: an address, a number's end, folded words, or "/" and a surname."""


def looked_up_by(name: str) -> str:
    """Return what is in every text in which `people_in` or `maybe_people_in` finds this name.

    The last of its words, an address as a whole, of a number the last digits, 200 characters at
    most; "" for what they never find. `look_ups` gives what a text is looked up by.
    """
    plain, digits, words = _parts(name)
    if EMAIL.fullmatch(plain):
        return plain[:LONGEST_KEY]
    if _is_number(plain, digits):
        return digits[-PHONE_DIGITS:]
    return words[-1][:LONGEST_KEY] if _is_name(words) else ""


def look_ups(text: str) -> frozenset[str]:
    """Return the `looked_up_by` of every name that could stand in `text`, in whatever reading."""
    plain = folded(text)
    found: set[str] = set()
    for reading in (plain, codecs.encode(plain, "rot13"), plain[::-1]):
        found.update(WORD.findall(reading), EMAIL.findall(reading))
        for number in PHONE.findall(reading):
            digits = re.sub(r"\D", "", number)
            found.update(
                digits[start : start + length]
                for length in range(LEAST_PHONE, PHONE_DIGITS + 1)
                for start in range(len(digits) - length + 1)
            )
    return frozenset(key[:LONGEST_KEY] for key in found)


def people_in(seen: Seen, people: Collection[str], known: Collection[str]) -> Iterator[Span]:
    """Give where a name, phone number or address of `people` stands, unless also in `known`.

    Two words that may be no name ("La Boutique") count only with a capital letter within a
    sentence; a last name counts after a title, too. One plain word is `maybe_people_in`'s matter.
    """
    keys = frozenset(key for key in _unknown(people, known) if not key.isalpha())
    words = frozenset(filter(_may_be_words, keys))

    def find(plain: str) -> Iterator[Span]:
        return (span for _, span in _found(plain, keys - words))

    if keys:
        yield from in_all_readings(seen, find)
        yield from _as_names(seen, words)


def maybe_people_in(seen: Seen, people: Collection[str], known: Collection[str]) -> Iterator[Span]:
    """Give where a name of one plain word ("Rose", "France") stands as a name is written."""
    yield from _as_names(seen, frozenset(filter(str.isalpha, _unknown(people, known))))


def _unknown(people: Collection[str], known: Collection[str]) -> Keys:
    keys = _keys(people)
    return keys - {key for one in known for key, _ in _found(folded(one), keys)} if keys else keys


def _as_names(seen: Seen, words: Keys) -> Iterator[Span]:
    if not words:
        return
    for _, span in _found(seen.plain, words):
        start, end = seen.span(*span)
        last = seen.text[start:end].split()[-1]
        begins = seen.text[:start].rstrip(" \u00a0\u202f«\"'“(-")[-1:] in SENTENCE_ENDS
        if not last[0].islower() and (last != seen.text[start:end] or not begins):
            yield start, end


def _may_be_words(key: str) -> bool:
    first, _, more = key.partition(" ")
    return first.isalpha() and (not more or first in ARTICLES)


def _keys(people: Collection[str]) -> Keys:
    keys: set[str] = set()
    for one in people:
        plain, digits, words = _parts(one)
        if EMAIL.fullmatch(plain):
            keys.add(plain)
        elif _is_number(plain, digits):
            keys.add(digits[-PHONE_DIGITS:])
        elif _is_name(words):
            keys.add(" ".join(words))
            if len(words) > 1:
                keys.update((" ".join((words[-1], *words[:-1])), f"/{words[-1]}"))
    return frozenset(keys)


def _parts(name: str) -> tuple[str, str, list[str]]:
    plain = folded(name).strip()
    return plain, re.sub(r"\D", "", plain), WORD.findall(plain)


def _is_number(plain: str, digits: str) -> bool:
    return len(digits) >= LEAST_PHONE and len(digits) > len(plain) / 2


def _is_name(words: list[str]) -> bool:
    return len("".join(words)) >= LEAST_NAME and len(words) <= LONGEST_NAME


def _found(plain: str, keys: Keys) -> Iterator[tuple[str, Span]]:
    yield from ((one[0], one.span()) for one in EMAIL.finditer(plain) if one[0] in keys)
    yield from _numbers(plain, keys)
    words = list(WORD.finditer(plain))
    for index, first in enumerate(words):
        key = ""
        for last in words[index : index + LONGEST_NAME]:
            key = f"{key} {last[0]}".lstrip()
            if key in keys:
                yield key, (first.start(), last.end())
        titled = index > 0 and words[index - 1][0] in TITLES
        if titled and f"/{first[0]}" in keys:
            yield f"/{first[0]}", (words[index - 1].start(), first.end())


def _numbers(plain: str, keys: Keys) -> Iterator[tuple[str, Span]]:
    numbers = (LEAST_PHONE, PHONE_DIGITS)
    lengths = {len(key) for key in keys if key.isdigit() and numbers[0] <= len(key) <= numbers[1]}
    for found in PHONE.finditer(plain):
        places = [place for place in range(*found.span()) if plain[place].isdigit()]
        digits = "".join(plain[place] for place in places)
        for length in lengths:
            for start in range(len(digits) - length + 1):
                key = digits[start : start + length]
                if key in keys:
                    yield key, (places[start], places[start + length - 1] + 1)
