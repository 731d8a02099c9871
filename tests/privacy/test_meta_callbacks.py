"""What Meta passes on: access withdrawn, and the deletion of somebody's data."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry
from flowia.lib import clock
from processing.privacy import retention
from processing.privacy.models import DeletionRequest
from social.models import SocialAccount
from tests.callers import browser
from tests.factories import make_account, make_workspace

pytestmark = pytest.mark.django_db
SECRET, OTHER = "secret-de-test-flow-ia", "secret-instagram"
SAMPLE = (
    "TmpoBS5RY28HMz58mzh4RC60TuSUq_TmhNwS8G-l5e4."
    "eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTc5NDgxOTYwMCwidXNlcl9pZCI6IjEwMjAzMDQw"
    "NTAifQ"
)
DEAUTHORIZE = "/social-accounts/meta/deauthorize"
DELETION = "/social-accounts/meta/data-deletion"
USER = "1020304050"


@pytest.fixture(autouse=True)
def apps(settings: Settings) -> None:
    settings.META_APP_SECRET, settings.META_INSTAGRAM_APP_SECRET = SECRET, OTHER


ISSUED = 1794819600
"""When the sample was signed."""


@pytest.fixture(autouse=True)
def soon_after(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, ISSUED + 60)


def at(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(moment, UTC))


@pytest.fixture
def account() -> SocialAccount:
    account = make_account(make_workspace(), granted_by=USER)
    account.seal({"page_token": "EAAB"})
    account.save()
    return account


def packed(document: Any, secret: str = SECRET) -> str:
    body = base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=")
    signature = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}.{body.decode()}"


def post(address: str, text: str = SAMPLE) -> Any:
    return Client(headers={"accept": "application/json"}).post(address, {"signed_request": text})


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_withdrawn_access_destroys_the_tokens(account: SocialAccount, slash: str) -> None:
    assert post(DEAUTHORIZE + slash).status_code == 200
    account.refresh_from_db()
    assert (account.sealed_credentials, account.status) == ("", "needs_login")
    assert account.granted_by == USER
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_kind) == ("account.deauthorize", "network")


def test_a_deletion_takes_id_and_name_too(account: SocialAccount) -> None:
    answer = post(DELETION)
    account.refresh_from_db()
    assert (account.sealed_credentials, account.granted_by, account.name) == ("", "", "")
    code = answer.json()["confirmation_code"]
    assert answer.json()["url"].endswith(f"/data-deletion/{code}")


def test_another_persons_account_stays(account: SocialAccount) -> None:
    SocialAccount.objects.update(granted_by="1")
    assert post(DELETION).status_code == 200
    account.refresh_from_db()
    assert account.sealed_credentials
    assert DeletionRequest.objects.get().accounts == 0


@pytest.mark.parametrize("address", [DEAUTHORIZE, DELETION])
def test_the_same_call_again_gets_the_same_answer_and_does_nothing(
    account: SocialAccount, address: str
) -> None:
    first = post(address).json()
    account.seal({"page_token": "again"})
    account.granted_by = USER
    account.save()
    assert post(address).json() == first
    account.refresh_from_db()
    assert account.sealed_credentials
    assert DeletionRequest.objects.count() == 1


def test_either_apps_secret_signs(account: SocialAccount) -> None:
    document = {"algorithm": "HMAC-SHA256", "user_id": int(USER), "issued_at": ISSUED}
    assert post(DEAUTHORIZE, packed(document, OTHER)).status_code == 200
    assert AuditEntry.objects.count() == 1


BAD = [
    "",
    ".",
    "x.y",
    "é.é",
    SAMPLE[1:],
    SAMPLE + "A",
    packed({"algorithm": "HMAC-SHA256", "user_id": USER}, "wrong"),
    packed({"algorithm": "none", "user_id": USER}),
    packed({"algorithm": "HMAC-SHA256"}),
    packed({"algorithm": "HMAC-SHA256", "user_id": ["x"]}),
    packed(["x"]),
    f"{SAMPLE.split('.', maxsplit=1)[0]}.{packed({'user_id': USER}).split('.')[1]}",
]


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("address", [DEAUTHORIZE, DELETION])
def test_a_wrong_signature_answers_403_and_leaves_no_row(
    account: SocialAccount, address: str, text: str
) -> None:
    answer = post(address, text)
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_signature")
    account.refresh_from_db()
    assert account.sealed_credentials
    assert not DeletionRequest.objects.exists()


DAY = 24 * 3600


@pytest.mark.parametrize(
    ("age", "status"), [(DAY - 9, 200), (DAY + 9, 403), (9 - DAY, 200), (-9 - DAY, 403)]
)
@pytest.mark.parametrize("address", [DEAUTHORIZE, DELETION])
def test_a_call_is_believed_for_a_day(
    account: SocialAccount, address: str, age: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, ISSUED + age)
    assert post(address).status_code == status
    assert DeletionRequest.objects.exists() is (status == 200)


@pytest.mark.parametrize("issued", [None, "", "x", 10**30, -1, [1], {"a": 1}, True])
def test_one_that_does_not_say_when_is_not(account: SocialAccount, issued: Any) -> None:
    document = {"algorithm": "HMAC-SHA256", "user_id": USER, "issued_at": issued}
    assert post(DELETION, packed(document)).status_code == 403


def test_a_call_is_not_forgotten_while_it_is_believed(
    account: SocialAccount, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETENTION_DAYS = {"network_requests": 0}
    moment = datetime.fromtimestamp(ISSUED, UTC)
    post(DELETION)
    DeletionRequest.objects.update(created_at=moment - timedelta(days=1))
    at(monkeypatch, ISSUED + DAY - 9)
    retention.purge()
    assert DeletionRequest.objects.exists()
    at(monkeypatch, ISSUED + DAY + 9)
    retention.purge()
    assert not DeletionRequest.objects.exists()
    assert post(DELETION).status_code == 403


def test_without_a_secret_nothing_is_believed(settings: Settings) -> None:
    settings.META_APP_SECRET = settings.META_INSTAGRAM_APP_SECRET = ""
    document = {"algorithm": "HMAC-SHA256", "user_id": USER}
    assert post(DELETION, packed(document, "")).status_code == 403


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Suppression de vos données"), ("en", "Deletion of your data")]
)
def test_its_page_tells_what_was_done_and_nothing_of_the_person(
    account: SocialAccount, language: str, words: str
) -> None:
    code = post(DELETION).json()["confirmation_code"]
    page = browser(language=language).get(f"/data-deletion/{code}")
    assert words in page.content.decode()
    assert USER not in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex, nofollow"


def test_an_unknown_code_is_not_found(account: SocialAccount) -> None:
    post(DEAUTHORIZE)
    code = DeletionRequest.objects.get().code
    for asked in (code, "x" * 32):
        assert browser().get(f"/data-deletion/{asked}").status_code == 404


def test_the_addresses_take_posts_alone() -> None:
    assert Client().get(DELETION).status_code == 405
    assert post("/social-accounts/tiktok/deauthorize").status_code == 404
