"""The page on which programs begin: its examples, its limit, the sign-ins of programs."""

import json
import re
import shlex
from typing import Any

import pytest
from django.test import Client

from accounts.models import SignIn
from tests.callers import browser, tokens_of
from tests.factories import PASSWORD, make_member, make_workspace

pytestmark = pytest.mark.django_db
PAGE = "/settings/api"


def test_the_example_of_curl_signs_in_and_reads_leads(settings: Any) -> None:
    settings.PUBLIC_URL = "https://app.exemple.fr"
    workspace = make_workspace()
    person = make_member(workspace)
    code = browser(person).get(PAGE).context["examples"][0].code
    sign_in, ask, refresh = (shlex.split(one, comments=True) for one in code.split("\n\n"))
    api = Client()

    body = json.loads(sign_in[-1]) | {"password": PASSWORD}
    tokens = api.post(sign_in[2].removeprefix("https://app.exemple.fr"), body, "application/json")
    assert tokens.status_code == 200
    headers = {
        "Authorization": f"Bearer {tokens.json()['access']}",
        "X-Workspace": str(workspace.uid),
    }
    assert f"X-Workspace: {workspace.uid}" in ask
    path = ask[2].removeprefix("https://app.exemple.fr")
    assert api.get(path, headers=headers).json()["results"] == []
    again = {"Authorization": f"Bearer {tokens.json()['refresh']}"}
    assert api.get(refresh[2].removeprefix("https://app.exemple.fr"), headers=again).json()[
        "access"
    ]


def test_the_examples_are_programs_and_hold_no_secret() -> None:
    person = make_member(make_workspace())
    tokens_of(person)
    page = browser(person).get(PAGE)
    python = page.context["examples"][1].code
    compile(python, "example", "exec")
    assert not re.search(r"eyJ|Bearer [A-Za-z0-9]{20}", page.content.decode())


@pytest.mark.usefixtures("live_redis")
def test_what_is_left_of_the_minute_falls_with_each_request() -> None:
    client = browser(make_member(make_workspace()))
    first, second = (client.get(PAGE).context for _ in range(2))
    assert first["limit"] > first["left"] > second["left"]


def test_a_program_is_seen_and_signed_out_there_and_a_browser_is_not_listed() -> None:
    person = make_member(make_workspace())
    sign_in = tokens_of(person).sign_in
    client = browser(person)
    places = client.get(PAGE).context["places"]
    assert [place["row"] for place in places] == [sign_in]

    answer = client.post(f"/settings/sessions/{sign_in.uid}", {"from": "api"})

    assert answer["Location"] == PAGE
    assert client.get(PAGE).context["places"] == []
    assert SignIn.objects.get(pk=sign_in.pk).ended_at


def test_programs_of_others_are_not_shown() -> None:
    workspace = make_workspace()
    tokens_of(make_member(workspace))
    teammate = make_member(workspace, "member")
    assert browser(teammate).get(PAGE).context["places"] == []
