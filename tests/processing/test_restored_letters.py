"""What a restored backup does not know to be told already, and operators' dead letters in it."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import backups
from accounts.models import Letter
from processing import deadletters
from processing.models import DeadLetter
from tests.factories import make_member
from tests.processing import lining
from tests.processing.conftest import Scene
from tests.processing.lining import use, writes

short = lining.short


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    backups.went_on_until.cache_clear()
    yield
    backups.went_on_until.cache_clear()


def restore(**ago: float) -> None:
    until = timezone.now() - timedelta(**ago)
    call_command("after_restore", until=until.isoformat(), stdout=io.StringIO())


@pytest.mark.parametrize(("days", "letters"), [(0, 0), (1, 1)])
def test_that_somebody_waits_is_not_told_on_the_day_of_a_restore(
    short: Scene, days: int, letters: int
) -> None:
    make_member(short.workspace)
    use(short, 10)
    restore(days=days)

    writes(short, "1001")

    assert Letter.objects.filter(kind="quota_waiting").count() == letters


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["send", "respond", "follow"])
def test_what_failed_for_good_and_may_be_done_since_says_so(kind: str) -> None:
    deadletters.bury(kind, 7, workspace=None, reason="timeout", attempts=4)

    restore()

    assert DeadLetter.objects.get().reason == "restored"


@pytest.mark.django_db
def test_what_may_be_done_twice_keeps_its_reason() -> None:
    deadletters.bury("receive", 7, workspace=None, reason="timeout", attempts=4)

    restore()

    assert DeadLetter.objects.get().reason == "timeout"
