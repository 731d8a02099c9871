"""A forgotten password and a changed one, by page."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts import links
from accounts.models import Letter, SignIn, User
from tests.callers import browser, caller
from tests.factories import PASSWORD, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
NEW = "un-autre-mot-de-passe"


@pytest.fixture
def user() -> User:
    return make_member(make_workspace(), email="lea@exemple.fr")


def without_token(answer: Any) -> str:
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def ask(email: str) -> Any:
    return browser(language="en").post("/password/forgotten", {"email": email}, follow=True)


def test_the_answer_is_the_same_for_every_address(user: User) -> None:
    known, unknown = ask(" LEA@exemple.fr "), ask("rien@exemple.fr")

    assert known.redirect_chain == unknown.redirect_chain == [("/password/asked", 302)]
    assert without_token(known) == without_token(unknown)
    kinds = list(Letter.objects.order_by("pk").values_list("kind", "user"))
    assert kinds == [("reset_password", user.pk), ("reset_unknown", None)]


def test_a_switched_off_person_gets_no_link() -> None:
    make_user("lea@exemple.fr", is_active=False)
    ask("lea@exemple.fr")

    assert Letter.objects.get().kind == "reset_unknown"


def reset(user: User, password: str = NEW, client: Client | None = None) -> Any:
    address = f"/password/reset/{links.reset_token(user)}"
    return (client or browser(language="en")).post(address, {"password": password})


def test_the_new_password_signs_in_here_and_out_everywhere_else(user: User) -> None:
    elsewhere, program, here = browser(user), caller(user), browser()
    answer = reset(user, client=here)
    user.refresh_from_db()

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert user.check_password(NEW)
    assert here.get("/inbox").status_code == 200
    assert elsewhere.get("/inbox").status_code == 302
    assert program.get("/auth/me").status_code == 401


def test_the_letter_that_came_proves_the_address(user: User) -> None:
    reset(user)
    user.refresh_from_db()

    assert user.email_verified_at is not None
    assert Letter.objects.get().kind == "password_changed"


def test_a_used_link_is_dead_and_leads_to_a_new_letter(user: User) -> None:
    address = f"/password/reset/{links.reset_token(user)}"
    browser().post(address, {"password": NEW})
    page = browser(language="en").get(address)

    assert page.status_code == 400
    assert 'href="/password/forgotten">Ask for a new e-mail' in page.content.decode()
    assert browser().post(address, {"password": "encore-un-autre-mot"}).status_code == 400


def test_a_weak_new_password_is_refused_and_the_link_lives_on(user: User) -> None:
    page = reset(user, "123").content.decode()
    user.refresh_from_db()

    assert 'id="id_password_error"' in page
    assert user.check_password(PASSWORD)
    assert reset(user).status_code == 302


def change(client: Client, current: str = PASSWORD, new: str = NEW) -> Any:
    return client.post("/settings/password", {"current": current, "new": new})


def test_changing_it_keeps_this_browser_and_ends_the_others(user: User) -> None:
    here, elsewhere = browser(user), browser(user)

    assert change(here)["Location"] == "/settings"
    assert here.get("/inbox").status_code == 200
    assert elsewhere.get("/inbox").status_code == 302


def test_the_current_password_is_asked_for(user: User) -> None:
    page = change(browser(user, "en"), current="faux").content.decode()
    user.refresh_from_db()

    assert "This is not your password." in page
    assert user.check_password(PASSWORD)


def test_guessing_the_current_password_is_slowed_down(user: User) -> None:
    client = browser(user, "en")
    for _ in range(10):
        change(client, current="faux")
    answer = change(client)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert SignIn.objects.get().ended_at is None
