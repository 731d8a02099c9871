"""A form that was open while the key was changed puts no old secret back."""

from typing import Any

import pytest
from pytest_django import Settings

from flowia.lib.admin import SealedRows
from flowia.lib.crypto import make_key
from flowia.lib.rotation import Tally, rotate
from integrations.models import Integration
from tests.admin.pages import operator, page_of
from tests.factories import make_account, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def rotating(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """The key is changed between the moment a row is read for its form and its saving."""
    save = SealedRows.save_model

    def late(page: Any, request: Any, obj: Any, form: Any, change: bool) -> None:
        settings.ENCRYPTION_KEYS = [make_key(), *settings.ENCRYPTION_KEYS]
        for _step in rotate(Tally()):
            pass
        settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
        save(page, request, obj, form, change)

    monkeypatch.setattr(SealedRows, "save_model", late)


def test_an_integration_keeps_what_was_encrypted_meanwhile(rotating: None) -> None:
    row = Integration(workspace=make_workspace(), kind="notion", target={}, field_map={})
    row.seal({"token": "ntn-invente"})
    row.save()
    form = {"workspace": row.workspace.pk, "kind": "notion", "target": "{}", "field_map": "{}"}
    form["status"] = Integration.Status.NEEDS_LOGIN
    assert operator()[0].post(page_of(row), form).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.credentials) == ("needs_login", {"token": "ntn-invente"})


def test_so_does_an_account(rotating: None) -> None:
    row = make_account(make_workspace())
    row.seal({"page_token": "EAAB-invente"})
    row.save()
    names = ("provider", "kind", "external_id", "status")
    form = {"workspace": row.workspace.pk, **{name: getattr(row, name) for name in names}}
    assert operator()[0].post(page_of(row), {**form, "name": "Neu"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.credentials) == ("Neu", {"page_token": "EAAB-invente"})
