"""The program that drives the browser: one job in, one outcome out, and the browser left to die.

`python -m social.providers.linkedin.browser.program`, started by the guard. No Django, no rows. No
error's text leaves it: Playwright's errors quote addresses and words of the page (linkedin.md 8).
"""

import json
import os
import select
import sys
import time
from typing import Any

from playwright.sync_api import BrowserContext, Error, sync_playwright
from playwright.sync_api import TimeoutError as Late

from social.providers.linkedin.browser import inbox, jobs, sending, thread, tree, visiting
from social.providers.linkedin.browser.jobs import Outcome
from social.providers.linkedin.browser.opening import context_of, launched
from social.providers.linkedin.browser.snapshot import structure
from social.providers.linkedin.browser.stopping import Stop
from social.providers.linkedin.browser.tab import Tab
from social.providers.linkedin.storage import from_base

WORK = {jobs.VISIT: visiting.visit, jobs.INBOX: inbox.inbox, jobs.THREAD: thread.read}
GO_SECONDS = 10.0
"""How long the click waits for the worker's leave, in which it asks its rows once more."""
GONE = ("has been closed", "crash", "Connection closed")


class Voice:
    """Speaks with the worker, through the guard; `clicking` once it gave leave to click."""

    clicking = False

    def say(self, **said: Any) -> None:
        """Write one line, at once."""
        sys.stdout.write(f"{json.dumps(said)}\n")
        sys.stdout.flush()

    def may_click(self) -> bool:
        """Announce the click and wait for the worker's leave; without it nothing is clicked."""
        self.say(event="clicking")
        came, _, _ = select.select([sys.stdin], [], [], GO_SECONDS)
        self.clicking = bool(came) and '"go"' in sys.stdin.readline()
        return self.clicking


def main() -> None:
    """Do the job on standard input; the guard ends what is left."""
    tree.die_with_parent()
    job = json.loads(sys.stdin.readline())
    began, voice = time.monotonic(), Voice()
    told = done(job, voice)
    told["milliseconds"] = int((time.monotonic() - began) * 1000)
    voice.say(**Outcome(**told).said())
    # Playwright's own farewell takes longer than the guard's.
    os._exit(0)


def done(job: dict[str, Any], voice: Voice) -> dict[str, Any]:
    """Return the outcome's fields, whatever happens."""
    sends = job["what"] == jobs.SEND
    told: dict[str, Any] = {"capability": jobs.SENDING if sends else jobs.READING}
    try:
        # The browser is left to the guard: to close it well takes longer.
        detail = "not_started"
        browser = launched(sync_playwright().start(), job["executable"])
        detail = "browser_died"
        return told | worked(context_of(browser, job["base"], job["storage"]), job, voice)
    except Error:
        # Its text quotes commands and addresses.
        pass
    except Exception as error:  # noqa: BLE001 # its text may be anybody's words: only its type goes
        detail = type(error).__name__
    return told | {"state": jobs.FAILED, "detail": detail} | _result(job, voice, detail)


def worked(context: BrowserContext, job: dict[str, Any], voice: Voice) -> dict[str, Any]:
    """Do the job in an open browser; returns the outcome's fields."""
    tab = Tab(context, job["base"])
    told: dict[str, Any] = {"state": jobs.OK}
    try:
        if job["what"] == jobs.SEND:
            told |= sending.send(tab, job["params"], voice.may_click)
        else:
            told |= WORK[job["what"]](tab, job["params"])
    except Stop as stop:
        told |= _stopped(tab, stop) | _result(job, voice, stop.why)
    except Error as error:
        # A page that leads elsewhere takes its elements away, before anybody has judged it.
        broken = tab.wall() or Stop(jobs.FAILED, _code(error))
        told |= _stopped(tab, broken) | _result(job, voice, broken.why)
    return told | {
        "storage": _storage(context, job["base"], told["state"]),
        "ranks": tab.finder.ranks,
        "warnings": tab.warnings,
    }


def _stopped(tab: Tab, stop: Stop) -> dict[str, Any]:
    return {
        "state": stop.state,
        "detail": stop.detail,
        "missing": stop.missing,
        "snapshot": structure(tab.page) if stop.looked else "",
        **stop.seen,
    }


def _result(job: dict[str, Any], voice: Voice, why: str) -> dict[str, Any]:
    """Return why a job broke off, and of a send what became of its message."""
    if job["what"] != jobs.SEND:
        return {"why": why}
    return {"result": jobs.UNCONFIRMED if voice.clicking else jobs.NOT_SENT, "why": why}


def _storage(context: BrowserContext, base: str, state: str) -> dict[str, Any] | None:
    """Return the cookies as they are now; None when they are worth nothing, or cannot be had."""
    if state == jobs.NEEDS_LOGIN:
        return None
    try:
        return from_base(context.storage_state(), base)
    except (Error, ValueError):
        return None


def _code(error: Error) -> str:
    if isinstance(error, Late):
        return "timeout"
    return "browser_died" if any(one in error.message for one in GONE) else "browser_error"


if __name__ == "__main__":
    main()
