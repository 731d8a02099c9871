"""What people read in the terminal."""

import sys
from contextlib import suppress

from flowia.production import public_url
from flowia.run.plan import Plan
from flowia.run.readiness import LOGS
from flowia.run.words import _


def say(text: str) -> None:
    """Print a line at once; a closed terminal is no error, the run has to be ended cleanly."""
    with suppress(OSError):
        sys.stdout.buffer.write(f"{text}\n".encode(errors="surrogateescape"))
        sys.stdout.buffer.flush()


def welcome(plan: Plan, sandbox_lines: str) -> str:
    """Return what a visitor needs: addresses, logins, what to try, logs, how to stop."""
    known = public_url(plan.told.get("PUBLIC_URL", "")) if plan.serve else ""
    lines = [
        "",
        _("Flow IA is running."),
        "",
        f"  {known or plan.address}/",
        f"  {known or plan.address}/admin/",
        "",
    ]
    if sandbox_lines:
        lines += [sandbox_lines.strip("\n"), ""]
    lines.append(_("Logs: %(folder)s. Stop with Ctrl-C.") % {"folder": plan.var / "log"})
    return "\n".join(lines)


def no_browser() -> str:
    """Return what does not work without a browser, and how to mend it."""
    return _(
        "No browser was found: no account is acted for with its member's own session; all else"
        " works. Install Chromium (docs/linkedin.md)."
    )


def trouble(plan: Plan, parts: list[str]) -> str:
    """Return one line per part that is not ready, with its log."""
    lines = [_("Not everything is ready after a minute; Flow IA keeps trying.")]
    for part in parts:
        path = plan.var / "log" / LOGS.get(part, "web.log")
        lines.append(_("  %(part)s: see %(path)s") % {"part": part, "path": path})
    return "\n".join(lines)
