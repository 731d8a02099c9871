"""What one step hands to the next: a name and one integer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wake:
    """What should run next: a step of the pipeline and the id of its row."""

    step: str
    row_id: int
