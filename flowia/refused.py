"""What `manage.py doctor` tells where the settings themselves cannot be loaded.

Only the standard library is used: nothing else can be relied on then. No value is repeated, since
it may be a secret.
"""

import json
import re
import sys
import traceback

NAMED = re.compile(r"\"([A-Z][A-Z0-9_]+)\"")
ASKED = re.compile(r"Set the (\w+) environment variable")


def told(error: BaseException, words: list[str]) -> str:
    """Return the lines, or with --json the object, that say why there are no settings."""
    findings = [{"level": "bad", "code": code, "says": says, "do": ".env.example"}
                for code, says in _reasons(error)]  # fmt: skip
    if "--json" in words:
        return json.dumps({"well": False, "findings": findings}, ensure_ascii=False, indent=1)
    return "".join(f"✗ {one['says']}\n    → {one['do']}\n" for one in findings)


def _reasons(error: BaseException) -> list[tuple[str, str]]:
    if isinstance(error, SystemExit):
        lines = str(error.code).splitlines()
        problems = [line.strip() for line in lines if line.startswith("  ")]
        return [("settings.refused", one) for one in problems or lines]
    name = _name(error)
    if name:
        return [("settings.unreadable", f"{name} cannot be read: its value has another form.")]
    return [("settings.broken", f"The settings cannot be loaded ({type(error).__name__}).")]


def _name(error: BaseException) -> str:
    """Return which variable was being read, by the line of our settings that failed."""
    asked = ASKED.search(str(error))
    if asked:
        return asked.group(1)
    ours = [one for one in traceback.extract_tb(error.__traceback__) if "flowia" in one.filename]
    for frame in reversed(ours):
        found = NAMED.search(frame.line or "")
        if found:
            return found.group(1)
    return ""


def wanted() -> bool:
    """Return whether the doctor was called."""
    return sys.argv[1:2] == ["doctor"]
