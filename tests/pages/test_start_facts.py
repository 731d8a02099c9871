"""The second of the first steps: lines of a trade that are completed become facts."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from processing.beginnings import standing_of
from processing.models import Beginning
from processing.situations import facts_for
from tests.callers import browser
from tests.factories import make_member, make_scenario, make_workspace

pytestmark = pytest.mark.django_db
PROFILE = "Un salon à Tours. Nous vouvoyons."


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def shown(client: Client, address: str) -> str:
    return str(client.get(address).content.decode())


def save(client: Client, *lines: tuple[str, str], profile: str = PROFILE, **more: str) -> Any:
    seen = client.get("/start/facts").context["seen"]
    labels, values = [line[0] for line in lines], [line[1] for line in lines]
    form = {"profile": profile, "seen": seen, "trade": "coiffeur", **more}
    return client.post("/start/facts", {**form, "label": labels, "value": values})


def test_completed_lines_become_facts_and_the_others_wait(
    workspace: Workspace, owner: Client
) -> None:
    workspace.facts.create(label="Parking", value="gratuit")
    assert "Coupe femme" in shown(owner, "/start/facts?trade=coiffeur")
    lines = (("Coupe femme", "38 €, durée 45 min"), ("Couleur", "dès … €"), ("Adresse", ""))
    answer = save(owner, *lines, ("", ""))

    assert answer["Location"] == "/start"
    known = facts_for(workspace, make_scenario(workspace))
    assert known == (("Parking", "gratuit"), ("Coupe femme", "38 €, durée 45 min"))
    assert standing_of(Workspace.objects.get(pk=workspace.pk)).facts
    assert workspace.facts.count() == 2
    waiting = [line for line, _open in owner.get("/start/facts").context["lines"]]
    assert waiting == [("Couleur", "dès … €"), ("Adresse", "")]
    assert Beginning.objects.get().trade == "coiffeur"


def test_a_profile_with_a_blank_is_refused_and_nothing_is_lost(
    workspace: Workspace, owner: Client
) -> None:
    answer = save(owner, ("Coupe", "38 €"), profile="Un salon à …")

    page = answer.content.decode()
    assert "There is still a blank" in page
    assert 'value="38 €"' in page
    assert not workspace.facts.exists()


def test_facts_without_a_profile_wait_for_it(workspace: Workspace, owner: Client) -> None:
    answer = save(owner, ("Coupe", "38 €"), profile="")

    assert 'value="38 €"' in answer.content.decode()
    assert not workspace.facts.exists()


def test_facts_that_somebody_changed_meanwhile_are_not_overwritten(
    workspace: Workspace, owner: Client
) -> None:
    answer = save(owner, ("Coupe", "38 €"), seen="another")
    assert "Somebody else changed these settings" in answer.content.decode()
    assert not workspace.facts.exists()

    again = save(owner, ("Coupe", "38 €"), seen=answer.context["seen"])
    assert again.status_code == 302
    assert workspace.facts.count() == 1


def test_a_label_that_is_too_long_is_told(workspace: Workspace, owner: Client) -> None:
    page = save(owner, ("x" * 121, "38 €")).content.decode()
    assert "Too long for a fact" in page
    assert not workspace.facts.exists()


def test_another_trades_lines_are_added_to_what_was_typed(
    workspace: Workspace, owner: Client
) -> None:
    assert "data-guard" in shown(owner, "/start/facts?trade=coiffeur")
    typed = (("Coupe femme", "38 €"), ("Adresse", "3 rue Haute"), ("Couleur", "à partir de … €"))
    answer = save(owner, *typed, profile="Un salon", lines_of="restaurant")

    lines = dict(line for line, _open in answer.context["lines"])
    assert lines["Coupe femme"] == "38 €"
    assert lines["Adresse"] == "3 rue Haute"
    assert "Menu du midi" in lines
    assert "Couleur" not in lines
    assert "Un salon" in answer.content.decode()
    assert not workspace.facts.exists()

    again = save(owner, *lines.items(), seen=answer.context["seen"])
    assert again.status_code == 302
    assert workspace.facts.count() == 2


def test_a_second_answer_for_a_known_label_is_told(workspace: Workspace, owner: Client) -> None:
    told = "Two answers stand in the fact sheet for: Coupe, coupe."
    workspace.facts.create(label="Coupe", value="38 €")

    assert save(owner, ("Coupe", "38 €"), ("Parking", "gratuit")).status_code == 302
    assert told not in shown(owner, "/start")
    assert save(owner, ("coupe", "40 €")).status_code == 302
    assert told in shown(owner, "/start")
