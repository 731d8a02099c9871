"""The gates of a message: plain values in, pass or stop with a reason code out."""

from collections.abc import Callable
from typing import Any

from processing.decision.situation import Situation
from processing.decision.turns import LAST_HOUR, has_turn, too_late
from processing.decision.verdicts import Decision, Kind, Verdict, ask

DAILY_CAP = 20
"""Automatic messages in one conversation and day before we assume two machines talk."""

LEFT_ALONE = frozenset({"sales_pitch", "recruiting", "personal"})
"""The kinds of conversation that get no answer of the assistant's."""

Gate = Callable[[Situation], Verdict]


def duplicate(situation: Situation) -> Verdict:
    """Stop for what the network delivered before."""
    if situation.duplicate:
        return Verdict("duplicate", Kind.SILENT)
    return Verdict("not_seen_before")


def echo(situation: Situation) -> Verdict:
    """Stop for the network's copy of what the account itself wrote."""
    if situation.echo:
        return Verdict("echo", Kind.SILENT)
    return Verdict("written_by_contact")


def plan(situation: Situation) -> Verdict:
    """Stop while the workspace's plan is suspended; what arrives is stored all the same."""
    if situation.suspended:
        return Verdict("plan_suspended", Kind.SILENT)
    return Verdict("plan_active")


def assistant(situation: Situation) -> Verdict:
    """Stop when the owner switched the assistant off."""
    if situation.assistant_on:
        return Verdict("assistant_on")
    return Verdict("assistant_off", Kind.SILENT)


def opt_out(situation: Situation) -> Verdict:
    """Stop for a contact who asked not to be written to."""
    if situation.opted_out:
        return Verdict("opted_out", Kind.SILENT)
    return Verdict("not_opted_out")


def human(situation: Situation) -> Verdict:
    """Stop while a human is in charge; a human's time may have an end."""
    until = situation.human_until
    if situation.handled_by_human and (until is None or situation.now < until):
        return Verdict("human_in_charge", Kind.SILENT)
    return Verdict("assistant_in_charge")


def there(situation: Situation) -> Verdict:
    """Stop for what its writer took back, and for comments that are hidden from others."""
    if situation.removed:
        return Verdict("taken_back", Kind.SILENT)
    if situation.hidden:
        return Verdict("comment_hidden", Kind.SILENT)
    return Verdict("still_there")


def thread(situation: Situation) -> Verdict:
    """Stay out of a thread that another app answers (meta.md 4.11)."""
    if situation.other_app:
        return Verdict("another_app_in_control", Kind.SILENT)
    return Verdict("thread_is_ours")


def newest(situation: Situation) -> Verdict:
    """Leave the answer to the newest message of a burst."""
    if situation.newer_inbound:
        return Verdict("superseded", Kind.SILENT)
    return Verdict("newest")


def unanswered(situation: Situation) -> Verdict:
    """Stop when somebody has answered since."""
    if situation.answered:
        return Verdict("already_answered", Kind.SILENT)
    return Verdict("not_answered_yet")


def conversation_class(situation: Situation) -> Verdict:
    """Leave alone who sells, hires or congratulates: nobody there waits for the business.

    Asked after the words that call a human, who is called in any conversation.
    """
    if situation.category in LEFT_ALONE:
        return Verdict(f"sorted_as_{situation.category}", Kind.SILENT)
    return Verdict(f"sorted_as_{situation.category}" if situation.category else "not_sorted")


def agreement(situation: Situation) -> Verdict:
    """Stop what nobody approved where the network forbids that and the owner no longer agrees."""
    if situation.unagreed:
        return Verdict("network_needs_approval", Kind.HANDOFF)
    return Verdict("network_allows")


def loop(situation: Situation) -> Verdict:
    """Hand over a conversation in which two machines seem to talk."""
    if situation.automatic_today >= DAILY_CAP:
        return Verdict("daily_cap", Kind.HANDOFF, data={"cap": DAILY_CAP})
    return Verdict("under_daily_cap")


def readable(situation: Situation) -> Verdict:
    """Hand over what has no text: the assistant does not see pictures or hear voices."""
    if situation.has_text:
        return Verdict("readable")
    return Verdict("no_text", Kind.HANDOFF)


