"""What happens to a tool while its new key is being tried."""

from dataclasses import replace
from typing import Any

import pytest

from accounts import audit
from integrations import setting_up
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Account, Connection
from integrations.models import Integration
from integrations.moving import moved
from tests.integrations.tool import connected

pytestmark = pytest.mark.django_db


def test_a_new_key_undoes_no_table_that_was_chosen_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = connected()

    def check(_connection: Connection) -> Account:
        moved(Integration.objects.get(pk=there.pk), {"t": 2})
        return Account("Zoé")

    fake = replace(CONNECTORS["notion"], check=check, columns=lambda _connection: [])
    monkeypatch.setitem(CONNECTORS, "notion", fake)
    setting_up.connect(there.workspace, "notion", {"token": "nouveau"}, by=audit.SYSTEM)
    there.refresh_from_db()
    found: tuple[Any, ...] = (there.target, there.status, there.credentials)
    assert found == ({"t": 2}, "setting_up", {"token": "nouveau"})
