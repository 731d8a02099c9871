"""What a look of the doctor found, by its codes, told in English."""

from django.utils import translation

from flowia.doctoring.findings import Finding, Look


def found(look: Look) -> dict[str, Finding]:
    """Return the findings by their codes."""
    with translation.override("en"):
        return {one.code: one for one in look()}


def told(look: Look) -> dict[str, str]:
    """Return how grave each finding is and what it says, by its code."""
    return {code: f"{one.level}: {one.says}" for code, one in found(look).items()}
