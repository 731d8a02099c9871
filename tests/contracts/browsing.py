"""A browser in a function: it asks the stand-in once for each job, and tells what came of it.

`social.providers.linkedin.acting.run` is the one function that starts a browser. The stand-in's
answer is the run's outcome (`{"outcome": …}`); any other answer is a page that nobody understands
or, of a send, one that answers a click with no name of a message. The job's `repr` goes into the
address: whoever writes a job anywhere writes that.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from social.providers.linkedin.browser import Job, Outcome, jobs
from social.providers.linkedin.browser.jobs import outcome_from
from social.running import Report

SECONDS = 10


@dataclass
class Turn:
    """A turn with a session that nobody else wants; keeps what was noted."""

    storage: Mapping[str, Any] = field(repr=False)
    noted: list[Report] = field(default_factory=list)

    def keep_going(self) -> bool:
        return True

    def note(self, report: Report) -> None:
        self.noted.append(report)


def browse(job: Job, *, keep_going: Callable[[], bool]) -> Outcome:
    """Play a run: the page is there unless nobody listens; whatever happens then comes late."""
    assert keep_going()
    address = f"{job.base}/{job.what}?{quote(repr(job))}"
    try:
        with urlopen(Request(address, job.line()), timeout=SECONDS) as answer:
            return _outcome(job, answer.status, answer.read())
    except HTTPError as error:
        return _outcome(job, error.code, error.read())
    except URLError as error:
        return _lost(job, reached=not isinstance(error.reason, ConnectionRefusedError))
    except (OSError, HTTPException):
        return _lost(job, reached=True)


def _lost(job: Job, *, reached: bool) -> Outcome:
    if job.what != jobs.SEND:
        return Outcome(jobs.FAILED, "network")
    result = jobs.UNCONFIRMED if reached else jobs.NOT_SENT
    return Outcome(jobs.FAILED, "network", result=result, why="network", clicked=reached)


def _outcome(job: Job, status: int, body: bytes) -> Outcome:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if isinstance(said, dict) and isinstance(said.get("outcome"), dict):
        return outcome_from(said["outcome"])
    if job.what == jobs.SEND:
        why = f"status_{status}"
        return Outcome(jobs.OK, result=jobs.UNCONFIRMED, why=why, clicked=True)
    return Outcome(jobs.UNKNOWN, f"status_{status}")
