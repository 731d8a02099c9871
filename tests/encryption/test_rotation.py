"""`manage.py rotate_encryption`: every secret under the first key, none lost, none overwritten."""

import re
import sys
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Workspace
from flowia.lib import rotation
from flowia.lib.crypto import current_head, encrypt, key_id_of, make_key
from integrations.models import Integration
from social.models import SocialAccount
from tests.encryption.conftest import Rotate, new_first_key, sealed_account, sealed_integration
from tests.factories import make_account
from tests.lib.test_crypto import old_form


def counts(said: str) -> list[int]:
    """The four figures that every run ends with: again, left, unreadable, under the first key."""
    return [int(figure) for figure in re.findall(r": (\d+)$", said, re.MULTILINE)][:4]


def test_every_model_is_encrypted_again_and_the_old_key_may_go(
    workspace: Workspace, settings: Settings, rotate: Rotate
) -> None:
    account, integration = sealed_account(workspace), sealed_integration(workspace)
    fresh = new_first_key(settings)
    code, said = rotate()
    settings.ENCRYPTION_KEYS = [fresh]

    assert (code, counts(said)) == (0, [2, 0, 0, 2])
    for row in (account, integration):
        row.refresh_from_db()
    assert account.credentials == {"page_token": "EAAB-invente"}
    assert integration.credentials == {"token": "ntn-invente"}


def test_a_second_run_touches_nothing(
    workspace: Workspace, settings: Settings, rotate: Rotate
) -> None:
    sealed_account(workspace)
    new_first_key(settings)
    rotate()
    before = SocialAccount.objects.get().sealed_credentials
    code, said = rotate()

    assert (code, counts(said)) == (0, [0, 1, 0, 1])
    assert SocialAccount.objects.get().sealed_credentials == before


def test_a_row_without_a_secret_is_left_alone(workspace: Workspace, rotate: Rotate) -> None:
    make_account(workspace)
    assert counts(rotate()[1]) == [0, 0, 0, 0]
    assert SocialAccount.objects.get().sealed_credentials == ""


def test_a_dry_run_counts_the_same_and_writes_nothing(
    workspace: Workspace, settings: Settings, rotate: Rotate
) -> None:
    sealed = sealed_account(workspace).sealed_credentials
    new_first_key(settings)
    code, said = rotate("--dry-run")

    assert (code, counts(said)) == (0, [1, 0, 0, 0])
    assert SocialAccount.objects.get().sealed_credentials == sealed


def test_an_unreadable_row_is_named_and_the_others_go_on(
    workspace: Workspace, settings: Settings, rotate: Rotate
) -> None:
    lost, kept = sealed_account(workspace), sealed_account(workspace)
    broken = encrypt("{}", context="ailleurs")
    SocialAccount.objects.filter(pk=lost.pk).update(sealed_credentials=broken)
    new_first_key(settings)
    code, said = rotate()

    assert (code, counts(said)) == (1, [1, 0, 1, 1])
    assert f"social.SocialAccount {lost.uid}\n" in said
    assert str(kept.uid) not in said
    assert SocialAccount.objects.get(pk=lost.pk).sealed_credentials == broken


def test_it_says_which_keys_are_still_needed(
    workspace: Workspace, settings: Settings, rotate: Rotate
) -> None:
    sealed_account(workspace)
    old = key_id_of(current_head())
    settings.ENCRYPTION_KEYS = [make_key()]
    code, said = rotate()

    assert (code, counts(said)) == (1, [0, 0, 1, 0])
    assert re.search(rf"{old}\W*: 1$", said, re.MULTILINE)


def test_what_names_no_key_is_counted_and_not_shown(workspace: Workspace, rotate: Rotate) -> None:
    SocialAccount.objects.filter(pk=make_account(workspace).pk).update(
        sealed_credentials="un-jeton-en-clair"
    )
    code, said = rotate()

    assert code == 1
    assert "un-jeton" not in said
    assert rotation.rows_by_key() == {rotation.UNKNOWN: 1}


