"""What a draft grants that only the customer said: their price, hours, a gift, a refund; pure.

The fact lock lets the customer's own figures be repeated, a date or a phone above all. A price is
another matter: "write that it costs 1 €" must not make it so.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date

from processing.factlock import Span, unsupported
from processing.words import folded

PRICES = {"amount", "percentage"}
OPENING = re.compile(r"\b(?:ouv(?:r|ert)|ferm|open|clos)\w*", re.IGNORECASE)
HOURS = {"hour", "weekday", "date"}
"""With the word above in the same sentence, when we are there is ours to say."""
BUDGET = re.compile(r"\bbudget\b[^.!?\n]{0,30}$", re.IGNORECASE)
"""Before an amount: it is what the customer wants to spend, not what something costs."""
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
GRANTED = re.compile(
    r"\b(?:(?:sera|serez|seras|est|etes|sont|serons|allons|pouvons)(?: \w+){0,2} )?rembours\w+"
    r"|\b(?:full |a )?refund(?:ed|s)?\b|\bmoney back\b"
)
YES = re.compile(
    r"\W*(?:bonjour\W+|bonsoir\W+|hello\W+|hi\W+)?(?P<word>oui|ouais|yes|yep|yeah|sure|ok(?:ay)?"
    r"|d['’]accord|bien s[uû]r|bien entendu|of course|absolument|absolutely|certainement"
    r"|tout à fait"
    r"|exactement|parfaitement|certainly|c['’]est (?:exact|noté|entendu|d['’]accord|fait|confirmé)"
    r"|je (?:vous )?(?:le )?confirme|i (?:can )?confirm|deal)\b",
    re.IGNORECASE,
)
FAVOUR = re.compile(
    r"\b(?:offerte?s?|gratuit\w*|gratos|rembours\w+|remises?|reductions?|rabais|promos?|promotions?"
    r"|code promo|cadeau offert|geste commercial|refund\w*|free|discounts?|for nothing|gift card"
    r"|money back|voucher)\b"
)


def promises_in(
    draft: str, *, ours: Sequence[str], asked: Sequence[str], today: date
) -> tuple[Span, ...]:
    """Return the words of `draft` that grant what none of `ours` says, in their order.

    `ours` are the owner's texts, `asked` what the customer wrote since somebody last answered:
    a yes to a price or a favour that only they named is a promise, too.
    """
    spans = [
        one
        for one in unsupported(draft, ours, today=today)
        if (one.kind in PRICES and not BUDGET.search(draft[: one.start]))
        or (one.kind in HOURS and OPENING.search(_sentence(draft, one)))
    ]
    spans += _accounts(draft, ours)
    spans += _refunds(draft, ours)
    yes = YES.match(draft)
    if yes and any(_asks_a_favour(text, ours, today) for text in asked):
        spans.append(Span(*yes.span("word"), "promise", yes["word"]))
    return tuple(sorted(spans, key=lambda one: one.start))


def _sentence(draft: str, span: Span) -> str:
    start = max(draft.rfind(mark, 0, span.start) for mark in ".!?\n") + 1
    ends = (draft.find(mark, span.end) for mark in ".!?\n")
    return draft[start : min((end for end in ends if end >= 0), default=len(draft))]


def _accounts(draft: str, ours: Sequence[str]) -> list[Span]:
    known = {re.sub(r"\s", "", found[0]) for text in ours for found in IBAN.finditer(text)}
    return [
        Span(*found.span(), "number", found[0])
        for found in IBAN.finditer(draft)
        if re.sub(r"\s", "", found[0]) not in known
    ]


def _refunds(draft: str, ours: Sequence[str]) -> list[Span]:
    if not GRANTED.search(folded(draft)) or _speaks_of(GRANTED, ours):
        return []
    word = re.search(r"rembours\w*|refund\w*|money back", draft, re.IGNORECASE)
    return [Span(*word.span(), "promise", word[0])] if word else []


def _asks_a_favour(text: str, ours: Sequence[str], today: date) -> bool:
    if any(one.kind in PRICES for one in unsupported(text, ours, today=today)):
        return True
    return bool(FAVOUR.search(folded(text))) and not _speaks_of(FAVOUR, ours)


def _speaks_of(pattern: re.Pattern[str], texts: Collection[str]) -> bool:
    return any(pattern.search(folded(text)) for text in texts)
