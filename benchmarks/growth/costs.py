"""What one run of a step cost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Of one run of a step: statements and seconds of waiting for them, or seconds of computing.

    Where the statements are counted, nothing else is: to count them takes time, too.
    """

    statements: int | None = None
    waited: float = 0.0
    python: float = 0.0
    backend: float = 0.0

    @property
    def computed(self) -> float:
        """Seconds of computing on both sides."""
        return self.python + self.backend


Costs = dict[str, list[Cost]]
