"""Operators prove by their telephone that it is them, at first and every twelve hours."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import audit, factors, guessing
from accounts.models import AuditEntry, Letter, Membership, OperatorFactor, User
from accounts.totp import code_at
from flowia.lib import clock
from flowia.lib.crypto import decrypt
from tests.admin.factor import PAGE, code_of, enrol, first_code, inside, later, offered
from tests.admin.pages import operator, page_of
from tests.callers import browser
from tests.factories import make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked(settings: Settings) -> None:
    settings.OPERATOR_SECOND_FACTOR = True


@pytest.fixture
def staff() -> tuple[Client, User]:
    return operator()


def test_the_first_visit_leads_to_setting_it_up(staff: tuple[Client, User]) -> None:
    client, _user = staff

    answer = client.get("/admin/processing/message/?q=1")
    assert answer["Location"] == f"{PAGE}?next=%2Fadmin%2Fprocessing%2Fmessage%2F%3Fq%3D1"
    page = client.get(answer["Location"]).content.decode()

    assert 'src="data:image/svg+xml' in page
    assert offered(client) in page
    assert not OperatorFactor.objects.exists()
    assert "style=" not in page
    assert not inside(client)


def test_a_right_code_opens_and_gives_ten_codes_once(staff: tuple[Client, User]) -> None:
    client, _user = staff

    codes = enrol(client)

    assert len(set(codes)) == 10
    assert inside(client)
    row = OperatorFactor.objects.get()
    assert row.confirmed_at is not None
    assert not any(one in str(row.recovery) for one in codes)
    page = client.get(PAGE).content.decode()
    assert row.opened() not in page
    assert not any(one in page for one in codes)
    assert AuditEntry.objects.filter(action="operator.factor_enrolled").count() == 1


def test_what_a_session_saw_before_opens_nothing_that_another_set_up(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    thief = browser(user, "en")
    seen = offered(thief)
    assert seen != offered(client)
    assert offered(client) == offered(client)  # a second look breaks no telephone

    enrol(client)

    assert OperatorFactor.objects.get().opened() != seen
    code = code_at(seen, int(clock.now().timestamp()) // 30)
    assert thief.post(PAGE, {"code": code}).status_code == 200
    assert (inside(client), inside(thief)) == (True, False)


def test_of_two_sessions_that_set_it_up_the_second_is_asked_for_the_first_s_code(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    late = browser(user, "en")
    code = first_code(late)
    enrol(client)

    assert late.post(PAGE, {"code": code}).status_code == 200
    assert not inside(late)
    assert 'class="key"' not in late.get(PAGE).content.decode()
    assert OperatorFactor.objects.count() == 1


def test_the_session_s_store_holds_no_key_in_clear(staff: tuple[Client, User]) -> None:
    client, _user = staff
    key = offered(client)
    assert key not in str(dict(client.session.items()))


@pytest.mark.parametrize("code", ["", "000", "abcdef", "١٢٣٤٥٦", "x" * 5000])
def test_a_wrong_code_opens_nothing(code: str, staff: tuple[Client, User]) -> None:
    client, _user = staff
    client.get(PAGE)

    assert "This code is wrong" in client.post(PAGE, {"code": code}).content.decode()
    assert not inside(client)


def test_a_session_is_asked_once_and_again_after_twelve_hours(
    staff: tuple[Client, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, user = staff
    enrol(client)

    later(monkeypatch, 11.9)
    assert inside(client)
    later(monkeypatch, 0.2)
    assert not inside(client)
    assert client.post(PAGE, {"code": code_of(user)})["Location"] == "/admin/"
    assert inside(client)


def test_another_session_is_asked_too_and_a_code_works_once(staff: tuple[Client, User]) -> None:
    client, user = staff
    enrol(client)
    first, second = browser(user, "en"), browser(user, "en")
    assert not inside(first)

    code = code_of(user)
    assert first.post(PAGE, {"code": f" {code[:3]} {code[3:]}"}).status_code == 302
    assert second.post(PAGE, {"code": code}).status_code == 200
    assert (inside(first), inside(second)) == (True, False)


def test_guessing_ends_after_ten_tries_wherever_they_come_from(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    enrol(client)
    for _ in range(10):
        browser(user, "en").post(PAGE, {"code": "000000"})

    answer = browser(user, "en").post(PAGE, {"code": code_of(user)})

    assert answer.status_code == 429
    assert guessing.PAIR[0][0] == 10


def test_a_browser_that_proved_it_before_is_not_shut_out_by_a_stolen_password(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    enrol(client)
    again = browser(user, "en")
    again.cookies[factors.COOKIE] = client.cookies[factors.COOKIE].value
    for _ in range(11):
        browser(user, "en").post(PAGE, {"code": "000000"})

    assert again.post(PAGE, {"code": code_of(user)}).status_code == 302
    assert browser(user, "en").post(PAGE, {"code": code_of(user)}).status_code == 429


@pytest.mark.parametrize("cookie", ["the one of a factor before", "made up"])
def test_a_cookie_of_no_present_factor_buys_no_tries(
    cookie: str, staff: tuple[Client, User]
) -> None:
    client, user = staff
    enrol(client)
    held = client.cookies[factors.COOKIE].value if cookie != "made up" else cookie
    if cookie != "made up":
        factors.reset(user, by=audit.SYSTEM)
        enrol(client)
    for _ in range(10):
        browser(user, "en").post(PAGE, {"code": "000000"})
    other = browser(user, "en")
    other.cookies[factors.COOKIE] = held

    assert other.post(PAGE, {"code": code_of(user)}).status_code == 429


@pytest.mark.parametrize("enrolled", [False, True])
def test_wrong_codes_and_a_lock_out_are_told_once_an_hour_in_the_operators_log(
    enrolled: bool, staff: tuple[Client, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, user = staff
    Membership.objects.create(workspace=make_workspace(), user=user, role="owner")
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: hour)
    if enrolled:
        enrol(client)
    thief = browser(user, "en")
    for _ in range(12):
        thief.post(PAGE, {"code": "000000"})

    told = AuditEntry.objects.filter(target_uid=user.uid, chain=audit.OPERATORS)
    found = list(told.order_by("number"))[-2:]
    assert [one.action for one in found] == ["operator.factor_failed", "operator.factor_locked"]
    assert told.count() == 2 + enrolled
    assert not AuditEntry.objects.exclude(chain=audit.OPERATORS).exists()


def test_the_operators_log_tells_who_came_in_when_and_from_where(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    codes = enrol(client)
    for code in (code_of(user), codes[0], "000000"):
        browser(user, "en").post(PAGE, {"code": code})

    told = AuditEntry.objects.filter(chain=audit.OPERATORS, actor_uid=user.uid).order_by("number")
    assert [one.action.partition(".")[2] for one in told] == [
        *("factor_enrolled", "factor_proved", "recovery_used", "factor_failed")
    ]
    assert all(one.address for one in told)


def test_nobody_is_led_to_another_host(staff: tuple[Client, User]) -> None:
    client, user = staff
    enrol(client)
    form = {"code": code_of(user), "next": "https://example.com/"}
    assert client.post(PAGE, form)["Location"] == "/admin/"


def test_signing_out_needs_no_factor(staff: tuple[Client, User]) -> None:
    client, _user = staff
    answer = client.post(reverse("admin:logout"))
    assert PAGE not in answer.get("Location", "")


def test_members_and_strangers_have_no_such_page() -> None:
    member = make_member(make_workspace())
    for user in (None, member, make_user()):
        answer = browser(user).get(PAGE)
        assert (answer.status_code, PAGE in answer["Location"].split("?")[0]) == (302, False)
    assert not OperatorFactor.objects.exists()


def test_another_superuser_resets_it_and_that_ends_what_it_opened(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    other, superuser = operator()
    enrol(client)
    enrol(other)
    address = reverse("admin:second-factor-reset", args=[user.pk])

    assert client.post(address).status_code == 403
    assert other.get(address).status_code == 200
    assert inside(client)
    assert other.post(address).status_code == 302

    assert not inside(client)
    assert "data:image/svg+xml" in client.get(PAGE).content.decode()
    entry = AuditEntry.objects.get(action="operator.factor_reset")
    assert (entry.actor_uid, entry.target_uid) == (superuser.uid, user.uid)


def test_an_operator_s_page_leads_superusers_to_the_reset_also_without_a_factor(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    other, superuser = operator()
    half, _helper = operator("view_user")
    member = make_member(make_workspace())
    for one in (client, other, half):
        enrol(one)
    OperatorFactor.objects.filter(user=user).delete()

    for reader, whose, leads in (
        (other, user, True), (other, superuser, False), (other, member, False), (half, user, False),
    ):  # fmt: skip
        page = reader.get(page_of(whose)).content.decode()
        assert (reverse("admin:second-factor-reset", args=[whose.pk]) in page) is leads


def test_a_day_after_a_reset_nobody_sets_another_up_until_it_is_reset_once_more(
    staff: tuple[Client, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, user = staff
    enrol(client)
    factors.reset(user, by=audit.SYSTEM)
    thief = browser(user, "en")
    code = first_code(thief)

    later(monkeypatch, 24.1)
    page = thief.get(PAGE)
    assert (page.status_code, "reset it once more" in page.content.decode()) == (403, True)
    assert 'class="key"' not in page.content.decode()
    for ahead in (code, code_at(_secret_of(thief, user), int(clock.now().timestamp()) // 30)):
        assert thief.post(PAGE, {"code": ahead}).status_code == 403
    assert not OperatorFactor.objects.exists()

    assert factors.reset(user, by=audit.SYSTEM)
    assert not factors.reset(user, by=audit.SYSTEM)
    enrol(client)
    assert inside(client)
    later(monkeypatch, 11)
    assert inside(client)
    assert Letter.objects.filter(kind="factor_reset").count() == 2


def _secret_of(client: Client, user: User) -> str:
    sealed = client.session[factors.OFFERED]
    return decrypt(sealed, context=f"{factors.OFFERED}:{user.uid}")


def test_an_operator_who_is_no_superuser_resets_nobody(staff: tuple[Client, User]) -> None:
    client, user = staff
    enrol(client)
    half, _other = operator("view_user", "change_operatorfactor")
    enrol(half)
    assert half.post(reverse("admin:second-factor-reset", args=[user.pk])).status_code == 403
    assert inside(client)


def test_the_command_resets_it_too(staff: tuple[Client, User]) -> None:
    client, user = staff
    enrol(client)
    out = StringIO()
    for _ in range(2):
        call_command("reset_second_factor", user.email.upper(), stdout=out)
    assert out.getvalue().split("\n")[:2] == ["It was reset.", "There was none."]
    assert not inside(client)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody@exemple.fr")


def test_the_row_s_page_shows_nothing_of_it(staff: tuple[Client, User]) -> None:
    client, _user = staff
    enrol(client)
    row: Any = OperatorFactor.objects.get()
    page = client.get(page_of(row)).content.decode()
    for secret in (row.opened(), row.sealed, row.recovery[0], str(row.last_counter)):
        assert secret not in page


def test_a_copied_row_opens_for_nobody_else(staff: tuple[Client, User]) -> None:
    client, user = staff
    other, somebody = operator()
    enrol(client)
    enrol(other)
    OperatorFactor.objects.filter(user=somebody).update(
        sealed=OperatorFactor.objects.get(user=user).sealed
    )
    with pytest.raises(Exception, match="another row"):
        OperatorFactor.objects.get(user=somebody).opened()


def test_the_person_is_told_by_a_letter_of_each_turn_of_their_factor(
    staff: tuple[Client, User],
) -> None:
    client, user = staff
    codes = enrol(client)
    browser(user, "en").post(PAGE, {"code": codes[0]})
    browser(user, "en").post(PAGE, {"code": "000000"})
    factors.reset(user, by=audit.SYSTEM)
    factors.reset(user, by=audit.SYSTEM)

    written = Letter.objects.filter(user=user).order_by("pk").values_list("kind", "data")
    assert list(written) == [
        ("factor_enrolled", {}),
        ("recovery_used", {"left": 9}),
        ("factor_reset", {}),
    ]


def test_without_the_setting_nobody_is_asked(settings: Settings) -> None:
    settings.OPERATOR_SECOND_FACTOR = False
    client, _user = operator()
    assert inside(client)
    assert f'href="{PAGE}"' in client.get("/admin/").content.decode()
    assert "once you have set it up" in client.get(PAGE).content.decode()


def test_without_the_setting_who_set_a_factor_up_is_asked_for_it(settings: Settings) -> None:
    settings.OPERATOR_SECOND_FACTOR = False
    client, user = operator()
    enrol(client)
    assert inside(client)

    elsewhere = browser(user, "en")
    assert not inside(elsewhere)
    assert elsewhere.get("/admin/")["Location"].split("?")[0] == PAGE
    elsewhere.post(PAGE, {"code": code_of(user)})
    assert inside(elsewhere)
