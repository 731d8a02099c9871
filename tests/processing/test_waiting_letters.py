"""The owners are told that somebody waits for the quota: once a day, with number and link."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Letter
from accounts.wording import wording_of
from billing.models import Quota, Subscription
from processing.models import Message
from tests.factories import UNPROVED, make_member
from tests.processing import lining
from tests.processing.conftest import Scene
from tests.processing.lining import PHONE, arrives, closes, decide, use, writes

short = lining.short


def letters() -> list[Letter]:
    return list(Letter.objects.filter(kind="quota_waiting").order_by("pk"))


def test_the_owner_is_told_once_a_day_however_many_wait(short: Scene) -> None:
    owner = make_member(short.workspace)
    use(short, 10)
    for person in ("1001", "1002", "1003"):
        writes(short, person, PHONE if person == "1003" else "Bonjour")

    (letter,) = letters()
    assert (letter.user, letter.subject_uid) == (owner, short.workspace.uid)
    said = wording_of(letter)
    assert said is not None
    assert "3 personnes" in said.subject or "3 people" in said.subject
    assert f"/inbox?workspace={short.workspace.uid}" in said.text
    assert f"/inbox?workspace={short.workspace.uid}" in said.html


def test_on_the_next_day_it_is_told_again(short: Scene) -> None:
    make_member(short.workspace)
    writes(short, "1001")
    Quota.objects.update(day=timezone.now().date() + timedelta(days=1))
    second = arrives(short, "1002")
    closes(second, None)
    decide(second)

    assert len(letters()) == 2


def test_only_owners_who_want_letters_are_told(short: Scene) -> None:
    make_member(short.workspace, "member")
    make_member(short.workspace, **UNPROVED)
    quiet = make_member(short.workspace)
    quiet.memberships.update(told_by_mail=False)
    writes(short, "1001")

    assert letters() == []


@pytest.mark.parametrize("gone", ["nobody waits", "no longer an owner", "wants none"])
def test_what_is_no_longer_so_is_not_told(short: Scene, gone: str) -> None:
    owner = make_member(short.workspace)
    writes(short, "1001")
    (letter,) = letters()
    if gone == "nobody waits":
        Message.objects.update(outcome="reply", next_at=None)
    if gone == "no longer an owner":
        owner.memberships.update(role="member")
    if gone == "wants none":
        owner.memberships.update(told_by_mail=False)

    assert wording_of(letter) is None


def test_nobody_is_told_where_nobody_waits(short: Scene) -> None:
    make_member(short.workspace)
    Subscription.objects.create(workspace=short.workspace, plan="premium")
    writes(short, "1001")

    assert letters() == []
