"""How accounts stand that a browser acts for: session, consents, day, changed pages; rows alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from social import consents, pacing
from social.models import BrowserSession, Poll, SocialAccount
from social.pacing import Today
from social.providers.registry import PROVIDERS
from social.running import READ
from social.sessioning import Pace, Sessions
from social.sessions import browser_known


@dataclass(frozen=True)
class Standing:
    """One account's session as it stands.

    - `network`: how people call it; `browser`: whether some machine has one.
    - `by_operators`: whether our operators stopped it, and not a member.
    - `agreed`, `automated`: whether the texts in force were agreed to.
    - `changed`: what rests for every account because the pages changed (read, send, visit).
    - `opens`: when the working hours begin next, now within them; `may_send`: the next moment at
      which pacing lets a message leave, None when its hours never come.
    - `read_at`, `reads_at`: the last and the next reading.
    """

    network: str
    session: BrowserSession
    pace: Pace
    today: Today
    browser: bool
    by_operators: bool
    agreed: bool
    automated: bool
    changed: frozenset[str]
    opens: datetime | None
    may_send: datetime | None
    read_at: datetime | None
    reads_at: datetime | None

    @property
    def hours(self) -> dict[str, object]:
        """Return the working hours: from and until local full hours, days from 0 for Monday."""
        session = self.session
        return {
            "from": session.works_from,
            "until": session.works_until,
            "days": list(session.works_days),
        }

    def reads_next(self, now: datetime) -> datetime | None:
        """Return when it is read next; None while a person has to do something for that."""
        stopped = self.session.stopped_at is not None or not self.agreed
        if stopped or not self.browser or READ in self.changed or self.reads_at is None:
            return None
        rests = self.session.until
        return max(self.reads_at, rests) if rests and rests > now else self.reads_at


def standings_of(
    accounts: Sequence[SocialAccount],
    polls: Mapping[int, Sequence[Poll]],
    *,
    changed: Mapping[str, frozenset[str]],
    now: datetime,
) -> dict[int, Standing]:
    """Return how those of `accounts` stand that have a session, by pk; the same queries for all.

    `changed` holds what rests of each network because its pages changed.
    """
    rules = {
        one.provider: provider.session
        for one in accounts
        if (provider := PROVIDERS.get(one.provider)) is not None and provider.session is not None
    }
    gone = SocialAccount.Status.DISCONNECTED
    browsed = {one.pk: one for one in accounts if one.provider in rules and one.status != gone}
    if not browsed:
        return {}
    sessions: list[Any] = list(_with_agreements(browsed, rules))
    for session in sessions:
        session.social_account = browsed[session.social_account_id]
        session.workspace = session.social_account.workspace
    paces = {name: one.pace() for name, one in rules.items()}
    paced = [(one.social_account, paces[one.social_account.provider]) for one in sessions]
    todays = pacing.todays_of(paced, now)
    browsers = {name: browser_known(one) for name, one in rules.items()}
    found = {}
    for session in sessions:
        account = session.social_account
        name, today, hours = account.provider, todays[account.pk], pacing.hours_of(session)
        found[account.pk] = Standing(
            network=PROVIDERS[name].label,
            session=session,
            pace=paces[name],
            today=today,
            browser=browsers[name],
            by_operators=session.stopped_by_operators,
            agreed=session.agreed,
            automated=session.automated,
            changed=changed.get(name, frozenset()),
            opens=hours.opens(now),
            may_send=hours.next_send(today, now),
            read_at=account.last_poll_at,
            reads_at=_reads_at(polls.get(account.pk, ()), hours, now),
        )
    return found


def _with_agreements(
    browsed: Mapping[int, SocialAccount], rules: Mapping[str, Sessions]
) -> QuerySet[BrowserSession]:
    """Select the sessions; `agreed` and `automated` tell whether the texts in force were signed."""
    rows = BrowserSession.objects.filter(social_account__in=browsed)
    columns = {"agreed": consents.SESSION, "automated": consents.AUTOMATION}
    signed = {}
    for column, kind in columns.items():
        in_force = Q(pk__in=[])
        for name, one in rules.items():
            version = one.statement(kind).version
            in_force |= Q(social_account__provider=name, version=version)
        given = consents.living().filter(social_account=OuterRef("social_account"), kind=kind)
        signed[column] = Exists(given.filter(in_force))
    return rows.annotate(**signed)


def _reads_at(polls: Sequence[Poll], hours: pacing.Hours, now: datetime) -> datetime | None:
    planned = [one.next_at for one in polls if one.next_at is not None]
    return hours.opens(max(now, min(planned))) if planned else None
