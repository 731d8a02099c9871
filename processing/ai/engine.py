"""Conversation and scenario in, checked answer out: one model call for each question."""

import json
import re
import time
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import phonenumbers
from django.conf import settings
from pydantic import BaseModel, ValidationError

from flowia.lib.tally import Count, Spread
from processing import phones
from processing.ai.contracts import (
    Brief,
    ConversationClass,
    Draft,
    FollowUpReply,
    FoundPhone,
    Interest,
    Line,
    Points,
    Reply,
    Spent,
)
from processing.ai.grounds import is_borne_out, stands_in
from processing.ai.prompt import UNSEEN, build, estimate_tokens
from processing.errors import AnswerUnavailable

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What no message holds; PostgreSQL refuses the first of them."""
LONGEST_ANSWER = 20_000
"""Characters; the token limit allows far fewer, but not every server keeps to it."""
MOST_POINTS = 3
MOST_QUOTES = 5
MOST_LEARNED = 10
LONGEST_POINT = 160
LEAST_SURE = 0.7
"""From so much on a conversation's kind is believed: a wrong one would leave a customer waiting."""
ASKED = Spread(
    "flowia_model_seconds",
    "Questions to the model, by what was asked and how it ended: ok, or the ledger's reason.",
    ("task", "outcome"),
    (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0),
)
TOKENS = Count(
    "flowia_model_tokens",
    "Tokens of the model, read (in) and written (out).",
    ("direction",),
    born=(("in",), ("out",)),
)
COST = Count(
    "flowia_model_dollars",
    "What the model's answers cost, where the price is known.",
    parts=1_000_000,
    born=((),),
)
Form = TypeVar("Form", bound=BaseModel)


def generate_reply(brief: Brief) -> Draft:
    """Ask the model once for the answer to the newest line of `brief.history`.

    Quotes, things learned and points that are not the contact's own words are left out. Raises
    AnswerUnavailable with a reason of the ledger: the service failed, refused, or gave something
    that is not the expected form.
    """
    reply, spent = _ask(Reply, brief, "reply")
    said = _said(brief)
    found = {
        "text": _written(reply.text),
        "interest": _proven(reply.interest, said),
        "learned": [one for one in reply.learned if stands_in(one.words, said)][:MOST_LEARNED],
        "summary": _points(reply.summary, said),
    }
    return Draft(reply=reply.model_copy(update=found), spent=spent)


def generate_follow_up(brief: Brief, *, instruction: str) -> tuple[FollowUpReply, Spent]:
    """Ask the model once for a message that takes the thread up again, as `instruction` says.

    Its action is "nothing", without text, when writing again makes no sense. Raises
    AnswerUnavailable.
    """
    reply, spent = _ask(FollowUpReply, replace(brief, instruction=instruction), "follow_up")
    text = _written(reply.text) if reply.action == "write" else ""
    return reply.model_copy(update={"text": text}), spent


def extract_phone_number(
    text: str, *, workspace_id: int, language: str
) -> tuple[str, Spent | None]:
    """Return the first phone number of `text` in E.164, or an empty string, and what it cost.

    Code looks first; the model is asked, once, only where digits are left that code cannot read.
    Its answer counts when its words stand in `text` and its digits may be a number. Raises
    AnswerUnavailable.
    """
    found = phones.phone_in(text)
    if found is not None:
        return found.e164, None
    if not phones.has_digits_left(text):
        return "", None
    brief = Brief("", "", (), "", language, (Line("contact", text),), 0, workspace_id=workspace_id)
    answer, spent = _ask(FoundPhone, brief, "phone")
    return (_dialled(answer) if stands_in(answer.words, (text,)) else ""), spent


def classify_prospect(brief: Brief) -> tuple[Interest, Spent]:
    """Ask the model once how interested the contact is; without a true quote, they are cold.

    Raises AnswerUnavailable.
    """
    interest, spent = _ask(Interest, brief, "classify")
    proven = _proven(interest, _said(brief))
    cold = proven if proven.evidence else proven.model_copy(update={"level": "cold"})
    return cold, spent


def classify_conversation(brief: Brief) -> tuple[ConversationClass, Spent]:
    """Ask the model once what kind of conversation `brief.history` is.

    It counts as "unsure" where the model is less sure than LEAST_SURE, or has no quote that the
    contact said. Raises AnswerUnavailable.
    """
    found, spent = _ask(ConversationClass, brief, "sort")
    said = (*_said(brief), brief.headline)
    quotes = [quote for quote in found.evidence if stands_in(quote, said)][:MOST_QUOTES]
    sure = found.confidence >= LEAST_SURE and quotes
    kind = found.kind if sure else "unsure"
    return found.model_copy(update={"kind": kind, "evidence": quotes}), spent


