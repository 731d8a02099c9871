"""The steps of a follow-up scenario: what they are, and what is wrong with new ones."""

from typing import Any

from django.utils.translation import gettext as _

from processing.models import Scenario, SequenceStep

MOST_STEPS = 10
LONGEST_DELAY = 43_200
"""Minutes: thirty days."""
LONGEST_INSTRUCTION = 4000


def steps_of(scenario: Scenario) -> list[dict[str, Any]]:
    """Return the scenario's steps in their order, as `keep_steps` takes them."""
    rows = SequenceStep.objects.filter(sequence__scenario=scenario).order_by("position")
    return [dict(one) for one in rows.values("delay_minutes", "instruction")]


def faults_of(steps: Any) -> list[str]:
    """Return what is wrong with `steps`, as sentences for people."""
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        return [_("A sequence has between 1 and %(most)s steps.") % {"most": MOST_STEPS}]
    found = []
    for number, step in enumerate(steps, start=1):
        words = str(step.get("instruction", "")).strip()
        if not words or len(words) > LONGEST_INSTRUCTION:
            found.append(_("Step %(number)s needs an instruction.") % {"number": number})
        if not 1 <= step.get("delay_minutes", 0) <= LONGEST_DELAY:
            sentence = _("Step %(number)s waits between 1 minute and 30 days.")
            found.append(sentence % {"number": number})
    return found
