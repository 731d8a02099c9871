"""Every code of every network's error table, provoked: what becomes of the send.

The sandbox says the codes of networks with an interface; where a browser acts, a run comes to them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib import clock
from processing.models import Conversation, DeadLetter, Delivery
from sandbox import demo
from social.errors import ProviderError
from social.models import ProviderPause, SocialAccount
from social.providers.registry import PROVIDERS
from social.refusals import Action, Rule
from tests.networks.conftest import World

pytestmark = pytest.mark.django_db
CLOSE = timedelta(seconds=20)


@dataclass(frozen=True)
class Case:
    """One code of one rule."""

    provider: str
    rule: Rule
    code: str

    def __str__(self) -> str:
        return f"{self.provider} {self.code}"

    @property
    def name(self) -> str:
        """What the house is told: our own name for it, or the network's code."""
        if self.provider == "tiktok" and self.code.endswith(LIMITS):
            return self.code.partition(" ")[0]
        return self.rule.name or SPELLED.get((self.provider, self.code), self.code)


LIMITS = ("QPS", "QPM", "QPD")
SPELLED = {
    ("meta", "no envelope"): "http_502",
    ("tiktok", "20001"): "no_id",
    ("tiktok", "429"): "http_429",
    ("tiktok", "500"): "http_500",
    ("tiktok", "599"): "http_599",
    ("linkedin", "400"): "status_400",
    ("linkedin", "499"): "status_499",
    ("youtube", "409"): "409 conflict",
    **{("youtube", str(code)): f"{code} aNewReason" for code in (403, 500, 502, 503, 504)},
}
"""Codes that stand for answers which name themselves otherwise."""
AT_A_LOGIN = {"oauth/400", "oauth/429"}
"""What only the exchange of a login's code is answered with."""


def codes_of(rule: Rule) -> list[str]:
    """Return every code of a rule, of a range its first and its last."""
    found: list[str] = []
    for code in rule.codes:
        first, dash, last = code.partition("-")
        whole = bool(dash) and first.isdigit() and last.isdigit()
        found += [first, last] if whole else [code]
    return found


CASES = [
    Case(name, rule, code)
    for name, provider in PROVIDERS.items()
    for rule in provider.rules
    for code in codes_of(rule)
]
IN_A_SEND = [case for case in CASES if case.code not in AT_A_LOGIN]


def provoke(world: World, case: Case, settings: Settings) -> None:
    """Let the next call of the network meet the case's code; raises KeyError for an unknown one."""
    PROVOKES[case.provider](world, case.code, settings)


def _meta(world: World, code: str, _settings: Settings) -> None:
    if code == "no envelope":
        world.fault("graph", "bad_gateway", operation="send")
        return
    number, _, subcode = code.partition("/")
    more = {"subcode": int(subcode)} if subcode else {}
    world.fault("graph", "error", operation="send", code=int(number), **more)


def _tiktok(world: World, code: str, settings: Settings) -> None:
    number, _, unit = code.partition(" ")
    if number == "404":
        settings.TIKTOK_API_URL = settings.TIKTOK_API_URL.replace("v1.3", "v1.2")
    elif len(number) == len("429"):
        world.fault("tiktok", "error", operation="send", code=0, status=int(number))
    else:
        message = f"Too many requests: the {unit} limit is reached." if unit else "No."
        world.fault("tiktok", "error", operation="send", code=int(number), message=message)


def _youtube(world: World, code: str, _settings: Settings) -> None:
    status, _, reason = code.partition(" ")
    usual = {"409": "conflict"}.get(status, "aNewReason")
    asked = {"status": int(status), "reason": reason or usual}
    world.fault("youtube", "error", operation="comments.insert", **asked)


def _linkedin(world: World, code: str, _settings: Settings) -> None:
    if code == "no_browser":
        world.browser.vanish()
    elif code == "no_thread":
        Conversation.objects.update(external_id="")
    else:
        world.browser.refuses(code)


PROVOKES: dict[str, Callable[[World, str, Settings], None]] = {
    "linkedin": _linkedin,
    "meta": _meta,
    "tiktok": _tiktok,
    "youtube": _youtube,
}


@dataclass
class Aftermath:
    """What became of delivery, account and network."""

    status: str
    attempts: int
    code: str
    next_in: timedelta | None
    account: str
    held: tuple[str, timedelta] | None
    lacks: dict[str, str]
    pause: tuple[str, timedelta] | None


