"""What a draft must not tell: our instructions, its own making, anything in code; pure."""

import codecs
import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from processing.ai.seeing import Seen, folded

RUN = 8
"""So many words in a row are no accident."""
WORD = re.compile(r"[^\W_]+")
SPACES = str.maketrans("\n\r\t-_", "     ")
OWN_NATURE = re.compile(
    (
        r"\bmes (?:propres |vraies )?(?:instructions|consignes|directives)\b|\bmon prompt\b"
        r"|\b(?:prompt|message|invite|instructions?|consignes?|regles?) (?:systeme|internes?"
        r"|secret\w*|initial\w*|cache\w*)\b"
        r"|\b(?:system|hidden|secret|internal|initial|developer|original) (?:prompts?"
        r"|instructions?|messages?|rules)\b|\bmy (?:own |real |full )?(?:instructions|prompts?"
        r"|guidelines|programming)\b"
        r"|\bmodeles? de lang(?:age|ue)\b|\blanguage models?\b|\bgrands? modeles? linguistiques?\b"
        r"|\bllm\b|\bchat\s?gpt\b|\bgpt\s?\d|\bopenai\b"
        r"|\b(?:on m'a|j'ai ete|je suis) (?:programme|configure|instruit|entraine)\w*"
        r"|\bi (?:was|am|have been|'ve been) (?:(?:told|instructed) (?:to|not)"
        r"|programmed|trained|configured)\b"
        r"|\b(?:mode|modes) (?:admin\w*|developpeurs?|debug|maintenance|dan|libre|sans filtre)\b"
        r"|\b(?:admin\w*|developer|debug|maintenance|dan|god|unrestricted) mode\b|\bjailbr[eo]ak\w*"
        r"|\bignor\w+ (?:(?:all|the|my|your|toutes?|les|mes|vos|tes) ){0,3}(?:previous|precedent\w*"
        r"|prior|instructions|consignes)\b|\bcontact [0-9a-f]{8}\b"
    ).replace(" ", " ++")
)
LONG_CODE = re.compile(r"(?<![\w/.?=&%+-])[A-Za-z0-9+]{20,}={0,2}")
CODED = re.compile(
    r"(?<![^\W_])(?:[0-9a-f]{2}[ :]?){12,}(?![^\W_])|(?:%[0-9a-f]{2}){4,}"
    r"|(?:\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|&#x?[0-9a-f]{1,6};){3,}|(?<!\d)(?:[01]{8} ?){3,}(?!\d)"
    r"|(?<!\d)(?:(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6])(?:, |[ ,])){14,}"
    r"|(?<![^\W_])(?:[^\W\d_][ .*_-]{1,3}){5,}[^\W\d_](?![^\W_])"
)
DIGITS_ONLY = re.compile(r"[\d :]+")
SWITCHES = 3
"""So often does base64 change from letter to capital or digit, and no word."""

Span = tuple[int, int]
Finder = Callable[[str], Iterator[Span]]


def in_all_readings(seen: Seen, finder: Finder) -> Iterator[Span]:
    """Give what `finder` finds in the plain text, turned by 13 or backwards, as spans of the text.

    A finder takes plain text and gives spans of it.
    """
    length = len(seen.plain)
    for start, end in finder(seen.plain):
        yield seen.span(start, end)
    for start, end in finder(codecs.encode(seen.plain, "rot13")):
        yield seen.span(start, end)
    for start, end in finder(seen.plain[::-1]):
        yield seen.span(length - end, length - start)


def repeats(secrets: Collection[str], known: Collection[str]) -> Finder:
    """Return what finds runs of eight words of `secrets` that do not stand in `known`."""
    runs = {run for one in secrets for run in _runs_of(one)}
    runs -= {run for one in known for run, _ in _runs(folded(one))}

    def find(plain: str) -> Iterator[Span]:
        return (span for run, span in _runs(plain) if run in runs) if runs else iter(())

    return find


def own_nature(plain: str) -> Iterator[Span]:
    """Give where a draft speaks of its instructions or of being a model."""
    return (found.span() for found in OWN_NATURE.finditer(plain.translate(SPACES)))


def coded(seen: Seen) -> Iterator[Span]:
    """Give what no person reads: base64, hexadecimal, bits, character codes, spaced letters."""
    for found in LONG_CODE.finditer(seen.text):
        if len(re.findall(r"[a-z][A-Z]|[A-Za-z]\d", found[0])) >= SWITCHES:
            yield found.span()
    for found in CODED.finditer(seen.plain):
        if not DIGITS_ONLY.fullmatch(found[0]) or set(found[0]) <= set("01 ") or "," in found[0]:
            yield seen.span(*found.span())


@lru_cache(maxsize=500)
def _runs_of(secret: str) -> frozenset[str]:
    """Return the runs of a rule or an instruction, which come again with each draft."""
    return frozenset(run for run, _span in _runs(folded(secret)))


def _runs(plain: str) -> Iterator[tuple[str, Span]]:
    words = list(WORD.finditer(plain))
    for index in range(len(words) - RUN + 1):
        run = words[index : index + RUN]
        yield " ".join(one[0] for one in run), (run[0].start(), run[-1].end())
