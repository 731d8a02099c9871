"""What stands in the fences of a page: programs, and what they are said to print."""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
ANYTHING = "…"


@dataclass(frozen=True)
class Block:
    """One fence; `line` is where it begins, `printed` what the next one says that it prints."""

    language: str
    text: str
    line: int
    printed: str = ""

    def fits(self, output: str) -> bool:
        """Return whether it printed what it promised; `…` stands for anything within a line."""
        pattern = re.escape(self.printed).replace(re.escape(ANYTHING), "[^\n]*")
        return re.fullmatch(pattern, output) is not None


def blocks_of(page: Path) -> list[Block]:
    """Return a page's blocks in order; a block of `text` belongs to the one before it."""
    source = page.read_text(encoding="utf-8")
    found: list[Block] = []
    for match in FENCE.finditer(source):
        indent, language, text = match.groups()
        text = re.sub(f"^{indent}", "", text, flags=re.MULTILINE) if indent else text
        if language == "text":
            before = found.pop()
            found.append(Block(before.language, before.text, before.line, text))
        else:
            found.append(Block(language, text, source.count("\n", 0, match.start()) + 1))
    return found


def script_of(blocks: list[Block], mark: str) -> str:
    """Return one bash program of many blocks; each ends with a line `mark`."""
    return "set -euo pipefail\n" + "".join(f"{one.text}echo {mark}\n" for one in blocks)
