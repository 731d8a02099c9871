"""What our own code finds in a draft before anybody sees it: links, leaks, facts from nowhere."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import takewhile
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from processing.ai.checks import problems_of
from processing.ai.contracts import Brief
from processing.ai.links import links_in
from processing.ai.others import look_ups
from processing.ai.promises import promises_in
from processing.ai.prompt import rules_of
from processing.factlock import unsupported
from processing.language import language_of
from processing.models import Contact, Conversation, Message, Scenario
from social.capabilities import Capabilities

UNSAFE = {"link_not_allowed", "leaks_instructions", "other_person", "invisible", "coded"}
"""What is shown to nobody, not even as a draft; the rest is held for a human to mend."""
NAME = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w'’-]{2,}")
"""A word that begins with a capital letter: what could be part of somebody's name."""
MOST_WORDS = 40
MOST_NAMES = 200
MOST_KEYS = 2000
"""A text with more is all digits: then it is quicker to look at every name."""


@dataclass(frozen=True)
class Findings:
    """What was found: codes that forbid the draft, codes that hold it, and words to mark.

    A mark is `{"start", "end", "kind"}`, by the characters of the text.
    """

    unsafe: tuple[str, ...]
    doubtful: tuple[str, ...]
    marks: tuple[dict[str, Any], ...]


def check_draft(
    text: str,
    *,
    brief: Brief,
    conversation: Conversation,
    capabilities: Capabilities,
    now: datetime,
    absolute_dates: bool = False,
) -> Findings:
    """Return what speaks against sending `text`, written for `brief`."""
    said = tuple(line.text for line in brief.history if line.author == "contact") + brief.earlier
    ours = (brief.business, brief.profile, *(part for fact in brief.facts for part in fact))
    found = problems_of(
        text,
        allowed_links={link for text in (*ours, brief.instruction) for link in links_in(text)},
        customer_texts=said,
        text_limit=capabilities.text_limit,
        in_bytes=capabilities.text_limit_in_bytes,
        customer_language=_wanted_language(brief, said),
        other_people=_others(text, conversation, known=(*ours, *said)),
        language_of=_known_language,
        secrets=(brief.instruction, *_rules(brief)),
        facts=ours,
        absolute_dates=absolute_dates,
    )
    codes = {problem.code for problem in found if problem.code != "too_long"}
    today = now.astimezone(ZoneInfo(conversation.workspace.timezone)).date()
    spans = {
        *unsupported(text, ours, said=said, today=today),
        *promises_in(text, ours=ours, asked=_unanswered(brief), today=today),
    }
    return Findings(
        unsafe=tuple(sorted(codes & UNSAFE)),
        doubtful=tuple(sorted(codes - UNSAFE)),
        marks=tuple(
            {"start": one.start, "end": one.end, "kind": one.kind}
            for one in sorted(spans, key=lambda one: (one.start, one.end))
        ),
    )


def _wanted_language(brief: Brief, said: tuple[str, ...]) -> str:
    if brief.answer_in != "customer":
        return brief.answer_in
    newest_first = (language_of(text) for text in reversed(said))
    return next((one for one in newest_first if one != "unknown"), "")


def _rules(brief: Brief) -> tuple[str, ...]:
    """Return our own rules by which the draft was written, and those of answers in any case."""
    follows = brief.purpose == Scenario.Kind.FOLLOW_UP
    return rules_of(brief) + (rules_of(brief, "follow_up") if follows else ())


def _known_language(text: str) -> str | None:
    language = language_of(text)
    return None if language == "unknown" else language


def _unanswered(brief: Brief) -> tuple[str, ...]:
    """Return what the contact wrote since somebody last wrote to them."""
    newest = takewhile(lambda line: line.author == "contact", reversed(brief.history))
    return tuple(line.text for line in newest)


def _others(text: str, conversation: Conversation, *, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of other contacts of the workspace of which a word stands in `text` alone.

    Those that can be found in it at all: by their keys, and whose key nobody has read yet.
    """
    heard = " ".join(known).casefold()
    words = [word for word in NAME.findall(text) if word.casefold() not in heard][:MOST_WORDS]
    if not words:
        return ()
    keys = look_ups(text)
    keyed = Q(name_key__in=keys) | Q(name_key__isnull=True)
    others = Contact.objects.filter(
        keyed if len(keys) <= MOST_KEYS else Q(),
        reduce(or_, (Q(name__icontains=word) for word in words)),
        workspace_id=conversation.workspace_id,
        name__gt="",
    )
    names = others.exclude(pk=conversation.contact_id).values_list("name", flat=True)
    return tuple(names[:MOST_NAMES])


def marks_in(message: Message) -> list[dict[str, Any]]:
    """Return the marks of a held draft, in the order of its text."""
    return sorted(message.marks, key=lambda mark: int(mark["start"]))
