"""The gates of a draft: may what the model proposed leave by itself?"""

from collections.abc import Callable
from dataclasses import dataclass

from processing.decision.verdicts import Decision, Kind, Verdict, ask

LEAST_CONFIDENCE = 0.5
"""Below it, a human looks: the model itself is not sure."""


@dataclass(frozen=True)
class Proposal:
    """What the model proposed, as plain values, with the limits it must keep.

    `unsafe` and `doubtful` are codes of `processing.ai.checks`, `unsupported` how many words the
    fact sheet does not bear out. `trust` is what the intent has earned: draft, auto or lost.
    `network_allows` tells whether the network lets answers leave by themselves at all,
    `sorted_surely` whether it is known what kind of conversation it is, where that matters.
    """

    action: str
    text: str
    autonomy: str
    text_limit: int
    text_limit_in_bytes: bool = False
    unsafe: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    unsupported: int = 0
    confidence: float = 1.0
    trust: str = "draft"
    network_allows: bool = True
    sorted_surely: bool = True


def handoff(proposal: Proposal) -> Verdict:
    """Hand over where the model itself asks for a human."""
    if proposal.action == "handoff":
        return Verdict("asked_for_human", Kind.HANDOFF)
    return Verdict("no_human_needed")


def silence(proposal: Proposal) -> Verdict:
    """Stay silent where nothing calls for an answer."""
    if proposal.action == "silence":
        return Verdict("nothing_to_add", Kind.SILENT)
    return Verdict("wants_reply")


def text(proposal: Proposal) -> Verdict:
    """Hand over an empty answer."""
    if not proposal.text.strip():
        return Verdict("draft_empty", Kind.HANDOFF)
    return Verdict("draft_written")


def length(proposal: Proposal) -> Verdict:
    """Hand over what does not fit into one message of the network (Instagram counts bytes)."""
    taken = len(proposal.text.encode() if proposal.text_limit_in_bytes else proposal.text)
    if taken > proposal.text_limit:
        return Verdict("draft_too_long", Kind.HANDOFF)
    return Verdict("draft_fits")


def safe(proposal: Proposal) -> Verdict:
    """Hand over, and show to nobody as a draft, what carries foreign links or leaks."""
    if proposal.unsafe:
        return Verdict("draft_unsafe", Kind.HANDOFF, data={"codes": list(proposal.unsafe)})
    return Verdict("draft_safe")


def fact_lock(proposal: Proposal) -> Verdict:
    """Hold what states something that neither the owner nor the customer said."""
    if proposal.unsupported:
        data = {"number": proposal.unsupported}
        return Verdict("unsupported_facts", Kind.HOLD, data=data)
    return Verdict("facts_supported")


def form(proposal: Proposal) -> Verdict:
    """Hold what looks unfinished or is in another language than the customer's."""
    if proposal.doubtful:
        return Verdict("draft_doubtful", Kind.HOLD, data={"codes": list(proposal.doubtful)})
    return Verdict("draft_in_form")


def confidence(proposal: Proposal) -> Verdict:
    """Hold an answer of which the model is not sure."""
    if proposal.confidence < LEAST_CONFIDENCE:
        return Verdict("low_confidence", Kind.HOLD)
    return Verdict("confident")


def sort(proposal: Proposal) -> Verdict:
    """Hold an answer to somebody who may be no lead at all: a human sees who writes."""
    if proposal.sorted_surely:
        return Verdict("worth_an_answer")
    return Verdict("perhaps_no_lead", Kind.HOLD)


def network(proposal: Proposal) -> Verdict:
    """Hold where the network demands a human's approval, unless the owner agreed to go without."""
    if proposal.network_allows:
        return Verdict("network_allows")
    return Verdict("network_needs_approval", Kind.HOLD)


def autonomy(proposal: Proposal) -> Verdict:
    """Hold what the owner wants to see first: the whole scenario, or an intent that lost trust."""
    if proposal.trust == "lost":
        return Verdict("trust_lost", Kind.HOLD)
    if proposal.autonomy == "auto":
        return Verdict("may_send_alone")
    if proposal.trust == "auto":
        return Verdict("intent_trusted")
    return Verdict("needs_approval", Kind.HOLD)


DRAFT_GATES: tuple[Callable[[Proposal], Verdict], ...] = (
    handoff,
    silence,
    text,
    length,
    safe,
    fact_lock,
    form,
    confidence,
    sort,
    network,
    autonomy,
)


def judge(proposal: Proposal) -> Decision:
    """Decide on a draft: send, hold for approval, hand over or stay silent."""
    return ask(proposal, DRAFT_GATES)
