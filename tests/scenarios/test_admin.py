"""Operators write scenarios by the owners' rules: every change is a version."""

import pytest
from django.urls import reverse

from processing.models import Scenario, ScenarioVersion
from tests.admin.pages import operator
from tests.factories import make_account, make_workspace

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Accueil",
    "kind": "reply",
    "instruction": "Répondez.",
    "trigger": "any",
    "keywords": "[]",
    "channel": "any",
    "comment_answer": "public",
    "accounts": "",
    "fact_labels": "[]",
    "hours": "{}",
    "outside_hours": "wait",
    "language": "customer",
    "autonomy": "auto",
    "priority": "0",
}
ADD = "admin:processing_scenario_add"


def test_an_operators_scenario_and_change_are_versions() -> None:
    client, me = operator()
    workspace = make_workspace()
    account = make_account(workspace)
    made = client.post(reverse(ADD), {**FORM, "workspace": workspace.pk})
    assert made.status_code == 302
    scenario = Scenario.objects.get()
    page = reverse("admin:processing_scenario_change", args=[scenario.pk])
    for _again in range(2):
        client.post(page, {**FORM, "instruction": "Autrement.", "accounts": str(account.pk)})

    scenario.refresh_from_db()
    assert (scenario.version, scenario.instruction) == (2, "Autrement.")
    versions = ScenarioVersion.objects.order_by("number")
    assert [(one.number, one.author_uid) for one in versions] == [(1, me.uid), (2, me.uid)]
    assert versions[1].content["accounts"] == [str(account.uid)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"trigger": "keywords"}, "mot"),
        ({"hours": '{"mon": [["18:00", "09:00"]]}'}, "mon"),
    ],
)
def test_what_owners_may_not_operators_may_not_either(changes: dict[str, str], words: str) -> None:
    client, _me = operator()
    answer = client.post(reverse(ADD), {**FORM, "workspace": make_workspace().pk, **changes})

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not Scenario.objects.exists()
