"""What is true about a connected account now: one state, one sentence, what to do, and the facts.

Everything is read from rows; no network is asked. Sentences are made in the reader's language.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from social.judged import Cannot, Judged
from social.judging import judge
from social.logins import Scope
from social.meter import Use
from social.models import SocialAccount
from social.providers.registry import CAPABILITIES
from social.standing import Standing
from social.subscribing import lost_fields
from social.surroundings import Surroundings, surroundings_of
from social.ways import way_behind
from social.words import ABILITIES, lack_in_words

LETTERS = ("needs_login", "checkpoint", "restricted", "consent", "limited", "ending")
"""States that the owners are written to about."""
LABELS: dict[str, Promise] = {
    "working": _("Works"),
    "needs_login": _("Connect again"),
    "checkpoint": _("Check asked"),
    "restricted": _("Restricted"),
    "consent": _("To agree again"),
    "connecting": _("Being connected"),
    "stopped": _("Stopped"),
    "no_browser": _("No browser"),
    "cooldown": _("Rests"),
    "drift": _("Changed pages"),
    "unknown": _("Not understood"),
    "hours": _("Outside hours"),
    "paused": _("Paused"),
    "held": _("Waits"),
    "provider_paused": _("Network paused"),
    "operators_paused": _("Paused by our team"),
    "limited": _("Limited"),
    "silent": _("Not announced"),
    "ending": _("Ends soon"),
    "disconnected": _("Disconnected"),
}
CALLS = ("needs_login", "checkpoint", "restricted", "consent")
WAITS = (
    *("limited", "silent", "ending", "held", "provider_paused", "operators_paused"),
    *("connecting", "stopped", "no_browser", "cooldown", "drift", "unknown"),
)
WORKS = (
    *("working", "hours", "ending", "silent", "limited", "held"),
    *("provider_paused", "operators_paused"),
)
"""States in which what is possible happens, now or as soon as a wait is over by itself."""
TONES = {
    **dict.fromkeys(CALLS, "call"),
    **dict.fromkeys(WAITS, "wait"),
    "working": "good",
}
ACTIONS: dict[str, Promise] = {
    "reconnect": _("Connect again"),
    "ask_again": _("Ask for the permissions again"),
    "check": _("Look again now"),
    "resume": _("Resume"),
    "go_on": _("Allow again"),
    "agree_again": _("Read and agree"),
}


@dataclass(frozen=True)
class Ability:
    """Something an account can do, or cannot with the sentence why."""

    name: str
    label: str
    possible: bool
    why: str = ""


@dataclass(frozen=True)
class Action:
    """What the owner does next, and on which page of ours."""

    code: str
    label: str
    address: str


@dataclass(frozen=True)
class Truth:
    """All of it, for the page, the API and the letters; moments are in UTC.

    `automated`: whether answers that nobody approved are agreed to, under the text in force.
    """

    account: SocialAccount
    state: str
    label: str
    tone: str
    sentence: str
    action: Action | None
    abilities: tuple[Ability, ...]
    granted: tuple[Scope, ...]
    missing: tuple[Scope, ...]
    fields: tuple[str, ...]
    lost: tuple[str, ...]
    held_until: datetime | None
    quota: Use | None
    standing: Standing | None = None
    automated: bool = False

    @property
    def works(self) -> bool:
        """Whether what is possible happens, or only once somebody has done something."""
        return self.state in WORKS


def truth_of(account: SocialAccount, *, now: datetime) -> Truth:
    """Return what is true about one account at `now`."""
    return truths_of([account], now=now)[0]


def truths_of(accounts: Sequence[SocialAccount], *, now: datetime) -> list[Truth]:
    """Return what is true about each of `accounts`, with as many queries as for one."""
    around = surroundings_of(accounts, now=now)
    return [_truth(account, around[account.pk], now) for account in accounts]


def _abilities(account: SocialAccount, standing: Standing | None) -> tuple[Ability, ...]:
    return tuple(
        Ability(name, str(ABILITIES[name]), possible=not lack, why=lack and lack_in_words(lack))
        for name, lack in _lacks(account, standing)
    )


def _lacks(account: SocialAccount, standing: Standing | None) -> Iterable[tuple[str, str]]:
    can = CAPABILITIES[account.kind]
    offered = {
        "direct": can.direct_messages,
        "comments": can.comments,
        "private_replies": can.private_reply_days > 0,
    }
    for name, possible in offered.items():
        if possible or name == "direct":
            yield name, account.lacks.get(name, "" if possible else "kind")
    if can.automation_needs_consent:
        asked = "own_consent" if standing else "consent"
        yield "automation", "" if _automated(account, standing) else asked


def _automated(account: SocialAccount, standing: Standing | None) -> bool:
    """Return what `consents.automates` does, from what was read of all accounts at once."""
    return account.automation_agreed_at is not None and (standing is None or standing.automated)


def _truth(account: SocialAccount, around: Surroundings, now: datetime) -> Truth:
    behind = way_behind(account)
    scopes = behind.login.scopes if behind else ()
    gone = account.status == SocialAccount.Status.DISCONNECTED
    abilities = () if gone else _abilities(account, around.standing)
    impossible = [
        Cannot(one.name, one.label, account.lacks.get(one.name, ""))
        for one in abilities
        if not one.possible
    ]
    judged = judge(account, around, impossible, now=now)
    action = _action(account, judged)
    return Truth(
        account=account,
        state=judged.state,
        label=judged.label or str(LABELS[judged.state]),
        tone=TONES.get(judged.state, ""),
        sentence=judged.sentence,
        action=action,
        abilities=abilities,
        granted=tuple(one for one in scopes if one.name in account.scopes),
        missing=() if gone else tuple(one for one in scopes if one.name not in account.scopes),
        fields=tuple(account.webhook_fields),
        lost=tuple(lost_fields(account)),
        held_until=judged.until,
        quota=around.quota,
        standing=around.standing,
        automated=_automated(account, around.standing),
    )


def _action(account: SocialAccount, judged: Judged) -> Action | None:
    if not judged.action:
        return None
    address = reverse("account", kwargs={"uid": account.uid})
    return Action(judged.action, str(ACTIONS[judged.action]), address)
