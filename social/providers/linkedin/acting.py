"""One run of a browser for an account: its session in, what was seen noted, the outcome out."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from social.contracts import Credentials
from social.providers.linkedin.browser import Job, Outcome, run
from social.providers.linkedin.browser.executable import find_browser
from social.providers.linkedin.errors import error_of
from social.providers.linkedin.storage import expires_of
from social.running import READ, SEND, VISIT, Report

MEMORY_MB = 1500
SECONDS = {"send": 150}
READING_SECONDS = 90
"""A turn may take two readings, and has `tasks.BROWSER_SECONDS` for both."""
CAPABILITIES = {"visit": VISIT, "send": SEND}
NOTHING_LEARNT = "failed"


def browser() -> str | None:
    """Return the browser of this machine, None when it has none."""
    return find_browser(settings.LINKEDIN_BROWSER_EXECUTABLE)


def perform(
    credentials: Credentials, what: str, params: Mapping[str, Any], *, keep: bool = False
) -> Outcome:
    """Do one job and note what was seen; with `keep` also the messages of the thread it opened.

    Raises ProviderError when there is no browser, no session, or the turn is over.
    """
    turn, executable = credentials.run, browser()
    if turn is None:
        raise error_of("failed")
    if executable is None:
        raise error_of("no_browser")
    if not turn.keep_going():
        raise error_of("failed")
    outcome = run(
        Job(
            what=what,
            base=settings.LINKEDIN_URL.rstrip("/"),
            storage=turn.storage,
            executable=executable,
            params=params,
            seconds=SECONDS.get(what, READING_SECONDS),
            memory_mb=MEMORY_MB,
        ),
        keep_going=turn.keep_going,
    )
    turn.note(report_of(outcome, what, outcome.messages if keep else ()))
    return outcome


def report_of(outcome: Outcome, what: str, messages: Iterable[Mapping[str, Any]]) -> Report:
    """Return what the account's row is to know of a run."""
    learnt = outcome.state != NOTHING_LEARNT
    storage = outcome.storage
    return Report(
        state=outcome.state if learnt else "",
        capability=CAPABILITIES.get(what, READ),
        detail=outcome.detail,
        missing=outcome.missing,
        storage=storage,
        expires_at=expires_of(storage) if storage else None,
        items=tuple(dict(one) for one in messages),
        stream="thread",
        ranks=outcome.ranks,
        warnings=outcome.warnings,
        snapshot=outcome.snapshot,
        milliseconds=outcome.milliseconds,
        peak_mb=outcome.peak_mb,
    )
