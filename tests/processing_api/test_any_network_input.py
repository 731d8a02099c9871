"""Whatever is asked of a network's own addresses, they answer: never an error of our own."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Workspace
from tests.callers import caller
from tests.factories import make_account, make_member, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    """A member's program; errors of our own are answered as they are outside of tests."""
    found = caller(make_member(workspace))
    found.raise_request_exception = False
    return found


@pytest.mark.parametrize(
    "query",
    [
        *("since=0001-01-01T00:00:00Z", "since=9999-12-31T23:59:59-14:00", "since=%00"),
        *("account=%00", "limit=99999999999999999999", "cursor=%00", "cursor=xxxx"),
        *("refresh=%00", "ordering=%00"),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        *("tiktok/interactions", "tiktok/comments"),
        *("youtube/comments", "youtube/activities", "meta/messages"),
    ],
)
def test_lists_take_any_query(client: Client, path: str, query: str) -> None:
    assert client.get(f"/social-accounts/{path}?{query}").status_code in {200, 400, 404}


@pytest.mark.parametrize(
    "change",
    [
        *({"recipient": "\x00"}, {"recipient": "x" * 5000}, {"recipient": "\ud800"}),
        *({"recipient": 1}, {"recipient": {}}, {"text": "\ud800"}, {"text": "\x00"}),
        *({"conversation": "x"}, {"account": "\x00"}),
    ],
)
def test_sending_takes_any_body(
    client: Client, workspace: Workspace, change: dict[str, Any]
) -> None:
    account = str(make_account(workspace).uid)
    answers = [
        client.post(
            f"/social-accounts/meta/{path}",
            {"account": account, whom: "r", "text": "x", **change},
            content_type="application/json",
        )
        for path, whom in (("send-dm", "recipient"), ("reply-comment", "comment"))
    ]
    assert {answer.status_code for answer in answers} <= {400, 404, 409}
