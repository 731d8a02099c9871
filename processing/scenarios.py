"""Scenarios: which one answers a message, and what its words are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.errors import InvalidError
from flowia.lib.standing import Standing, given
from processing.hours import check_hours
from processing.models import Conversation, DmSequence, Scenario
from processing.steps import steps_of
from processing.words import mentions
from social.models import SocialAccount

FIELDS = (
    "name",
    "kind",
    "instruction",
    "trigger",
    "keywords",
    "channel",
    "comment_answer",
    "fact_labels",
    "hours",
    "outside_hours",
    "language",
    "autonomy",
    "priority",
)
"""What a version keeps, with the public ids of its `accounts` and a follow-up's `steps`."""
LATER: dict[str, Any] = {"comment_answer": Scenario.CommentAnswer.PUBLIC.value}
"""Fields that the first versions did not have, and what held without them."""
MOST_KEYWORDS = 50
LONGEST_KEYWORD = 60

CANDIDATES = Standing(
    lambda: (
        Scenario.objects.filter(workspace=given.key("workspace"), archived_at=None)
        .exclude(autonomy=Scenario.Autonomy.OFF)
        .exclude(kind=Scenario.Kind.FOLLOW_UP)
        .order_by("-priority", "id")
    )
)
THEIR_ACCOUNTS = Standing(
    lambda: (
        Scenario.accounts.through.objects.filter(scenario__workspace=given.key("workspace"))
        .order_by()
        .values_list("scenario_id", "socialaccount_id")
    )
)
AUTONOMY = Standing(
    lambda: (
        Scenario.objects.filter(pk=given.key("id"), archived_at=None)
        .order_by()
        .values_list("autonomy", flat=True)
    )
)


@dataclass(frozen=True)
class Incoming:
    """What choosing a scenario looks at: the message's text, its place, and whether it is first."""

    text: str
    account_id: int
    channel: str
    first: bool
    current_id: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A scenario that may answer, and the accounts it is for by their key; none means all."""

    scenario: Scenario
    accounts: frozenset[int] = frozenset()


def scenario_for(workspace: Workspace, incoming: Incoming) -> Scenario | None:
    """Return the scenario of the workspace that answers; see `choose`."""
    return choose(candidates_of(workspace), incoming)


def choose(candidates: Iterable[Candidate], incoming: Incoming) -> Scenario | None:
    """Return the scenario that answers: of those that fit, the one of the highest priority.

    One objective at a time: the scenario that answered last in the conversation goes on while it
    still fits its accounts and place, unless the message names a keyword of another one.
    """
    fitting = [one.scenario for one in candidates if _is_for(one, incoming)]
    triggered = [one for one in fitting if _is_triggered(one, incoming)]
    keyed = [one for one in triggered if one.trigger == Scenario.Trigger.KEYWORDS]
    current = [one for one in fitting if one.pk == incoming.current_id]
    return next(iter([*keyed, *current, *triggered]), None)


def incoming_of(conversation: Conversation, *, text: str, first: bool) -> Incoming:
    """Return what choosing a scenario looks at, for a message of `conversation`."""
    return Incoming(
        text=text,
        account_id=conversation.social_account_id,
        channel=conversation.kind,
        first=first,
        current_id=conversation.scenario_id,
    )


def candidates_of(workspace: Workspace) -> list[Candidate]:
    """Return the scenarios that may answer messages, the highest priority first."""
    found = CANDIDATES(workspace=workspace.pk)
    accounts: dict[int, set[int]] = defaultdict(set)
    for scenario, account in THEIR_ACCOUNTS(workspace=workspace.pk) if found else ():
        accounts[scenario].add(account)
    return [Candidate(row, frozenset(accounts[row.pk])) for row in found]


def autonomy_now(scenario_id: int) -> str:
    """Return the autonomy that the scenario has now; "off" once it was put away."""
    return AUTONOMY.first(id=scenario_id) or Scenario.Autonomy.OFF.value


def named(scenario: Scenario | None) -> dict[str, Any]:
    """Return how the ledger names a scenario and its version; empty where none was found."""
    if scenario is None:
        return {}
    return {
        "scenario": scenario.name,
        "scenario_id": str(scenario.uid),
        "scenario_version": scenario.version,
    }


def with_draft(candidates: Iterable[Candidate], draft: Candidate) -> list[Candidate]:
    """Return `candidates` with `draft` in the place of the scenario it is a draft of."""
    others = [one for one in candidates if one.scenario.pk != draft.scenario.pk]
    return sorted([*others, draft], key=lambda one: (-one.scenario.priority, one.scenario.pk or 0))


def follows_up(content: dict[str, Any]) -> bool:
    """Return whether a scenario of this content writes follow-ups."""
    kind, autonomy = content.get("kind"), content.get("autonomy")
    runs = kind == Scenario.Kind.FOLLOW_UP and autonomy != Scenario.Autonomy.OFF
    return runs and bool(content.get("active"))


def accounts_in(workspace: Workspace, content: dict[str, Any]) -> list[SocialAccount]:
    """Return the accounts that a version's content names, as far as they still exist."""
    return list(SocialAccount.objects.filter(workspace=workspace, uid__in=content["accounts"]))