def summarize_conversation(brief: Brief) -> tuple[list[str], Spent]:
    """Ask the model once for the conversation in at most three points.

    Points that do not share their words with what the contact wrote are dropped. Raises
    AnswerUnavailable.
    """
    points, spent = _ask(Points, brief, "summary")
    return _points(points.points, _said(brief)), spent


def schema_of(form: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of `form`, without titles and descriptions, which cost tokens."""
    bare: dict[str, Any] = _bare(form.model_json_schema())
    return bare


def _ask(form: type[Form], brief: Brief, task: str) -> tuple[Form, Spent]:
    began, outcome = time.monotonic(), "broken"
    try:
        answer = _answer(form, brief, task)
        outcome = "ok"
    except AnswerUnavailable as error:
        outcome = error.reason
        raise
    finally:
        ASKED.took(time.monotonic() - began, task, outcome)
    return answer


def _answer(form: type[Form], brief: Brief, task: str) -> tuple[Form, Spent]:
    # A fifth of what a process loads at its start, and most processes never ask.
    from processing.ai.client import complete  # noqa: PLC0415

    schema, taken = _schema(form)
    prompt = build(brief, task=task, max_tokens=settings.AI_MAX_TOKENS, taken=taken)
    started = time.monotonic()
    completion = complete(prompt, schema=schema, name=task, workspace_id=brief.workspace_id)
    spent = Spent(
        model=completion.model,
        prompt_version=prompt.version,
        tokens_in=completion.tokens_in,
        tokens_out=completion.tokens_out,
        milliseconds=round((time.monotonic() - started) * 1000),
        cost=completion.cost,
    )
    TOKENS.add("in", by=spent.tokens_in)
    TOKENS.add("out", by=spent.tokens_out)
    COST.add(by=spent.cost)
    if completion.failed:
        raise AnswerUnavailable(completion.failed, spent=spent)
    try:
        answer = form.model_validate_json(completion.text[: LONGEST_ANSWER + 1], strict=True)
        if len(completion.text) > LONGEST_ANSWER or not 0 <= getattr(answer, "confidence", 0) <= 1:
            raise AnswerUnavailable("model_invalid", spent=spent)
    except (ValidationError, UnicodeError) as error:
        raise AnswerUnavailable("model_invalid", spent=spent) from error
    return answer, spent


@cache
def _schema(form: type[BaseModel]) -> tuple[dict[str, Any], int]:
    schema = schema_of(form)
    return schema, estimate_tokens(json.dumps(schema))


def _bare(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    named = {"properties", "$defs"}
    return {
        key: {name: _bare(one) for name, one in part.items()} if key in named else _bare(part)
        for key, part in schema.items()
        if key not in {"title", "description"}
    }


def _said(brief: Brief) -> tuple[str, ...]:
    lines = tuple(line.text for line in brief.history if line.author == "contact")
    return (*lines, *brief.earlier)


def _proven(interest: Interest, said: tuple[str, ...]) -> Interest:
    quotes = [quote for quote in interest.evidence if stands_in(quote, said)]
    return interest.model_copy(update={"evidence": quotes[:MOST_QUOTES]})


def _points(points: list[str], said: tuple[str, ...]) -> list[str]:
    written = [" ".join(_written(point).split()) for point in points]
    return [one for one in written if len(one) <= LONGEST_POINT and is_borne_out(one, said)][
        :MOST_POINTS
    ]


def _dialled(found: FoundPhone) -> str:
    """Return the model's digits in E.164, if they may be a number and hold all that was written."""
    try:
        number = phonenumbers.parse(found.digits, phones.HOME)
    except phonenumbers.NumberParseException:
        return ""
    digits = f"{number.country_code}{number.national_number}"
    left = iter(digits)
    typed = re.sub(r"\D", "", found.words).lstrip("0")
    if not phonenumbers.is_possible_number(number) or not all(one in left for one in typed):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _written(text: str) -> str:
    """Return `text` as people see it: empty when nothing in it can be seen."""
    return CONTROL.sub("", text).strip() if UNSEEN.sub("", text).strip() else ""
