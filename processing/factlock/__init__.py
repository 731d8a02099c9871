"""The fact lock: which words of a draft say a fact that no source says. No model, no clock.

Locked, in figures and in French or English words:

- amounts (also *gratuit*, *offert*, and a bare number that is called a price), percentages;
- hours and durations (*10 h*, *midi*, *sous 3 jours*, *24h/24*), dates, relative days (*demain*);
- weekdays, with whether the clause says open or closed; a customer's question supports none open;
- sizes, weights, contents, people, places, pieces, times, street numbers;
- telephones, e-mails, links and @names, letter by letter;
- every other number in figures, and in words above ten;
- a currency or per cent whose number we cannot read.

Left free: *un*, *une* and small number words without a unit (*les deux*, *à deux pas*), ordinals
(*la 2e fois*), the numbers that open the lines of a list, months and weekdays in wishes.

The lock asks whether a fact is written somewhere, not whether it belongs to this thing: the price
of another lamp passes. It does not compute: a sum, the date of *le samedi*, an hour between
opening and closing are held. One fact in other units is the same (*320 mm*, *deux semaines*), and
a day inside a range of days is in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from processing.factlock.claim import Claim
from processing.factlock.comparing import supports
from processing.factlock.finding import claims
from processing.factlock.known import known
from processing.factlock.plain import plain

Claimed = tuple[list[Claim], str]


@dataclass(frozen=True)
class Span:
    """`words` = `draft[start:end]` are not supported.

    `kind`: amount, percentage, hour, duration, date, weekday, quantity, number, phone, email, link.
    """

    start: int
    end: int
    kind: str
    words: str


def unsupported(
    draft: str, sources: Iterable[str], *, said: Iterable[str] = (), today: date
) -> tuple[Span, ...]:
    """Return the claims of `draft` that neither the `sources` nor what was `said` makes, in order.

    `sources` are the business's plain texts, one each: the labels and values of the fact sheet, the
    profile. They come again with each draft, so that what they claim is kept; the customer's own
    messages, `said`, are read and forgotten. `today` is the date in the workspace's zone: it gives
    « demain » its day. Linear in the texts' lengths; never raises.
    """
    read = [
        *(_of_the_sheet(text, today) for text in sources),
        *(_read(text, today) for text in said),
    ]
    facts = known(read, today)
    reading = plain(draft)
    spans: list[Span] = []
    for claim in claims(reading, draft, today=today):
        if not supports(facts, claim):
            start, end = reading.place(claim.start, claim.end)
            spans.append(Span(start, end, claim.kind, draft[start:end]))
    return tuple(spans)


def _read(text: str, today: date) -> Claimed:
    """Return what a text claims, and its plain text."""
    seen = plain(text)
    return claims(seen, text, today=today), seen.text


_of_the_sheet = lru_cache(maxsize=2000)(_read)


def marked(draft: str, spans: Sequence[Span]) -> list[tuple[str, bool]]:
    """Return `draft` cut into pieces, True where unsupported; joined they are the draft again."""
    pieces: list[tuple[str, bool]] = []
    done = 0
    for span in sorted(spans, key=lambda span: span.start):
        start = max(span.start, done)
        pieces += [(draft[done:start], False), (draft[start : span.end], True)]
        done = max(done, span.end)
    pieces.append((draft[done:], False))
    return [piece for piece in pieces if piece[0]]