def aftermath(delivery: Delivery, account: SocialAccount, now: datetime) -> Aftermath:
    delivery.refresh_from_db()
    account.refresh_from_db()
    pause = ProviderPause.objects.filter(provider=account.provider).first()
    return Aftermath(
        status=delivery.status,
        attempts=delivery.attempts,
        code=delivery.error_code,
        next_in=delivery.next_at - now if delivery.next_at else None,
        account=account.status,
        held=(account.held_reason, account.held_until - now) if account.held_until else None,
        lacks=account.lacks,
        pause=(pause.reason, pause.until - now) if pause and pause.until else None,
    )


@pytest.mark.parametrize("case", IN_A_SEND, ids=str)
def test_a_code_leads_to_what_its_rule_says(world: World, settings: Settings, case: Case) -> None:
    account = world.account(case.provider)
    (delivery,) = world.answers(account)
    provoke(world, case, settings)
    now = clock.now()
    world.send()

    found = aftermath(delivery, account, now)
    CHECKS[case.rule.action](case, found)
    held = case.rule.action is Action.PAUSE_ACCOUNT
    paused = case.rule.action is Action.PAUSE_PROVIDER
    assert (found.held is not None, found.pause is not None) == (held, paused)
    assert (found.account == "needs_login") == (case.rule.action is Action.RECONNECT)
    assert bool(found.lacks) == (case.rule.action is Action.LACKS)
    assert not DeadLetter.objects.exists()


def _again(case: Case, found: Aftermath) -> None:
    assert (found.status, found.attempts) == ("queued", 1)
    _after(case.rule.wait, found.next_in)


def _account_waits(case: Case, found: Aftermath) -> None:
    assert (found.status, found.attempts) == ("queued", 0)
    assert found.held is not None
    assert found.held[0] == case.name
    _after(case.rule.wait, found.held[1])


def _network_waits(case: Case, found: Aftermath) -> None:
    assert (found.status, found.attempts) == ("queued", 0)
    assert found.pause is not None
    assert found.pause[0] == case.name
    if case.name == "quota_spent" or case.code.endswith(" QPD"):
        # Until the network's midnight, by its own clock.
        assert timedelta(0) < found.pause[1] <= timedelta(hours=25)
    else:
        _after(case.rule.wait, found.pause[1])


def _after(wait: int | None, found: timedelta | None) -> None:
    assert found is not None
    assert abs(found - timedelta(seconds=wait or 5)) < CLOSE


def _unknown(case: Case, found: Aftermath) -> None:
    assert (found.status, found.code) == ("unconfirmed", case.name)
    assert found.next_in is not None


def _given_up(case: Case, found: Aftermath) -> None:
    assert (found.status, found.code, found.next_in) == ("refused", case.name, None)


def _lacks(case: Case, found: Aftermath) -> None:
    _given_up(case, found)
    assert found.lacks == {"direct": case.name}


def _renewed(_case: Case, found: Aftermath) -> None:
    assert (found.status, found.account) == ("sent", "active")


def _reconnects(_case: Case, found: Aftermath) -> None:
    assert (found.status, found.attempts, found.account) == ("queued", 0, "needs_login")


CHECKS: dict[Action, Callable[[Case, Aftermath], None]] = {
    Action.RETRY: _again,
    Action.RESTART: _again,
    Action.PAUSE_ACCOUNT: _account_waits,
    Action.PAUSE_PROVIDER: _network_waits,
    Action.UNKNOWN: _unknown,
    Action.REFUSE: _given_up,
    Action.LACKS: _lacks,
    Action.REFRESH: _renewed,
    Action.RECONNECT: _reconnects,
}

LOGIN_CASES: dict[str, tuple[dict[str, Any], bool, float | None]] = {
    "oauth/400": ({"kind": "error", "code": 400}, False, None),
    "oauth/429": ({"kind": "rate_limited", "retry_after": 60}, True, 60),
}


@pytest.mark.parametrize("code", LOGIN_CASES)
def test_a_login_meets_what_only_logins_meet(world: World, code: str) -> None:
    fault, retryable, wait = LOGIN_CASES[code]
    world.fault("graph", operation="instagram_code", **fault)
    login = next(one for one in PROVIDERS["meta"].logins if one.name == "instagram")
    with pytest.raises(ProviderError) as raised:
        login.exchange("a-code", "", f"{demo.PAGE_NAME}/callback", clock.now())

    assert (raised.value.retryable, raised.value.retry_after) == (retryable, wait)


def test_every_rule_has_its_case() -> None:
    known = {case.rule for case in IN_A_SEND}
    known |= {case.rule for case in CASES if case.code in LOGIN_CASES}
    every = {rule for provider in PROVIDERS.values() for rule in provider.rules}

    assert every - known == set()
    assert {rule.action for rule in every} <= set(CHECKS)
