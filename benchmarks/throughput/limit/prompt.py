"""What the limit's model is told: the business, its facts, and the form of the answer."""

from typing import Any

from sandbox.demo import BUSINESS_PROFILE, FACTS, SCENARIO_INSTRUCTION, WORKSPACE_NAME

INSTRUCTIONS = "\n".join(
    [
        f"Vous répondez aux messages privés pour {WORKSPACE_NAME}. {BUSINESS_PROFILE}",
        *(f"{label} : {value}" for label, value in FACTS),
        SCENARIO_INSTRUCTION,
    ]
)
LEVELS = {"type": "string", "enum": ["hot", "warm", "cold"]}


def _form(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


FORM = _form(text={"type": "string"}, interest=_form(level=LEVELS))
