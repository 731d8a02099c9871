"""Looking whether a network's pages are still as we know them: reads alone, nothing is kept of it.

A visit and one reading of each list, with an account whose owner agreed to exactly that
(linkedin.md 9). It takes the session's turn like everything else and obeys what bars it, but for
the working hours and for readings that rest because of changed pages: it is how one learns
whether they may go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flowia.lib.errors import NotFoundError
from social import sessions
from social.contracts import Credentials
from social.errors import ProviderError
from social.models import SocialAccount
from social.providers.registry import PROVIDERS
from social.running import DRIFT, UNKNOWN, VISIT, Report, SessionRun


@dataclass
class Overheard:
    """A turn that also remembers what was noted; see `social.running.SessionRun`."""

    run: SessionRun
    reports: list[Report] = field(default_factory=list)

    @property
    def storage(self) -> Mapping[str, Any]:
        """The session, as Playwright keeps one."""
        return self.run.storage

    def keep_going(self) -> bool:
        """Renew the turn; False when it is over."""
        return self.run.keep_going()

    def note(self, report: Report) -> None:
        """Keep what was seen, and remember it."""
        self.reports.append(report)
        self.run.note(report)


@dataclass(frozen=True)
class Audit:
    """What was seen, run by run; `trouble` is the code of what ended it early, "" of nothing."""

    reports: tuple[Report, ...]
    trouble: str

    @property
    def drifted(self) -> bool:
        """Whether a page was not as we know it."""
        return any(one.state in {DRIFT, UNKNOWN} or one.missing for one in self.reports)


def audit(account: SocialAccount, *, now: datetime) -> Audit:
    """Look at the account's pages; drives a browser, so never inside a transaction.

    Raises NotFoundError where no browser acts for the account.
    """
    provider = PROVIDERS.get(account.provider)
    if provider is None or provider.session is None:
        raise NotFoundError
    overheard: Overheard | None = None
    trouble = ""
    try:
        with sessions.acting(account, VISIT, now=now) as credentials:
            if credentials.run is not None:
                overheard = Overheard(credentials.run)
                _look(account, replace(credentials, run=overheard))
    except ProviderError as error:
        trouble = error.code
    return Audit(tuple(overheard.reports) if overheard else (), trouble)


def _look(account: SocialAccount, credentials: Credentials) -> None:
    provider = PROVIDERS[account.provider]
    if provider.session is not None:
        provider.session.visit(credentials)
    for stream in provider.streams:
        if not stream.on_demand and account.kind in stream.kinds:
            stream.read(credentials, {})
