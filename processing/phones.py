"""Phone numbers in what people write: digits, words, or both, by code and not by a model."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import phonenumbers

from processing.numerals import Group, plain, runs
from processing.words import listed

HOME = "FR"
"""Numbers without a country code are read as French; the product is French first."""
OVERSEAS = ("RE", "YT", "GP", "GF", "MQ")
"""Dialled like French numbers, but each with its own country code (ITU E.164, +262 to +596)."""
FRENCH_LENGTH = 10
SHORTEST, LONGEST = 8, 15
FEWEST_DIGITS = 4
"""From so many on, what is searched for may be a part of a phone number."""
TRIES = 40
"""How many candidates of one text the library may look at: each costs it up to a millisecond."""

MARK = r"[ ._/\u00b7\u2022\u2010-\u2015~-]"
BEFORE = r"(?<!\d)(?<!\d[.,])(?<!\+)"
AFTER = r"(?!\d|,\d)"
# Five pairs with the same mark between them; for mobiles the marks may differ.
SAME = re.compile(rf"{BEFORE}0[1-9]( {MARK} |{MARK}|[,:|'\u2019]|)\d\d(?:\1\d\d){{3}}{AFTER}")
MIXED = re.compile(rf"{BEFORE}0[67](?:{MARK}{{0,3}}\d\d){{4}}{AFTER}")
OVERSEA = re.compile(rf"{BEFORE}0[256](?:{MARK}?\d){{8}}{AFTER}")
DECIMALS = re.compile(r"\d\d\.\d\d[ /-]+\d\d\.\d\d")
LETTER_O = re.compile(
    r"(?<![a-z\d])o(?=o?\d)|(?<=\d)o(?![a-z])|(?<![a-z\d])o(?= [1-9](?: ?\d\d){4})|"
    r"(?<![a-z\d])o(?= (?:six|sept)\b)"
)
"""The letter where a zero was meant."""
# What has digits and is no phone: addresses, accounts, cards, companies, dates, hours, prices.
OTHERS = re.compile(
    "|".join(
        listed(r"""
    [\w.+-]{1,64}@[\w.-]{1,64}
    \b(?:https?://|www\.)(?!wa\.me|api\.whatsapp)\S{1,200}
    (?<![a-z\d])(?:fr|be|ch|lu|mc|de|es|it|nl|pt|gb)\d\d(?: ?[a-z\d]{4}){3,7}\
    (?: ?[a-z\d]{1,3})?(?![a-z\d])
    (?<![\d+])(?!00)\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}(?!\d)
    (?<![\d+])(?!00)\d{3}([ .]?)\d{3}\2\d{3}\2\d{5}(?!\d)
    \b(?:commande|facture|colis|suivi|siret|siren|ref|reference|ticket|dossier|order|invoice|\
    tracking|devis|contrat|client|article|iban|tva)s? ?(?:(?:n|no|num|numero|number|nr|#|:|est)\
    [ .:~]{0,3}){1,3}#?(?=[a-z-]{0,6}\d)[a-z\d-]{4,40}
    #\d+
    (?<!\d)97[89](?:[ -]?\d){10}(?!\d)
    (?<!\d)\d{1,2}([/.-])\d{1,2}\3(?:19|20)\d\d(?!\d)
    (?<!\d)(?:19|20)\d\d([/.-])\d\d\4\d\d(?!\d)
    (?<!\d)(?:[01]?\d|2[0-4]) ?(?:h(?:eures?)?(?: ?[0-5]\d)?(?![a-z\d])|\
    (?<!\d:\d\d):[0-5]\d(?![:\d]))
    (?<!\d)(?<!\d[ .,])\d{1,3}(?:[ .]\d{3}){0,3}(?:[.,]\d{1,2})? ?(?:€|\$|£|%|(?:eur|euros?|chf|\
    usd|balles|cm|mm|kg|ml|cl|km|pieces?)\b)
    (?<!\d)\d{1,3} ?(?:mois|ans)\b
""")
    )
)
# Too short to be a phone, long enough to look like a part of one: postcodes, dates, decimals.
NOISE = re.compile(
    r"(?<![\d+])(?<!\d[ .-])\d{5}(?![ .-]?\d)|(?<![\d/])\d{1,2}/\d{1,2}(?:/\d\d)?(?![\d/])|"
    r"(?<!\d)(?<!\d[.,])\d{1,3}[.,](?:\d\d|\d{4,})(?!\d|[.,]\d)|(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)"
)
FAR = 12
"""So many characters may stand between parts of one number that the code could not read."""


@dataclass(frozen=True)
class Phone:
    """A number in E.164, where it stands in the text, and whether words were part of it."""

    e164: str
    start: int
    end: int
    spoken: bool


@dataclass(frozen=True)
class _Found:
    """A number and its place in the plain text."""

    e164: str
    start: int
    end: int
    spoken: bool = False


def phone_in(text: str, *, region: str = HOME) -> Phone | None:
    """Return the first phone number of `text`; without a country code it is one of `region`."""
    return next(iter(phones_in(text, region=region)), None)


def phones_in(text: str, *, region: str = HOME) -> tuple[Phone, ...]:
    """Return the phone numbers of `text` in their order.

    A number written in the French form counts also when the library's table of ranges does not
    know it: the table is older than the newest ranges and leaves out those kept for fiction.
    """
    said = plain(text)
    found, _ = _read(said.text, region)
    phones = []
    for one in sorted(found, key=lambda one: one.start):
        end = said.places[one.end - 1] + 1
        while end < len(text) and unicodedata.category(text[end]) in {"Mn", "Me", "Cf"}:
            end += 1
        phones.append(Phone(one.e164, said.places[one.start], end, one.spoken))
    return tuple(phones)


def has_digits_left(text: str, *, region: str = HOME) -> bool:
    """Return whether digits or number words remain that may be a phone the code could not read.

    Numbers that stand near each other count together; prices, dates, hours, accounts and
    postcodes do not.
    """
    _, rest = _read(plain(text).text, region)
    groups = [one for run in runs(_without(rest, NOISE)) for one in run if one.digits != "+"]
    total, end = 0, 0
    for one in groups:
        digits = len(one.digits) if len(one.digits) <= LONGEST else 0
        total = digits + (total if one.start - end <= FAR else 0)
        end = one.end
        if total >= SHORTEST - 1:
            return True
    return False


def _read(text: str, region: str) -> tuple[list[_Found], str]:
    """Return the numbers of a plain text, and the text without them and without other figures."""
    rest = _without(LETTER_O.sub("0", text), OTHERS)
    found: list[_Found] = []
    # A line's end parts two numbers sooner than two halves of one.
    for line_end in "| ":
        written = _written(rest.replace("\n", line_end), region)
        found += written
        rest = _blank(rest, written)
    said = list(_said(rest, region))
    return [*found, *said], _blank(rest, said)


def _written(text: str, region: str) -> list[_Found]:
    """Return the numbers written in digits."""
    library = phonenumbers.PhoneNumberMatcher(text, region, max_tries=TRIES)
    found = [_Found(_e164(match.number), match.start, match.end) for match in library]
    if region == HOME:
        for form, read in ((SAME, _french), (MIXED, _french), (OVERSEA, _overseas)):
            rest = _blank(text, found)
            for written in form.finditer(rest):
                number = read(re.sub(r"\D", "", written[0]))
                if number and not DECIMALS.search(written[0]):
                    found.append(_Found(number, *written.span()))
    return found


def _said(text: str, region: str) -> Iterator[_Found]:
    """Yield the numbers of which at least one part is a word."""
    for run in runs(text):
        at = 0
        while at < len(run):
            parts = _parts(run[at : at + LONGEST + 1], region, first=at == 0)
            if parts is None:
                at += 1
                continue
            count, number = parts
            yield _Found(number, run[at].start, run[at + count - 1].end, spoken=True)
            at += count


def _parts(run: list[Group], region: str, *, first: bool) -> tuple[int, str] | None:
    """Return how many groups from the start make a number with a word in it, and the number."""
    digits, best = "", None
    for count, one in enumerate(run, 1):
        if count > 1 and one.digits == "+":
            break
        digits += one.digits
        if len(digits) > LONGEST + 1:
            break
        if not any(part.said for part in run[:count]):
            continue
        number = _dialled(digits, region, first=first and all(part.said for part in run[:count]))
        best = (count, number) if number else best
    return best


def _dialled(digits: str, region: str, *, first: bool) -> str:
    """Return the E.164 form of digits said one after another, or an empty string."""
    if len(digits) < SHORTEST or digits[0] not in "+067":
        return ""
    abroad = digits[0] == "+" or digits.startswith("00")
    if region == HOME and not abroad:
        if first and digits[0] in "67" and len(digits) == FRENCH_LENGTH - 1:
            digits = "0" + digits
        fits = len(digits) == FRENCH_LENGTH and digits[0] == "0"
        return _french(digits) if fits else ""
    return _valid(digits, region)


def _french(digits: str) -> str:
    """Return ten digits dialled in France in E.164; those overseas have their own codes."""
    return _valid(digits, HOME) or _overseas(digits) or "+33" + digits[1:]


def _overseas(digits: str) -> str:
    return next(filter(None, (_valid(digits, one) for one in OVERSEAS)), "")


def _valid(digits: str, region: str) -> str:
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return ""
    return _e164(number) if phonenumbers.is_valid_number(number) else ""


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _blank(text: str, found: Iterable[_Found]) -> str:
    letters = list(text)
    for one in found:
        letters[one.start : one.end] = "|" * (one.end - one.start)
    return "".join(letters)


def _without(text: str, others: re.Pattern[str]) -> str:
    return others.sub(lambda match: "|" * len(match[0]), text)


def digits_in(search: str) -> str:
    """Return what a phone in E.164 holds of the number in `search`; empty where it is none.

    At home people write a nought before the number, abroad two noughts or `(0)`.
    """
    digits = "".join(filter(str.isdecimal, search.replace("(0)", "")))
    return digits.lstrip("0") if len(digits) >= FEWEST_DIGITS else ""
