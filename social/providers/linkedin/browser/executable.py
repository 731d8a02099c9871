"""Which browser to start: a named one, Playwright's own, or the system's. No Playwright here."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

SYSTEM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FOLDERS = {
    "linux": "~/.cache/ms-playwright",
    "darwin": "~/Library/Caches/ms-playwright",
    "win32": "~/AppData/Local/ms-playwright",
}
"""Where `playwright install` puts browsers (playwright.dev/python/docs/browsers, 2026-11)."""
PROGRAMS = {
    "chromium": ("chrome-*/chrome", "chrome-*/*.app/Contents/MacOS/*", "chrome-*/chrome.exe"),
    "chromium_headless_shell": ("*/headless_shell*", "*/chrome-headless-shell*"),
}


def find_browser(named: str = "") -> str | None:
    """Return the path of the browser to use, None when this machine has none.

    `named` is LINKEDIN_BROWSER_EXECUTABLE: a path or a command; one that does not exist is no
    reason to take another.
    """
    if named:
        return shutil.which(named)
    return next(_own(), None) or next(filter(None, map(shutil.which, SYSTEM)), None)


def _own() -> Iterator[str]:
    """Yield what `playwright install chromium` installed, of the version that Playwright drives."""
    package = _package()
    if package is None:
        return
    for name, programs in PROGRAMS.items():
        folder = _folder(package) / f"{name}-{_revision(package, name.replace('_', '-'))}"
        for pattern in programs:
            yield from (str(one) for one in sorted(folder.glob(pattern)) if os.access(one, os.X_OK))


def _package() -> Path | None:
    found = find_spec("playwright")
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]) / "driver" / "package" if places else None


def _folder(package: Path) -> Path:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if named == "0":
        return package / ".local-browsers"
    return Path(named or FOLDERS.get(sys.platform, FOLDERS["linux"])).expanduser()


def _revision(package: Path, name: str) -> str:
    try:
        listed = json.loads((package / "browsers.json").read_text())["browsers"]
        return next(str(one["revision"]) for one in listed if one["name"] == name)
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return "none"
