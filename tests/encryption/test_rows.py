"""Sealed rows: bound to their row and table, one name each, shown to nobody."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Workspace
from flowia.lib.crypto import CannotDecryptError, encrypt, make_key
from flowia.lib.sealed import SealedRow, sealed_models
from integrations.models import Integration
from social.models import SocialAccount
from tests.callers import browser
from tests.encryption.conftest import sealed_account, sealed_integration
from tests.factories import make_account, make_user


def operator() -> Client:
    return browser(make_user(is_staff=True, is_superuser=True))


def test_every_sealed_model_has_a_name_of_its_own() -> None:
    names = [model.sealed_as for model in sealed_models()]
    assert {SocialAccount, Integration} <= set(sealed_models())
    assert len(set(names)) == len(names)


def test_the_names_that_stored_ciphertexts_are_bound_to_stay(workspace: Workspace) -> None:
    account, integration = make_account(workspace), sealed_integration(workspace)
    assert account.sealed_context == f"social_account.credentials:{account.uid}"
    assert integration.sealed_context == f"integration.credentials:{integration.uid}"


def test_a_row_without_a_secret_has_no_credentials(workspace: Workspace) -> None:
    assert make_account(workspace).credentials == {}


def test_a_secret_moved_to_another_table_is_refused(workspace: Workspace) -> None:
    account = sealed_account(workspace)
    integration = Integration(workspace=workspace, kind="notion", uid=account.uid)
    integration.sealed_credentials = account.sealed_credentials
    with pytest.raises(CannotDecryptError):
        _ = integration.credentials


def test_a_secret_moved_to_another_row_is_refused(workspace: Workspace) -> None:
    one, other = sealed_account(workspace), sealed_account(workspace)
    one.sealed_credentials, other.sealed_credentials = (
        other.sealed_credentials,
        one.sealed_credentials,
    )
    for row in (one, other):
        with pytest.raises(CannotDecryptError):
            _ = row.credentials


def broken(row: SealedRow, how: str) -> str:
    if how == "other key":
        return row.sealed_credentials
    if how == "other row":
        return encrypt('{"page_token": "EAAB-tres-secret"}', context="ailleurs")
    return f"{row.sealed_credentials[:40]}"


@pytest.mark.parametrize("how", ["whole", "other key", "other row", "cut"])
@pytest.mark.parametrize("make", [sealed_account, sealed_integration])
def test_the_operators_page_opens_and_shows_no_secret(
    make: Any, how: str, workspace: Workspace, settings: Settings
) -> None:
    row = make(workspace, "EAAB-tres-secret")
    sealed = row.sealed_credentials if how == "whole" else broken(row, how)
    type(row).objects.update(sealed_credentials=sealed)
    if how == "other key":
        settings.ENCRYPTION_KEYS = [make_key()]
    name = f"{row._meta.app_label}_{row._meta.model_name}"

    page = operator().get(reverse(f"admin:{name}_change", args=[row.pk]))

    assert page.status_code == 200
    text = page.content.decode()
    assert "****" in text
    assert not [one for one in (sealed, sealed[12:], "EAAB-tres-secret") if one in text]


def test_the_operators_page_says_where_there_is_no_secret(workspace: Workspace) -> None:
    account = make_account(workspace)
    page = operator().get(reverse("admin:social_socialaccount_change", args=[account.pk]))
    assert "****" not in page.content.decode()