def risk_words(situation: Situation) -> Verdict:
    """Hand over what no machine should answer: threats, distress, a dispute (risks.py)."""
    if situation.risk:
        return Verdict("risk_words", Kind.HANDOFF, data={"risk": situation.risk})
    return Verdict("no_risk_words")


def scenario(situation: Situation) -> Verdict:
    """Stop where the owner wrote no scenario for this."""
    if situation.scenario is None:
        return Verdict("no_scenario", Kind.SILENT)
    return Verdict("scenario_found", data={"scenario": situation.scenario})


def scenario_on(situation: Situation) -> Verdict:
    """Stop what a scenario wrote that was switched off or put away meanwhile."""
    if situation.scenario_off:
        return Verdict("scenario_off", Kind.SILENT)
    return Verdict("scenario_on")


def window(situation: Situation) -> Verdict:
    """Hand over once the network forbids automatic answers (Meta: 24 hours, meta.md 6.3)."""
    closes = situation.window_closes_at
    if closes is not None and situation.now >= closes:
        return Verdict("window_closed", Kind.HANDOFF)
    if situation.window_left is not None and situation.window_left <= 0:
        return Verdict("window_full", Kind.HANDOFF)
    return Verdict("window_open")


def working_hours(situation: Situation) -> Verdict:
    """Outside the scenario's hours wait for them, or hand over where waiting is too long."""
    if not situation.outside_hours:
        return Verdict("in_hours")
    opens, closes = situation.opens_at, situation.window_closes_at
    if situation.left_to_human or opens is None:
        return Verdict("outside_hours", Kind.HANDOFF)
    if closes is not None and opens >= closes:
        return Verdict("opens_too_late", Kind.HANDOFF)
    return Verdict("waits_for_hours", Kind.WAIT, until=opens)


def provider(situation: Situation) -> Verdict:
    """Wait while the network, or everything, is paused for everybody."""
    if situation.everything_paused:
        return Verdict("everything_paused", Kind.WAIT, until=situation.provider_until)
    if situation.provider_paused:
        return Verdict("provider_paused", Kind.WAIT, until=situation.provider_until)
    return Verdict("provider_ready")


def account(situation: Situation) -> Verdict:
    """Wait for an account that must be connected again or rests; stop for one its owner paused."""
    held, stopped = situation.account_held_until, situation.account_stopped_until
    if situation.account_status == "active" and stopped is not None:
        return Verdict("account_paused_by_us", Kind.WAIT, until=stopped)
    if situation.account_status == "active" and held is not None and situation.now < held:
        return Verdict("account_held", Kind.WAIT, until=held)
    if situation.account_status == "active":
        return Verdict("account_ready")
    if situation.account_status in {"paused", "disconnected"}:
        return Verdict(f"account_{situation.account_status}", Kind.SILENT)
    return Verdict("account_needs_login", Kind.WAIT, until=situation.account_retry_at)


def ability(situation: Situation) -> Verdict:
    """Hand over what the account cannot answer here: a scope, or the network, does not allow it."""
    if situation.lacking:
        return Verdict("account_lacks", Kind.HANDOFF, data={"ability": situation.lacking})
    return Verdict("account_able")


def settle(situation: Situation) -> Verdict:
    """Wait while the contact may still be writing."""
    until = situation.settles_at
    if until is not None and situation.now < until:
        return Verdict("settling", Kind.WAIT, until=until)
    return Verdict("settled")


def whole(situation: Situation) -> Verdict:
    """Wait until the thread was read: the network counted more words than it showed."""
    if situation.unseen:
        return Verdict("reading_thread", Kind.WAIT, until=situation.unseen_at)
    return Verdict("all_seen")


def spacing(situation: Situation) -> Verdict:
    """Wait for the five-minute rule: at most one automatic message per conversation."""
    until = situation.next_automatic_at
    if until is not None and situation.now < until:
        return Verdict("five_minutes", Kind.WAIT, until=until)
    return Verdict("spaced")


def daytime(situation: Situation) -> Verdict:
    """Write to nobody at night by ourselves; wait for the morning if the network still lets us."""
    morning, closes = situation.night_until, situation.window_closes_at
    if morning is None:
        return Verdict("daytime")
    if closes is not None and morning >= closes:
        return Verdict("no_moment_left", Kind.SILENT)
    return Verdict("night", Kind.WAIT, until=morning)


