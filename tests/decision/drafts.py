"""What becomes of a draft, as a table."""

from tests.decision.facts import HANDOFF, HOLD, REPLY, SILENT, Row

# In the order in which the gates are asked.
STOPS: list[Row] = [
    ("the model asks for a human", {"action": "handoff"}, HANDOFF, "asked_for_human"),
    ("nothing to add", {"action": "silence"}, SILENT, "nothing_to_add"),
    ("an empty answer", {"text": "  "}, HANDOFF, "draft_empty"),
    ("one character too many", {"text": "x" * 21}, HANDOFF, "draft_too_long"),
    ("a foreign link", {"unsafe": ("link_not_allowed",)}, HANDOFF, "draft_unsafe"),
    ("a price nobody gave", {"unsupported": 1}, HOLD, "unsupported_facts"),
    ("a placeholder", {"doubtful": ("placeholder",)}, HOLD, "draft_doubtful"),
    ("the model is not sure", {"confidence": 0.49}, HOLD, "low_confidence"),
    ("perhaps they want nothing", {"sorted_surely": False}, HOLD, "perhaps_no_lead"),
    ("the owner wants to see it", {"autonomy": "draft"}, HOLD, "needs_approval"),
]
OTHERS: list[Row] = [
    ("a good answer", {}, REPLY, "replied"),
    ("exactly the limit", {"text": "x" * 20}, REPLY, "replied"),
    ("silence needs no text", {"action": "silence", "text": ""}, SILENT, "nothing_to_add"),
    (
        "accents count double in bytes",
        {"text": "é" * 11, "text_limit_in_bytes": True},
        HANDOFF,
        "draft_too_long",
    ),
    ("ten accents fit in bytes", {"text": "é" * 10, "text_limit_in_bytes": True}, REPLY, "replied"),
    ("twenty accents fit in characters", {"text": "é" * 20}, REPLY, "replied"),
    ("just sure enough", {"confidence": 0.5}, REPLY, "replied"),
    ("an intent that earned trust", {"autonomy": "draft", "trust": "auto"}, REPLY, "replied"),
    (
        "trust is only proposed",
        {"autonomy": "draft", "trust": "draft"},
        HOLD,
        "needs_approval",
    ),
    (
        "nor does it tell what somebody wants",
        {"autonomy": "draft", "trust": "auto", "sorted_surely": False},
        HOLD,
        "perhaps_no_lead",
    ),
    ("an intent that lost trust", {"autonomy": "auto", "trust": "lost"}, HOLD, "trust_lost"),
    (
        "lost trust in a scenario of drafts",
        {"autonomy": "draft", "trust": "lost"},
        HOLD,
        "trust_lost",
    ),
    (
        "trust does not outrank the fact lock",
        {"autonomy": "draft", "trust": "auto", "unsupported": 2},
        HOLD,
        "unsupported_facts",
    ),
    (
        "a handoff outranks approval",
        {"action": "handoff", "autonomy": "draft"},
        HANDOFF,
        "asked_for_human",
    ),
    (
        "a leak is shown to nobody, also where drafts are approved",
        {"autonomy": "draft", "unsafe": ("leaks_instructions",)},
        HANDOFF,
        "draft_unsafe",
    ),
]
TABLE = [*STOPS, *OTHERS]