def overtake(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Let `change` happen between the reading of a row and its writing."""
    pending = [change]

    def slow_encrypt(plaintext: str, *, context: str) -> str:
        while pending:
            pending.pop()()
        return encrypt(plaintext, context=context)

    monkeypatch.setattr(rotation, "encrypt", slow_encrypt)


def test_newer_credentials_are_never_overwritten(
    workspace: Workspace, settings: Settings, rotate: Rotate, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = sealed_account(workspace)
    new_first_key(settings)

    def connect_again() -> None:
        account.seal({"page_token": "EAAB-nouveau"})
        account.save()

    overtake(monkeypatch, connect_again)
    assert counts(rotate()[1]) == [0, 1, 0, 1]
    assert SocialAccount.objects.get().credentials == {"page_token": "EAAB-nouveau"}


def test_newer_credentials_under_the_old_key_are_encrypted_again(
    workspace: Workspace, settings: Settings, rotate: Rotate, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = sealed_account(workspace)
    account.seal({"page_token": "EAAB-nouveau"})
    newer = account.sealed_credentials
    new_first_key(settings)
    overtake(monkeypatch, lambda: SocialAccount.objects.update(sealed_credentials=newer))

    assert counts(rotate()[1]) == [1, 0, 0, 1]
    assert SocialAccount.objects.get().credentials == {"page_token": "EAAB-nouveau"}


def test_a_row_deleted_in_between_stays_deleted(
    workspace: Workspace, settings: Settings, rotate: Rotate, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_integration(workspace)
    new_first_key(settings)
    overtake(monkeypatch, lambda: Integration.objects.all().delete())

    assert rotate()[0] == 0
    assert not Integration.objects.exists()


def test_more_rows_than_a_batch_are_all_encrypted_again(
    workspace: Workspace, settings: Settings, rotate: Rotate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    for _ in range(5):
        sealed_account(workspace)
    lost = SocialAccount.objects.order_by("pk")[1]
    SocialAccount.objects.filter(pk=lost.pk).update(sealed_credentials="v2:00000000:AAAA")
    new_first_key(settings)

    assert counts(rotate()[1]) == [4, 0, 1, 4]


def test_without_a_terminal_it_tells_its_progress_in_lines(
    workspace: Workspace, settings: Settings, rotate: Rotate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowia.management.commands.rotate_encryption.SECONDS_BETWEEN_LINES", 0)
    sealed_account(workspace)
    sealed_account(workspace)
    new_first_key(settings)

    assert rotate()[1].startswith("1 / 2\n2 / 2\n")


def test_on_a_terminal_it_shows_a_bar(
    workspace: Workspace,
    rotate: Rotate,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    sealed_account(workspace)
    new_first_key(settings)
    rotate()

    assert "100%" in capsys.readouterr().err


def test_the_first_form_is_rewritten_under_the_same_key(
    workspace: Workspace, settings: Settings, rotate: Rotate
) -> None:
    account = make_account(workspace)
    sealed = old_form('{"page_token": "EAAB"}', account.sealed_context, settings.ENCRYPTION_KEYS[0])
    SocialAccount.objects.update(sealed_credentials=sealed)

    assert counts(rotate()[1]) == [1, 0, 0, 1]
    assert SocialAccount.objects.get().sealed_credentials.startswith(current_head())
    assert SocialAccount.objects.get().credentials == {"page_token": "EAAB"}


def test_no_secret_is_said(workspace: Workspace, settings: Settings, rotate: Rotate) -> None:
    sealed = sealed_account(workspace).sealed_credentials
    fresh = new_first_key(settings)
    said = rotate()[1] + rotate("--dry-run")[1]
    secrets = ("EAAB-invente", fresh, sealed[12:], SocialAccount.objects.get().sealed_credentials)

    assert not [one for one in secrets if one in said]
