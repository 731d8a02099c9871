"""What the pages show besides of networks, and of accounts, that a browser acts for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language

from accounts.models import User
from social import consents
from social.models import Consent, SocialAccount
from social.providers.registry import PROVIDERS
from social.running import PENDING
from social.sessioning import Statement
from social.sessions import browser_known
from social.standing import Standing
from social.truth import Truth

MOST_PROOFS = 20
LAST_HOUR = 24


@dataclass(frozen=True)
class Network:
    """A network that a browser acts on, and whether this server has one."""

    name: str
    label: str
    has_browser: bool


@dataclass(frozen=True)
class Proof:
    """One consent, as its account's page lists it; `who` is "" for a person who is gone."""

    kind: str
    version: str
    who: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Box:
    """One day of the week, ticked or not."""

    number: int
    label: str
    ticked: bool


@dataclass(frozen=True)
class Browsed:
    """Forms and proofs of one account; `start` and `end` may be what was typed and refused."""

    standing: Standing
    statement: Statement | None
    language: str
    proofs: Sequence[Proof]
    start: str
    end: str
    days: Sequence[Box]
    errors: dict[str, str]
    pending: bool
    starts: Sequence[str]
    ends: Sequence[str]

    @property
    def ticked(self) -> str:
        """Return the working days in words."""
        return ", ".join(one.label for one in self.days if one.ticked)


def networks() -> list[Network]:
    """Return the networks that are connected by a member's own session."""
    return [
        Network(name, one.label, has_browser=browser_known(one.session))
        for name, one in PROVIDERS.items()
        if one.session is not None
    ]


def browsed_of(request: HttpRequest, truth: Truth, errors: dict[str, str]) -> Browsed | None:
    """Return what the account's page shows of its session; None for accounts without one."""
    account, standing = truth.account, truth.standing
    if standing is None:
        return None
    session, typed = standing.session, request.POST if errors else None
    ticked = typed.getlist("days") if typed else [str(one) for one in session.works_days]
    return Browsed(
        standing=standing,
        statement=consents.statement_of(account.provider, consents.AUTOMATION),
        language=get_language() or "",
        proofs=_proofs(account),
        start=typed.get("from", "") if typed else str(session.works_from),
        end=typed.get("until", "") if typed else str(session.works_until),
        days=[
            Box(number, str(label), ticked=str(number) in ticked)
            for number, label in WEEKDAYS.items()
        ],
        errors=errors,
        pending=account.external_id.startswith(PENDING),
        starts=[str(one) for one in range(LAST_HOUR)],
        ends=[str(one) for one in range(1, LAST_HOUR + 1)],
    )


def _proofs(account: SocialAccount) -> list[Proof]:
    rows = list(Consent.objects.filter(social_account=account).order_by("-pk")[:MOST_PROOFS])
    people = User.objects.filter(uid__in={one.user_uid for one in rows})
    names = {one.uid: one.name or one.email for one in people}
    return [
        Proof(
            kind=str(Consent.Kind(one.kind).label),
            version=one.version,
            who=names.get(one.user_uid, ""),
            given_at=one.given_at,
            withdrawn_at=one.withdrawn_at,
        )
        for one in rows
    ]
