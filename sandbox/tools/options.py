"""How the tools behave, where that can be chosen; in memory, so a restart forgets it."""

from typing import Any

from sandbox.world.options import UnknownOptionError

USUAL: dict[str, Any] = {
    # Airtable: calls a second for each base and each token; then nothing for so many seconds.
    "airtable_per_base": 5,
    "airtable_per_token": 50,
    "airtable_lockout_seconds": 30,
    # How many bases one page of `GET meta/bases` lists.
    "airtable_bases_page": 1000,
    # Google: calls a minute for each service account, and for the project that all of them are.
    "sheets_reads": 60,
    "sheets_writes": 60,
    "sheets_project": 300,
    "sheets_token_seconds": 3600,
    # Notion: the average of calls a second for each token, over a window; null: no limit.
    "notion_per_second": None,
    "notion_window_seconds": 10,
    # For so long a page that was made is not found by queries, as Notion's index takes its time.
    "notion_index_seconds": 0,
    # Every limit's time passes so many times faster: 10 makes a second of 0.1, a lock-out of 3.
    "speed": 1,
}
"""A limit of null is no limit."""

_set: dict[str, Any] = {}


def value(name: str) -> Any:
    """Return the present value of one option."""
    return _set.get(name, USUAL[name])


def every() -> dict[str, Any]:
    """Return all options with their present values."""
    return USUAL | _set


def change(asked: dict[str, Any]) -> None:
    """Set what `asked` names; raises UnknownOptionError and then changes nothing."""
    for name, wanted in asked.items():
        if name not in USUAL:
            raise UnknownOptionError(f"options are {', '.join(USUAL)}")
        number = isinstance(wanted, int | float) and not isinstance(wanted, bool) and wanted >= 0
        if not (number or wanted is None) or (name == "speed" and not wanted):
            raise UnknownOptionError(f"{name} is a number, or null for no limit")
    _set.update(asked)


def forget() -> None:
    """Bring every usual value back."""
    _set.clear()
