"""What rests an account from outside its row: pauses, storms, breakers, as its truth tells them."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts.models import Workspace
from flowia.lib import clock
from social.models import Breaker, ProviderPause, Stop
from social.truth import truth_of
from tests.factories import make_workspace
from tests.social.connected import make_glow
from tests.social.glow import Glow

pytestmark = pytest.mark.django_db
SOON = timedelta(hours=1)


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def test_a_pause_or_a_storm_of_the_network_is_told(glow: Glow, workspace: Workspace) -> None:
    account = make_glow(workspace)
    pause = ProviderPause.objects.create(provider="glow")
    assert truth_of(account, now=clock.now()).state == "provider_paused"
    pause.delete()
    until = clock.now() + SOON
    storm = Breaker.objects.create(name="provider:glow", opened_until=until)
    assert truth_of(account, now=clock.now()).held_until == until
    storm.delete()
    Breaker.objects.create(name=f"account:{account.uid}", opened_until=until)
    assert truth_of(account, now=clock.now()).state == "held"


@pytest.mark.parametrize("name", ["everything", "account"])
@pytest.mark.parametrize("until", [None, SOON])
def test_what_operators_paused_is_told_of_the_account(
    glow: Glow, workspace: Workspace, name: str, until: timedelta | None
) -> None:
    account, other = make_glow(workspace), make_glow(workspace, automation_agreed_at=clock.now())
    now = clock.now()
    called = name if name == "everything" else f"account:{account.uid}"
    stop = Stop.objects.create(
        name=called, reason="INC-7", until=until if until is None else now + until
    )
    with translation.override("en"):
        truth = truth_of(account, now=now)
    assert (truth.state, truth.held_until) == ("operators_paused", stop.until)
    assert "Flow IA's team paused it" in truth.sentence
    assert "INC-7" not in truth.sentence
    rests = "operators_paused" if name == "everything" else "working"
    assert truth_of(other, now=now).state == rests

    Stop.objects.update(until=now - SOON)
    assert truth_of(account, now=now).state == "working"


@pytest.mark.parametrize(("everything", "account"), [(1, 4), (4, 1), (1, None), (None, 1)])
def test_of_two_pauses_the_longer_one_is_told(
    glow: Glow, workspace: Workspace, everything: int | None, account: int | None
) -> None:
    found, now = make_glow(workspace), clock.now()
    for name, hours in (("everything", everything), (f"account:{found.uid}", account)):
        until = None if hours is None else now + hours * SOON
        Stop.objects.create(name=name, until=until)
    longest = None if None in (everything, account) else now + 4 * SOON
    assert truth_of(found, now=now).held_until == longest


def test_a_breaker_is_told_while_somebody_waits_for_it(glow: Glow, workspace: Workspace) -> None:
    now = clock.now()
    account = make_glow(workspace, automation_agreed_at=now)
    names = (f"account:{account.uid}", "provider:glow")
    for name in names:
        Breaker.objects.create(name=name, opened_until=now - SOON, since=now - SOON)
    assert truth_of(account, now=now).state == "working"

    for name, state in zip(names, ("held", "provider_paused"), strict=True):
        Breaker.objects.filter(name=name).update(since=now + SOON)
        truth = truth_of(account, now=now)
        assert (truth.state, truth.held_until) == (state, now + SOON)