def quota(situation: Situation) -> Verdict:
    """Stop before the model is paid where the plan's messages of the day do not reach.

    Who can wait does, in the line: for the evening where only what is kept is in the way, else for
    the next day; whom that day does not reach either, until an hour before it is too late. Who
    cannot wait, or waited for a week, is left to a human.
    """
    left, ahead = situation.quota_remaining, situation.quota_ahead
    kept = 0 if situation.quota_priority else situation.quota_kept
    if situation.quota_held or has_turn(left, ahead=ahead, kept=kept):
        return Verdict("quota_left")
    limit = situation.quota_limit
    if situation.quota_renews_at is None:
        return Verdict("quota_spent", Kind.SILENT, data={"limit": limit})
    evening = situation.quota_opens_at if has_turn(left, ahead=ahead) else None
    until = evening or situation.quota_renews_at
    ends = too_late(situation.window_closes_at, situation.quota_since)
    if ends is not None and until >= ends:
        return Verdict("quota_spent", Kind.HANDOFF, data={"limit": limit})
    if ends is not None and evening is None and not has_turn(limit, ahead=ahead):
        until = max(until, ends - LAST_HOUR)
    return Verdict("quota_waits", Kind.WAIT, until=until, data=_place(situation))


def _place(situation: Situation) -> dict[str, Any]:
    closes, since = situation.window_closes_at, situation.quota_since
    closed = situation.quota_closed
    return {
        "position": situation.quota_ahead + 1,
        "limit": situation.quota_limit,
        "phone": situation.quota_phone,
        "closes": closes and closes.isoformat(),
        "since": since and since.timestamp(),
        "closed": closed and closed.timestamp(),
    }


def model(situation: Situation) -> Verdict:
    """Wait while operators pause the model; hand over while it is known not to answer."""
    if situation.model_paused_until is not None:
        return Verdict("model_paused", Kind.WAIT, until=situation.model_paused_until)
    if situation.model_trouble:
        return Verdict(situation.model_trouble, Kind.HANDOFF)
    return Verdict("model_ready")


ON_ARRIVAL: tuple[Gate, ...] = (duplicate, echo)
BEFORE_DRAFT: tuple[Gate, ...] = (
    *ON_ARRIVAL,
    plan,
    assistant,
    opt_out,
    human,
    there,
    thread,
    newest,
    unanswered,
    loop,
    readable,
    risk_words,
    conversation_class,
    scenario,
    ability,
    window,
    working_hours,
    provider,
    account,
    settle,
    whole,
    spacing,
    quota,
    model,
)
BEFORE_QUEUE: tuple[Gate, ...] = (
    plan,
    assistant,
    opt_out,
    human,
    there,
    thread,
    newest,
    unanswered,
    conversation_class,
    scenario_on,
    window,
)
BEFORE_SEND: tuple[Gate, ...] = (
    plan,
    assistant,
    opt_out,
    human,
    there,
    thread,
    newest,
    conversation_class,
    scenario_on,
    agreement,
    window,
    provider,
    account,
)
APPROVED: tuple[Gate, ...] = (plan, opt_out, there, thread, window, provider, account)
"""Before a draft leaves that a member approved: they have seen what came since."""
OF_ITSELF: tuple[Gate, ...] = (plan, thread, agreement, window, provider, account)
"""Before a notice leaves: that a human takes over, that nobody will write again."""
BY_HAND: tuple[Gate, ...] = (window, provider, account)
"""Before a member's own words leave."""
BEFORE_FOLLOW_UP: tuple[Gate, ...] = (
    plan,
    assistant,
    opt_out,
    human,
    thread,
    newest,
    conversation_class,
    loop,
    scenario,
    ability,
    window,
    daytime,
    provider,
    account,
    spacing,
    quota,
    model,
)
FOLLOW_UP_LEAVES: tuple[Gate, ...] = (
    plan,
    assistant,
    opt_out,
    human,
    thread,
    newest,
    conversation_class,
    window,
    daytime,
    provider,
    account,
)
"""Once more before a follow-up is queued."""
FOLLOW_UP_SENT: tuple[Gate, ...] = (*FOLLOW_UP_LEAVES, agreement)
"""And before it leaves."""


def decide(situation: Situation, gates: tuple[Gate, ...] = BEFORE_DRAFT) -> Decision:
    """Ask the gates in order; the first stop is the decision, none of them means reply."""
    return ask(situation, gates)
