"""The workspace's settings by page: the form, the fact sheet, two owners at once."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, User, Workspace
from accounts.workspaces import facts_of
from tests.callers import browser
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/workspace"


@pytest.fixture
def workspace() -> Workspace:
    found = make_workspace("Lampes", business_profile="Des lampes.")
    found.facts.create(label="Lampe Aube", value="89 €", position=0)
    found.facts.create(label="Horaires", value="9 h à 18 h", position=1)
    return found


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def filled(client: Client, **changes: str) -> dict[str, str]:
    """Return what the page's form would post, with `changes`."""
    page = client.get(ADDRESS).content.decode()
    hidden = re.findall(r'<input type="hidden" name="([\w-]+)" value="(\w*)"', page)
    form = {
        **dict(hidden),
        "name": "Lampes",
        "language": "fr",
        "timezone": "Europe/Paris",
        "business_profile": "Des lampes.",
        "assistant_on": "on",
        "release_after_minutes": "720",
        "trust_after": "5",
        "facts-0-label": "Lampe Aube",
        "facts-0-value": "89 €",
        "facts-1-label": "Horaires",
        "facts-1-value": "9 h à 18 h",
    }
    return {**form, **changes}


def save(client: Client, **changes: str) -> Any:
    return client.post(ADDRESS, filled(client, **changes))


def test_the_page_shows_what_is_stored(owner: User) -> None:
    page = browser(owner).get(ADDRESS).content.decode()

    for words in ('value="Lampes"', "Des lampes.", 'value="Lampe Aube"', "89 €", 'value="720"'):
        assert words in page


def test_an_owner_changes_everything_at_once(owner: User, workspace: Workspace) -> None:
    form = filled(browser(owner), name="Vases", timezone="Europe/Brussels", language="en")
    form |= {"business_profile": "Des vases.", "release_after_minutes": "30"}
    del form["assistant_on"]
    answer = browser(owner).post(ADDRESS, form)
    workspace.refresh_from_db()

    assert (answer.status_code, answer["Location"]) == (302, ADDRESS)
    assert (workspace.name, workspace.timezone, workspace.language) == (
        "Vases", "Europe/Brussels", "en")  # fmt: skip
    assert (workspace.business_profile, workspace.assistant_on) == ("Des vases.", False)
    assert workspace.release_after_minutes == 30


def test_saving_what_is_there_changes_nothing(owner: User) -> None:
    assert save(browser(owner)).status_code == 302
    assert not AuditEntry.objects.filter(action="workspace.changed").exists()


def test_lines_are_added_emptied_and_removed(owner: User, workspace: Workspace) -> None:
    changes = {"facts-0-label": "", "facts-0-value": "", "facts-1-DELETE": "on"}
    changes |= {"facts-2-label": "Livraison", "facts-2-value": "gratuite"}
    save(browser(owner), **changes)

    assert facts_of(workspace) == [{"label": "Livraison", "value": "gratuite"}]


def test_more_lines_save_nothing_and_lose_nothing(owner: User, workspace: Workspace) -> None:
    page = save(browser(owner), do="more", name="Vases", **{"facts-2-value": "gratuite"})
    content = page.content.decode()
    workspace.refresh_from_db()

    assert 'value="Vases"' in content
    assert "gratuite" in content
    assert 'name="facts-4-label"' in content
    assert workspace.name == "Lampes"


def test_half_a_line_is_told_beside_it(owner: User, workspace: Workspace) -> None:
    page = save(browser(owner), **{"facts-2-label": "Livraison"}).content.decode()

    assert 'id="id_facts-2-value_error"' in page
    assert '<a href="#id_facts-2-value">' in page
    assert 'value="Livraison"' in page
    assert len(facts_of(workspace)) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("timezone", "Mars/Base"), ("release_after_minutes", "0"), ("language", "xx")],
)
def test_what_the_api_refuses_the_page_refuses(
    field: str, value: str, owner: User, workspace: Workspace
) -> None:
    page = save(browser(owner), **{field: value, "business_profile": "Autre"})
    workspace.refresh_from_db()

    assert f'id="id_{field}_error"' in page.content.decode()
    assert workspace.business_profile == "Des lampes."


def test_a_change_of_another_meanwhile_is_told_and_nothing_is_lost(
    owner: User, workspace: Workspace
) -> None:
    client = browser(owner, "en")
    mine = filled(client, name="Vases")
    Workspace.objects.update(name="Bougies")
    page = client.post(ADDRESS, mine).content.decode()
    workspace.refresh_from_db()

    assert "Somebody else changed these settings in the meantime" in page
    assert 'value="Vases"' in page
    assert "Bougies</dd>" in page
    assert workspace.name == "Bougies"


def test_saving_again_after_the_warning_keeps_one_s_own(owner: User, workspace: Workspace) -> None:
    client = browser(owner, "en")
    mine = filled(client, **{"facts-0-value": "99 €"})
    workspace.facts.update(value="79 €")
    page = client.post(ADDRESS, mine).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)

    assert "Lampe Aube" in page
    assert seen is not None
    assert client.post(ADDRESS, {**mine, "seen": seen[1]}).status_code == 302
    assert facts_of(workspace)[0] == {"label": "Lampe Aube", "value": "99 €"}


def test_a_member_reads_without_a_form(workspace: Workspace) -> None:
    page = browser(make_member(workspace, "member"), "en").get(ADDRESS).content.decode()

    assert "Owners change these settings" in page
    assert "89 €" in page
    assert 'name="business_profile"' not in page


def test_name_and_language_of_oneself(owner: User) -> None:
    client = browser(owner)
    client.post("/settings", {"name": "Camille", "language": "en"})
    owner.refresh_from_db()

    assert (owner.name, owner.language) == ("Camille", "en")
    assert "Settings" in client.get("/settings").content.decode()


def test_a_line_with_a_blank_is_kept_and_said_to_be_no_fact(owner: User) -> None:
    client = browser(owner, "en")
    page = client.post(ADDRESS, filled(client, **{"facts-1-value": "de … h à … h"}), follow=True)

    assert "they still have a blank (…): Horaires" in page.content.decode()
    again = save(client)
    assert "still have a blank" not in client.get(again["Location"]).content.decode()


def test_a_line_with_a_blank_is_told_beside_it_to_whoever_reads(
    owner: User, workspace: Workspace
) -> None:
    told = "not used by the assistant: a blank (…) is left"
    workspace.facts.create(label="Marques", value="Nike, Puma, …")
    for client in (browser(owner, "en"), browser(make_member(workspace, "member"), "en")):
        assert told not in client.get(ADDRESS).content.decode()
    workspace.facts.create(label="Lampe", value="… €")
    for client in (browser(owner, "en"), browser(make_member(workspace, "member"), "en")):
        assert client.get(ADDRESS).content.decode().count(told) == 1
