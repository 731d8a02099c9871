"""Every sealed column is known to the rotation, or lives too short to need it."""

import ast

from django.apps import apps
from django.db.models import Model
from pytest_django import Settings

from accounts.models import OAuthState, Workspace
from flowia.embedded import BASE_DIR
from flowia.lib.crypto import current_head
from flowia.lib.rotation import rows_by_key
from flowia.lib.sealed import sealed_models
from processing.privacy.models import Erasure
from social import forgotten
from social.models import ForgettingKey
from tests.encryption.conftest import Rotate, new_first_key

SHORT_LIVED: set[type[Model]] = {OAuthState}
"""An authorisation ends after ten minutes: a key that leaves by then costs one more click."""
WRITERS = {
    "flowia/lib/crypto.py",
    "flowia/lib/sealed.py",
    "flowia/lib/rotation.py",
    "accounts/factors.py",
    "accounts/oauth.py",
    "accounts/migrations/0003_audit_seals.py",
}
"""Who encrypts: the rows that the rotation knows, the rotation, the authorisations, and what a
session holds of a second factor while it is set up: offered anew where a key has left by then.
"""
APPS = ("flowia", "accounts", "social", "processing", "billing", "integrations")


def encrypts(source: str) -> bool:
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = {getattr(call, "attr", getattr(call, "id", "")) for call in calls}
    return "encrypt" in names


def test_nobody_else_encrypts() -> None:
    files = [path for app in APPS for path in (BASE_DIR / app).rglob("*.py")]
    found = {str(path.relative_to(BASE_DIR)) for path in files if encrypts(path.read_text())}
    assert found == WRITERS


def test_every_sealed_column_is_rotated_or_short_lived() -> None:
    columns = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name.startswith("sealed") and model not in SHORT_LIVED
    }
    assert columns == {(model, model.sealed_in) for model in sealed_models()}


def erasure_of(workspace: Workspace) -> Erasure:
    erasure = Erasure(workspace=workspace, contact_uid=workspace.uid)
    erasure.seal({"account": "1", "person": "psid-scelle"})
    erasure.save()
    return erasure


def test_the_key_of_what_is_forgotten_outlives_a_change_that_nobody_read(
    db: None, settings: Settings, rotate: Rotate
) -> None:
    before = forgotten.hashed("x")
    fresh = new_first_key(settings)
    code, _said = rotate()
    settings.ENCRYPTION_KEYS = [fresh]
    assert (code, forgotten.hashed("x")) == (0, before)
    assert ForgettingKey.objects.get().sealed.startswith(current_head())


def test_an_erasure_under_way_outlives_a_change_of_the_key(
    workspace: Workspace, settings: Settings, rotate: Rotate
) -> None:
    erasure_of(workspace)
    fresh = new_first_key(settings)
    assert rotate()[0] == 0
    settings.ENCRYPTION_KEYS = [fresh]
    assert Erasure.objects.get().person["person"] == "psid-scelle"


def test_every_sealed_row_counts_among_those_that_need_a_key(
    workspace: Workspace, settings: Settings, rotate: Rotate
) -> None:
    erasure_of(workspace)
    forgotten.hashed("x")
    new_first_key(settings)
    assert list(rows_by_key().values()) == [2]
    rotate("--dry-run")
    assert list(rows_by_key().values()) == [2]
