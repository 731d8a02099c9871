"""Codes that open once without the telephone: kept, counted, made anew."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, Letter, OperatorFactor, User
from tests.admin.factor import CODES, PAGE, code_of, codes_in, enrol, later
from tests.admin.pages import operator
from tests.callers import browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked(settings: Settings) -> None:
    settings.OPERATOR_SECOND_FACTOR = True


@pytest.fixture
def staff() -> tuple[Client, User]:
    return operator()


def test_a_recovery_code_opens_once(staff: tuple[Client, User]) -> None:
    client, user = staff
    codes = enrol(client)
    first, second = browser(user, "en"), browser(user, "en")

    assert first.post(PAGE, {"code": codes[0].upper()}).status_code == 302
    assert second.post(PAGE, {"code": codes[0]}).status_code == 200
    assert second.post(PAGE, {"code": codes[1]}).status_code == 302
    used = AuditEntry.objects.filter(action="operator.recovery_used").order_by("number")
    assert [one.data["left"] for one in used] == [9, 8]


def test_fresh_codes_outlive_a_reload_and_end_once_they_are_kept(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    codes = enrol(client)
    assert codes_in(client.get(CODES).content.decode()) == codes
    assert not any(one in str(dict(client.session.items())) for one in codes)
    other = browser(user, "en")
    other.post(PAGE, {"code": code_of(user)})
    assert codes_in(other.get(CODES).content.decode()) == []

    answer = client.post(CODES, {"kept": "1", "next": "/admin/auth/group/"})

    assert answer["Location"] == "/admin/auth/group/"
    page = client.get(CODES).content.decode()
    assert codes_in(page) == []
    assert "10 recovery codes are left." in page


def test_fresh_codes_end_after_a_quarter_of_an_hour(
    staff: tuple[Client, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _user = staff
    enrol(client)
    later(monkeypatch, 0.26)
    assert codes_in(client.get(CODES).content.decode()) == []


def test_an_operator_makes_new_codes_alone_and_the_old_ones_open_nothing(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    old = enrol(client)
    first, second = browser(user, "en"), browser(user, "en")
    home = first.post(PAGE, {"code": old[0]}, follow=True).content.decode()
    assert "9 recovery codes are left." in home
    assert f'href="{CODES}"' in home

    new = codes_in(first.post(CODES, follow=True).content.decode())

    assert (len(set(new)), set(new) & set(old)) == (10, set())
    assert second.post(PAGE, {"code": old[1]}).status_code == 200
    assert second.post(PAGE, {"code": new[1]}).status_code == 302
    assert AuditEntry.objects.filter(action="operator.codes_renewed", target_uid=user.uid).exists()
    assert Letter.objects.filter(kind="codes_renewed", user=user).count() == 1


@pytest.mark.parametrize("demanded", [True, False])
def test_codes_are_made_by_nobody_who_did_not_prove_the_factor(
    demanded: bool, staff: tuple[Client, User], settings: Settings
) -> None:
    client, user = staff
    enrol(client)
    before = OperatorFactor.objects.get().recovery
    settings.OPERATOR_SECOND_FACTOR = demanded
    for answer in (browser(user, "en").post(CODES), browser(user, "en").get(CODES)):
        assert answer["Location"].split("?")[0] == PAGE
    assert OperatorFactor.objects.get().recovery == before
