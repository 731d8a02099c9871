"""What people do in their tools, by name: one table from a tool and a deed to what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.standins.front import RefusedError
from sandbox.tools.airtable import people as airtable
from sandbox.tools.notion import people as notion
from sandbox.tools.notion.columns import InvalidValueError
from sandbox.tools.seen import Deed, Seen, Told, refused
from sandbox.tools.sheets import people as sheets


@dataclass(frozen=True)
class Tool:
    """One tool as people know it."""

    name: str
    targets: Callable[[], list[Seen]]
    seen: Callable[[str], Seen]
    deeds: Mapping[str, Deed]


TOOLS: dict[str, Tool] = {
    "notion": Tool("Notion", notion.targets, notion.seen, notion.DEEDS),
    "airtable": Tool("Airtable", airtable.targets, airtable.seen, airtable.DEEDS),
    "sheets": Tool("Google Sheets", sheets.targets, sheets.seen, sheets.DEEDS),
}


def tool_of(told: Told) -> Tool:
    """Return the tool that is named; raises CannotSayError."""
    name = str(told.get("tool") or "")
    if name not in TOOLS:
        raise refused(f"tool is one of {', '.join(TOOLS)}")
    return TOOLS[name]


def do(told: Told) -> None:
    """Do what `told` says (`tool`, `deed`, `target`, ...); raises CannotSayError."""
    tool = tool_of(told)
    name = str(told.get("deed") or "")
    if name not in tool.deeds:
        raise refused(f"deed is one of {', '.join(tool.deeds)}")
    try:
        tool.deeds[name](told)
    except (RefusedError, InvalidValueError) as error:
        raise refused(f"{tool.name} takes this from nobody: {error}") from error
