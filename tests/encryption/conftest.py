"""Accounts and integrations with sealed credentials, and commands that change their key."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts import audit
from accounts.models import Workspace
from flowia.lib.crypto import make_key
from integrations.models import Integration
from social.models import SocialAccount
from tests.factories import make_account, make_workspace
from tests.processing.conftest import scene

__all__ = ["scene"]
Rotate = Callable[..., tuple[int, str]]


@pytest.fixture
def workspace(db: None) -> Workspace:
    return make_workspace()


@pytest.fixture
def rotate(monkeypatch: pytest.MonkeyPatch) -> Rotate:
    """Return `manage.py rotate_encryption` as a function: its exit code and what it said.

    The audit log's own key would be counted among the secrets, so nothing is written there.
    """
    monkeypatch.setattr(audit, "record", lambda *_, **__: None)

    def run(*options: str) -> tuple[int, str]:
        said = StringIO()
        try:
            call_command("rotate_encryption", *options, stdout=said, stderr=said)
        except CommandError as error:
            return error.returncode, f"{said.getvalue()}{error}"
        return 0, said.getvalue()

    return run


def sealed_account(workspace: Workspace, token: str = "EAAB-invente") -> SocialAccount:
    account = make_account(workspace)
    account.seal({"page_token": token})
    account.save()
    return account


def sealed_integration(workspace: Workspace, token: str = "ntn-invente") -> Integration:
    integration = Integration(
        workspace=workspace,
        kind="notion",
        target={"data_source_id": "ds-1"},
        field_map={"name": "Nom", "lead_id": "Flow IA ID"},
    )
    integration.seal({"token": token})
    integration.save()
    return integration


def new_first_key(settings: Settings) -> str:
    """Put a fresh key in front of the others and return it."""
    fresh = make_key()
    settings.ENCRYPTION_KEYS = [fresh, *settings.ENCRYPTION_KEYS]
    return fresh
