"""What a caller does with a connected tool: set up, asked, written into."""

from typing import Any

from django.test import Client

from tests.integrations.setups import Setup, work

NEW = ["summary", "stage", "link"]


def put(client: Client, setup: Setup, **body: Any) -> Any:
    return client.put(setup.api, body, content_type="application/json")


def told(client: Client, setup: Setup, **body: Any) -> dict[str, Any]:
    answer = put(client, setup, **body)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def key_of(client: Client, setup: Setup, name: str = "Leads", search: str = "") -> str:
    tables = client.get(f"{setup.api}/targets", {"search": search}).json()
    return str(next(one["key"] for one in tables if one["name"] == name))


def set_up(client: Client, setup: Setup) -> None:
    told(client, setup, **setup.secret)
    told(client, setup, target=key_of(client, setup), new_columns=NEW)
    work()


def sync(client: Client, setup: Setup, key: str = "", **body: Any) -> Any:
    headers = {"idempotency-key": key} if key else {}
    address = f"{setup.api}/sync"
    return client.post(address, body, content_type="application/json", headers=headers)
