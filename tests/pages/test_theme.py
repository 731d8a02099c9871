"""The colours of a person's pages: chosen once, set by the server; dark is one and the same."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from tests.callers import browser, caller
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db
CSS = Path(settings.BASE_DIR) / "static/flowia/site.css"
MARK = re.compile(r'<html lang="fr"(?: data-theme="(\w+)")?>')
SCHEME = re.compile(r'name="color-scheme" content="([^"]+)"')


@pytest.fixture
def user() -> User:
    return make_member(make_workspace())


def shown(page: str) -> tuple[str | None, str]:
    mark, scheme = MARK.search(page), SCHEME.search(page)
    assert mark is not None
    assert scheme is not None
    return mark[1], scheme[1]


@pytest.mark.parametrize(
    ("chosen", "seen"),
    [("system", (None, "light dark")), ("light", ("light", "light")), ("dark", ("dark", "dark"))],
)
@pytest.mark.parametrize("address", ["/inbox", "/rien", "/settings"])
def test_the_server_sets_the_colours(
    chosen: str, seen: tuple[str | None, str], address: str, user: User
) -> None:
    client = browser(user)
    client.post("/settings", {"name": "C", "language": "fr", "theme": chosen})
    assert shown(client.get(address).content.decode()) == seen


def test_the_foot_of_any_page_changes_them_and_leads_back(user: User) -> None:
    client = browser(user)
    answer = client.post("/settings", {"do": "theme", "theme": "dark", "next": "/leads?page=1"})
    assert answer["Location"] == "/leads?page=1"
    user.refresh_from_db()
    assert user.theme == "dark"
    client.post("/logout")
    assert shown(client.get("/login").content.decode())[0] == "dark"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", ""])
def test_colours_lead_nowhere_else(elsewhere: str, user: User) -> None:
    answer = browser(user).post("/settings", {"do": "theme", "theme": "dark", "next": elsewhere})
    assert answer["Location"] == "/settings"


@pytest.mark.parametrize("wrong", ["red", "", '"><script>'])
def test_other_colours_are_refused(wrong: str, user: User) -> None:
    client = browser(user)
    client.post("/settings", {"do": "theme", "theme": wrong})
    client.cookies["theme"] = wrong
    assert caller(user).get("/auth/me").json()["theme"] == "system"
    assert shown(client.get("/inbox").content.decode())[0] is None


def test_a_form_without_colours_keeps_them(user: User) -> None:
    User.objects.filter(pk=user.pk).update(theme="dark")
    browser(user).post("/settings", {"name": "Camille", "language": "fr"})
    user.refresh_from_db()
    assert (user.name, user.theme) == ("Camille", "dark")


def test_a_program_reads_and_changes_them(user: User) -> None:
    client = caller(user)
    changed = client.patch("/auth/me", {"theme": "light"}, content_type="application/json")
    assert changed.json()["theme"] == "light"
    refused = client.patch("/auth/me", {"theme": "red"}, content_type="application/json")
    assert refused.status_code == 400
    assert client.get("/auth/me").json()["theme"] == "light"


def test_nobody_else_s_colours_change(user: User) -> None:
    stranger = make_member(make_workspace("Ailleurs"))
    browser(stranger).post("/settings", {"do": "theme", "theme": "dark"})
    user.refresh_from_db()
    assert user.theme == "system"


def test_dark_is_the_same_by_device_and_by_choice() -> None:
    text = CSS.read_text()
    by_device = re.search(r':root:not\(\[data-theme="light"\]\) \{([^}]*)\}', text)
    by_choice = re.search(r':root\[data-theme="dark"\] \{([^}]*)\}', text)
    assert by_device is not None
    assert by_choice is not None
    tokens = [dict(re.findall(r"(--[\w-]+): ([^;]+);", one[1])) for one in (by_device, by_choice)]
    assert tokens[0] == tokens[1] != {}
