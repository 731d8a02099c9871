"""A try as people see it: asked live, told in words, its failures as HTTP knows them."""

from math import ceil
from typing import Any

from django.utils.translation import gettext_lazy as _

from flowia.lib import clock
from flowia.lib.errors import FlowError, TooManyRequestsError
from processing import beginnings, modelstate, replays
from processing.ai import engine
from processing.errors import AnswerUnavailable
from processing.intents import called
from processing.models import Conversation, Scenario
from processing.reasons import sentence
from processing.trying import Room, Tried, try_text
from social.capabilities import Capabilities
from social.models import SocialAccount
from social.providers.registry import CAPABILITIES

NARROWEST = "instagram"


class ModelUnavailableError(FlowError):
    """The model gave no answer; the detail says why."""

    code = "model_unavailable"
    status = 502
    detail = _("The model did not answer.")


def try_out(
    scenario: Scenario,
    text: str,
    *,
    content: dict[str, Any],
    language: str = "",
    place: str = "",
) -> dict[str, Any]:
    """Return what the scenario with `content` would do with a first message, in words.

    `content` is that of `replays.draft_content`; `place` is "direct" or "comment", empty for where
    the scenario answers. A place where it answers nothing is not tried. Raises TooManyRequestsError
    while the workspace's calls of the minute are used up, ModelUnavailableError for any other
    failure of the model. That somebody tried is kept, of the text nothing.
    """
    try:
        tried = try_text(
            replays.candidate_of(scenario, content),
            text,
            ask=lambda brief: modelstate.asked(lambda: engine.generate_reply(brief)),
            room=_room(scenario, content, place),
            now=clock.now(),
            language=language,
        )
    except AnswerUnavailable as error:
        if error.its_turn and error.reason != modelstate.PAUSED:
            raise TooManyRequestsError(retry_after=ceil(error.retry_after or 1)) from error
        raise ModelUnavailableError(sentence(error.reason)) from error
    beginnings.note_tried(scenario.workspace, clock.now())
    return told(tried)


def told(tried: Tried) -> dict[str, Any]:
    """Return a try with its sentences in the active language."""
    decision, waits = tried.decision, tried.waits
    return {
        "outcome": decision.kind,
        "reason": decision.reason,
        "sentence": sentence(decision.reason, decision.data),
        "gates": [
            {**gate, "sentence": sentence(gate["reason"], gate.get("data"))}
            for gate in decision.gates
        ],
        "waits_until": waits.until if waits else None,
        "waits_sentence": sentence(waits.reason, waits.data) if waits else "",
        "draft": _draft(tried),
        "spent": _spent(tried),
    }


def _draft(tried: Tried) -> dict[str, Any] | None:
    if tried.draft is None or tried.findings is None:
        return None
    reply = tried.draft.reply
    return {
        "text": reply.text,
        "notice": tried.notice,
        "marks": list(tried.findings.marks),
        "intent": reply.intent,
        "intent_name": called(reply.intent),
        "level": reply.interest.level,
        "evidence": list(reply.interest.evidence),
        "confidence": reply.confidence,
        "language": reply.language,
    }


def _spent(tried: Tried) -> dict[str, Any] | None:
    if tried.draft is None:
        return None
    spent = tried.draft.spent
    return {
        "model": spent.model,
        "prompt": spent.prompt_version,
        "tokens_in": spent.tokens_in,
        "tokens_out": spent.tokens_out,
        "milliseconds": spent.milliseconds,
        "cost": spent.cost,
    }


def _room(scenario: Scenario, content: dict[str, Any], place: str) -> Room:
    """Return the rules of the first account that has such a place; without one, the narrowest."""
    accounts = SocialAccount.objects.filter(workspace=scenario.workspace)
    if content["accounts"]:
        accounts = accounts.filter(uid__in=content["accounts"])
    known = [one for one in accounts.order_by("pk") if one.kind in CAPABILITIES]
    place = _place(content, known, place)
    fitting = [one for one in known if _has(CAPABILITIES[one.kind], place)]
    found = next(iter(fitting or known), None)
    if found is None:
        return Room(CAPABILITIES[NARROWEST], place)
    agreed = found.automation_agreed_at is not None
    return Room(CAPABILITIES[found.kind], place, agreed)


def _place(content: dict[str, Any], accounts: list[SocialAccount], wanted: str) -> str:
    """Return where the text is tried: as `wanted`, where the scenario and an account answer there.

    Otherwise in direct messages, if they can be at all.
    """
    if content["channel"] != Scenario.Channel.ANY:
        return str(content["channel"])
    for place in (wanted, Conversation.Kind.DIRECT, Conversation.Kind.COMMENT):
        if place and any(_has(CAPABILITIES[one.kind], place) for one in accounts):
            return str(place)
    return wanted or str(Conversation.Kind.DIRECT)


def _has(capabilities: Capabilities, place: str) -> bool:
    comment = place == Conversation.Kind.COMMENT
    return capabilities.comments if comment else capabilities.direct_messages
