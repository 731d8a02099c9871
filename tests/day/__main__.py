"""A day in the life: `python -m tests.day` plays fifty conversations and says what differs."""

import sys
import tempfile
from pathlib import Path

from tests.conftest import QUICK
from tests.day.playing import play_day, table_of
from tests.stack import Stack


def main() -> int:
    """Start a product of its own, play the day, print the table; 1 when something differs."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "var", QUICK)
        stack.environment["OPENAI_BASE_URL"] = f"{stack.sandbox_url}/openai/v1"
        stack.start()
        try:
            results = play_day(stack)
        finally:
            stack.stop()
    sys.stdout.write(table_of(results))
    return 1 if any(result.differs for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