def content_of(scenario: Scenario) -> dict[str, Any]:
    """Return everything a version keeps, as plain values."""
    return content_with(scenario, None)


def complete(content: dict[str, Any]) -> dict[str, Any]:
    """Return a version's content in the order of FIELDS; databases have their own.

    What a version was written too early to say stands there as it was then.
    """
    content = {**LATER, **content}
    names = [name for name in FIELDS if name in content]
    return {name: content[name] for name in (*names, *sorted(set(content) - set(names)))}


def draft_of(scenario: Scenario, content: dict[str, Any]) -> Scenario:
    """Return an unsaved scenario with the words of `content`, for trying it out."""
    draft = Scenario(workspace=scenario.workspace, version=scenario.version, uid=scenario.uid)
    draft.pk = scenario.pk
    for name in FIELDS:
        setattr(draft, name, content.get(name, getattr(scenario, name)))
    return draft


def checked(changes: dict[str, Any], *, of: Scenario) -> dict[str, Any]:
    """Return `changes` as they are kept; raises InvalidError, by field, for what cannot be.

    `of` is the scenario they are for, as it was: a keyword trigger needs keywords, whichever of
    the two is changed.
    """
    errors: dict[str, list[Any]] = {}
    kept = dict(changes)
    for name in ("name", "instruction"):
        if not str(kept.get(name, getattr(of, name))).strip():
            errors[name] = [_("This field may not be blank.")]
    if "keywords" in kept:
        if _are_keywords(kept["keywords"]):
            kept["keywords"] = list(dict.fromkeys(one.strip() for one in kept["keywords"]))
        else:
            sentence = _("Keywords are at most %(most)s words or short phrases.")
            errors["keywords"] = [sentence % {"most": MOST_KEYWORDS}]
    if kept.get("trigger", of.trigger) == Scenario.Trigger.KEYWORDS and not kept.get(
        "keywords", of.keywords
    ):
        errors["keywords"] = [_("Name at least one keyword.")]
    if "hours" in kept:
        try:
            kept["hours"] = check_hours(kept["hours"])
        except ValueError as error:
            errors["hours"] = [str(error)]
    if errors:
        raise InvalidError(errors=errors)
    return kept


def content_with(scenario: Scenario, accounts: list[SocialAccount] | None) -> dict[str, Any]:
    """Return what a version would keep if it were for `accounts`; None for those it is for."""
    if accounts is None:
        uids = list(scenario.accounts.values_list("uid", flat=True))
    else:
        uids = [account.uid for account in accounts]
    named = sorted(str(uid) for uid in uids)
    content = {**{name: getattr(scenario, name) for name in FIELDS}, "accounts": named}
    if scenario.kind == Scenario.Kind.FOLLOW_UP:
        sequence = DmSequence.objects.filter(scenario=scenario).first()
        content["steps"] = steps_of(scenario)
        content["active"] = sequence is not None and sequence.active
    return content


def _are_keywords(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_KEYWORDS
        and all(isinstance(one, str) and 0 < len(one.strip()) <= LONGEST_KEYWORD for one in value)
    )


def _is_for(candidate: Candidate, incoming: Incoming) -> bool:
    here = candidate.scenario.channel in {Scenario.Channel.ANY, incoming.channel}
    return here and (not candidate.accounts or incoming.account_id in candidate.accounts)


def _is_triggered(scenario: Scenario, incoming: Incoming) -> bool:
    if scenario.trigger == Scenario.Trigger.FIRST:
        return incoming.first
    if scenario.trigger == Scenario.Trigger.KEYWORDS:
        return bool(mentions(incoming.text, scenario.keywords))
    return True
