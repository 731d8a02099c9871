"""A model's draft, checked by code before anybody may send it; pure, in linear time.

What is found holds the draft back. A false alarm costs a click, an oversight a customer; so in
doubt it is found. Amounts, dates and numbers are the fact lock's matter.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from processing.ai import leaks, links, others, seeing, wording

Span = tuple[int, int]


@dataclass(frozen=True)
class Problem:
    """What is wrong with `draft[start:end]`.

    `code` is link_not_allowed, placeholder, too_long, markup, wrong_language, leaks_instructions,
    other_person, perhaps_a_person, invisible, coded or relative_date.
    """

    code: str
    start: int
    end: int


def problems_of(
    text: str,
    *,
    allowed_links: Collection[str],
    customer_texts: Collection[str],
    text_limit: int,
    in_bytes: bool,
    customer_language: str,
    other_people: Collection[str],
    secrets: tuple[str, ...] = (),
    facts: tuple[str, ...] = (),
    language_of: Callable[[str], str | None] | None = None,
    absolute_dates: bool = False,
) -> tuple[Problem, ...]:
    """Return what is wrong with the draft `text`, in the order of the text; nothing is fine.

    `allowed_links` are those of the owner's own texts (`links.links_in`); an e-mail address or
    @name that the customer wrote may be repeated, a link of theirs may not. `text_limit` counts
    characters, or UTF-8 bytes with `in_bytes`. `other_people` are names, phone numbers and e-mail
    addresses of other contacts, without those that the customer shares; what stands in
    `customer_texts` or `facts` may be said. `secrets` are the instructions; `facts` (fact sheet,
    profile) may be repeated. `language_of` returns a text's language or None when it is not sure.
    `absolute_dates` forbids "tomorrow": the text is read on another day than it was written.
    """
    seen = seeing.see(text)
    known = (*customer_texts, *facts)
    addresses = {one for said in customer_texts for one in links.links_in(said) if "@" in one}
    found: dict[str, Iterator[Span]] = {
        "link_not_allowed": links.forbidden(seen, {*allowed_links, *addresses}),
        "placeholder": _placeholders(text),
        "too_long": _beyond(text, text_limit, in_bytes=in_bytes),
        "markup": (one.span() for one in wording.MARKUP.finditer(text)),
        "wrong_language": _foreign(text, customer_language, language_of),
        "leaks_instructions": _leaks(seen, secrets, facts),
        "other_person": others.people_in(seen, other_people, known),
        "perhaps_a_person": others.maybe_people_in(seen, other_people, known),
        "invisible": iter(seeing.hidden(text)),
        "coded": leaks.coded(seen),
        "relative_date": _relative(seen) if absolute_dates else iter(()),
    }
    problems = [Problem(code, *span) for code, spans in found.items() for span in _merged(spans)]
    return tuple(sorted(problems, key=lambda one: (one.start, one.end, one.code)))


def _merged(spans: Iterator[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _placeholders(text: str) -> Iterator[Span]:
    for pattern in (wording.PLACEHOLDER, wording.ANGLED):
        yield from (one.span() for one in pattern.finditer(text))


def _beyond(text: str, limit: int, *, in_bytes: bool) -> Iterator[Span]:
    raw = text.encode(errors="replace")
    kept = len(raw[:limit].decode(errors="ignore")) if in_bytes else limit
    if (len(raw) if in_bytes else len(text)) > limit:
        yield kept, len(text)


def _foreign(
    text: str, expected: str, language_of: Callable[[str], str | None] | None
) -> Iterator[Span]:
    language = language_of(text) if language_of and expected else None
    if language and language != expected:
        yield 0, len(text)


def _leaks(seen: seeing.Seen, secrets: tuple[str, ...], facts: tuple[str, ...]) -> Iterator[Span]:
    yield from leaks.in_all_readings(seen, leaks.repeats(secrets, facts))
    yield from leaks.in_all_readings(seen, leaks.own_nature)


def _relative(seen: seeing.Seen) -> Iterator[Span]:
    return (seen.span(*one.span()) for one in wording.RELATIVE_DATE.finditer(seen.plain))
