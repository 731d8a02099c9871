"""LinkedIn without a browser: an account with a session, and what the next run comes to."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from billing.models import Subscription
from flowia.lib import clock
from social import consents
from social.models import SocialAccount
from social.providers.linkedin import acting
from social.providers.linkedin.browser import Job, Outcome, jobs
from tests.contracts.linkedin import OWNER, not_sent
from tests.factories import make_member, make_workspace
from tests.social.browsed import make_browsed, version_of

SENT: dict[str, Any] = {
    "state": jobs.OK,
    "result": jobs.SENT,
    "sent": {"id": "2-TXNnRW52b3nDqQ==", "delivered_at": 1795946400000},
    "clicked": True,
}


@dataclass
class Browser:
    """What runs come to, and what they were asked; the last outcome is repeated."""

    outcomes: list[Outcome] = field(default_factory=lambda: [Outcome(**SENT)])
    asked: list[Job] = field(default_factory=list)
    vanish: Callable[[], None] = lambda: None
    """Let the browser be gone between a turn's beginning and its run."""

    def run(self, job: Job, *, keep_going: Callable[[], bool]) -> Outcome:
        assert keep_going()
        self.asked.append(job)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]

    def plays(self, **outcome: Any) -> None:
        self.outcomes = [Outcome(**outcome)]

    def refuses(self, code: str) -> None:
        """Let a send meet a state of the session, or a doubt."""
        if code == jobs.UNCONFIRMED:
            self.plays(state=jobs.OK, result=jobs.UNCONFIRMED, why="no_answer", clicked=True)
        else:
            self.plays(**not_sent(code))


def browser(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Browser:
    """Return a browser that is none, in the place of the one that runs start."""
    played = Browser()
    monkeypatch.setattr(acting, "run", played.run)
    played.vanish = lambda: monkeypatch.setattr(acting, "browser", lambda: None)
    settings.LINKEDIN_URL = "http://127.0.0.1:9/linkedin"
    settings.LINKEDIN_BROWSER_EXECUTABLE = sys.executable
    return played


def make_browsed_shop(external_id: str = OWNER) -> SocialAccount:
    """Return an account whose session works at any hour, and may be used without approval."""
    now, workspace = clock.now(), make_workspace()
    Subscription.objects.create(workspace=workspace, plan="ultra")
    owner = make_member(workspace)
    account = make_browsed(
        workspace,
        owner,
        external_id=external_id,
        automation_agreed_at=now,
        session={"works_from": 0, "works_until": 24, "works_days": list(range(7))},
    )
    given: dict[str, Any] = {"language": "fr", "address": "192.0.2.7", "now": now}
    version = version_of(consents.AUTOMATION)
    consents.give(account, consents.AUTOMATION, user=owner, version=version, **given)
    return account
