"""Whatever is sent to the addresses of accounts, they answer: never an error of our own."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import User, Workspace
from flowia.lib import clock
from social import choosing
from social.logins import Choice, Grant, Tokens
from social.ways import way_of
from tests.callers import browser, caller
from tests.factories import make_member, make_workspace
from tests.social.connected import BACK, begin, make_glow
from tests.social.glow import Glow

pytestmark = pytest.mark.django_db
LONG = "/" + "a" * 3000
NUL = "/\x00"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace)


def calm(client: Client) -> Client:
    """Let errors of our own be answered as they are outside of tests."""
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"return_to": LONG}, 400),
        ({"return_to": NUL}, 400),
        ({"return_to": "/\ud800"}, 200),
        ({"login": "\x00"}, 400),
    ],
)
def test_the_way_to_the_network_takes_any_query(
    glow: Glow, owner: User, query: dict[str, str], status: int
) -> None:
    encoded = urlencode(query, errors="surrogatepass")
    answer = calm(caller(owner)).get(f"/social-accounts/glow/auth-url?{encoded}")
    assert answer.status_code == status


@pytest.mark.parametrize("address", [LONG, NUL])
def test_the_page_takes_any_return_address(glow: Glow, owner: User, address: str) -> None:
    form = {"provider": "glow", "login": "front", "next": address}
    assert calm(browser(owner)).post("/accounts/connect", form).status_code == 200


@pytest.mark.parametrize("field", ["state", "code", "error"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_the_way_back_takes_any_query(glow: Glow, owner: User, field: str, accept: str) -> None:
    client = calm(browser(owner))
    query = {"state": begin(client)["state"], "code": "c1", field: "\x00" * 9000}
    glow.grants("g1")
    answer = client.get(BACK, query, headers={"accept": accept})
    assert answer.status_code in {302, 400}


@pytest.mark.parametrize(
    "body",
    [
        *({"account": "x"}, {"account": None}, [], "x"),
        *(
            {"accounts": ["\x00"]},
            {"accounts": [None]},
            {"accounts": [1]},
            {"accounts": "x" * 9000},
        ),
    ],
)
def test_choosing_takes_any_body(glow: Glow, owner: User, workspace: Workspace, body: Any) -> None:
    choices = tuple(Choice("glow", name, name, Tokens("a")) for name in ("g1", "g2"))
    row = choosing.keep(
        Grant("u1", ("read",), choices),
        workspace=workspace,
        user=owner,
        way=way_of("glow"),
        return_to="",
        until=clock.now() + timedelta(minutes=5),
    )
    address = f"/social-accounts/connecting/{row.uid}"
    answer = calm(caller(owner)).post(address, body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "change", [{"paused": None}, {"paused": "x"}, {"automation_agreed": "x"}, [], "x", None]
)
def test_changing_takes_any_body(
    glow: Glow, owner: User, workspace: Workspace, change: Any
) -> None:
    address = f"/social-accounts/{make_glow(workspace).uid}"
    answer = calm(caller(owner)).patch(address, change, content_type="application/json")
    assert answer.status_code == 400
