"""Letters: what they say to whom, what their rows hold, and what operators see of them."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import letters, links
from accounts.letters import Kind
from accounts.models import Invitation, Letter, User
from accounts.tasks import post_letter
from processing import dispatch
from processing.wakes import Wake
from tests.accounts.mailing import ADDRESS, LINK, arrived, post, write
from tests.callers import browser
from tests.factories import make_user
from tests.processing.test_dispatch import Notes
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
SUBJECTS = {
    Kind.VERIFY_ADDRESS: ("Confirmez votre adresse e-mail", "Confirm your e-mail address"),
    Kind.RESET_PASSWORD: ("Choisir un nouveau mot de passe", "Choose a new password"),
    Kind.PASSWORD_CHANGED: ("Votre mot de passe a été changé", "Your password was changed"),
    Kind.ADDRESS_TAKEN: ("Vous avez déjà un compte", "You already have an account"),
    Kind.INVITATION: ("Vous êtes invité dans Lumière <b>&", "You are invited to Lumière <b>&"),
    Kind.NEW_SIGN_IN: ("Connexion à votre compte", "Your account was opened"),
    Kind.ADDRESS_CHANGED: ("L’adresse e-mail de votre compte", "The e-mail address of your"),
    Kind.TOKEN_REUSED: ("Nous avons déconnecté", "We signed a program out"),
}


@pytest.mark.parametrize(("language", "hello"), [("fr", "Bonjour,"), ("en", "Hello,")])
@pytest.mark.parametrize("kind", SUBJECTS)
def test_each_letter_arrives_in_its_readers_language(
    kind: Kind, language: str, hello: str, person: User, server: Sandbox
) -> None:
    assert post(write(kind, person, language)).status == "sent"
    [found] = arrived(server)
    assert found["subject"].startswith(SUBJECTS[kind][language != "fr"])
    assert found["text"].startswith(hello)
    assert f'lang="{language}"' in found["html"]
    [path] = LINK.findall(found["text"])
    assert f'href="http://127.0.0.1:8000{path}"' in found["html"]


def test_a_letters_link_opens_its_door(person: User, server: Sandbox) -> None:
    for kind in (Kind.VERIFY_ADDRESS, Kind.RESET_PASSWORD, Kind.INVITATION):
        post(write(kind, person))
    paths = [LINK.findall(one["text"])[0] for one in reversed(arrived(server))]
    assert links.read_verification(paths[0].removeprefix("/verify/")) == person
    assert links.read_reset(paths[1].removeprefix("/password/reset/")) == person
    assert links.read_invitation(paths[2].removeprefix("/invitation/")).email == ADDRESS


def test_a_new_place_is_told_in_words(person: User, server: Sandbox) -> None:
    post(write(Kind.NEW_SIGN_IN, person))
    text = arrived(server)[0]["text"]
    assert "Firefox, Linux" in text
    assert "203.0.113.x" in text
    assert "Europe/Paris" in text
    assert "203.0.113.7" not in text


def test_what_others_wrote_stays_text(person: User, server: Sandbox) -> None:
    person.name = "<script>" + "x" * 99
    person.save()
    post(write(Kind.INVITATION, person))
    [found] = arrived(server)
    assert "\n" not in found["subject"]
    assert "&lt;script&gt;" in found["html"]
    assert "Lumière &lt;b&gt;&amp;" in found["html"]
    assert "x" * 60 not in found["text"]


def test_a_row_holds_no_link(person: User, server: Sandbox) -> None:
    letter = post(write(Kind.RESET_PASSWORD, person))
    token = LINK.findall(arrived(server)[0]["text"])[0].rpartition("/")[2]
    row = str(Letter.objects.filter(pk=letter.pk).values())
    assert token.partition(".")[2] not in row
    assert "http" not in row


def test_an_address_nobody_has_gets_the_same_row_and_no_letter(person: User) -> None:
    known = letters.write(Kind.RESET_PASSWORD, user=person)
    unknown = letters.write(Kind.RESET_UNKNOWN, email="inconnue@exemple.fr")
    assert (unknown.status, unknown.next_at is None) == (known.status, known.next_at is None)
    assert post(unknown).status == "dropped"
    assert mail.outbox == []
    assert "inconnue" not in str(Letter.objects.filter(pk=unknown.pk).values())


@pytest.mark.parametrize("kind", [Kind.VERIFY_ADDRESS, Kind.RESET_PASSWORD])
@pytest.mark.parametrize("change", [{"email": "neuve@exemple.fr"}, {"is_active": False}])
def test_a_key_goes_only_to_an_address_still_theirs(
    kind: Kind, change: dict[str, Any], person: User
) -> None:
    letter = write(kind, person)
    User.objects.filter(pk=person.pk).update(**change)
    assert post(letter).status == "dropped"
    assert mail.outbox == []


def test_a_withdrawn_invitation_is_not_sent(person: User) -> None:
    letter = write(Kind.INVITATION, person)
    Invitation.objects.update(withdrawn_at=timezone.now())
    assert post(letter).status == "dropped"


def test_a_letter_is_written_with_what_it_tells_or_not_at_all(person: User) -> None:
    with transaction.atomic():
        write(Kind.PASSWORD_CHANGED, person)
        transaction.set_rollback(True)
    assert not Letter.objects.exists()


def test_a_written_letter_wakes_its_task_after_commit(
    person: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[tuple[int]] = []
    monkeypatch.setattr(post_letter, "apply_async", lambda args, **_: woken.append(args))
    # Another test may have found the broker away, and then it is left alone for a while.
    monkeypatch.setattr("flowia.lib.wake._rest_until", 0.0)
    with django_capture_on_commit_callbacks(execute=True):
        letter = write(Kind.PASSWORD_CHANGED, person)
        assert woken == []
    assert woken == [(letter.pk,)]


def test_a_forgotten_letter_is_found(person: User) -> None:
    letter = write(Kind.PASSWORD_CHANGED, person)
    Letter.objects.update(next_at=timezone.now() - dispatch.GRACE)
    assert dispatch.due(Notes()) == [Wake("letter", letter.pk)]  # type: ignore[arg-type]


def test_no_address_and_no_token_stands_in_a_log(
    person: User, server: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for fault in ("busy", "refuses", "down"):
            server.post("/faults", service="mail", kind=fault)
            post(write(Kind.RESET_PASSWORD, person))
        post(write(Kind.RESET_PASSWORD, person))
    ours = [str(one.msg) for one in caplog.records if one.name.startswith("flowia")]
    assert len(ours) >= 4
    assert not [line for line in ours if ADDRESS in line or "/reset" in line]


@pytest.fixture
def operator() -> User:
    return make_user("op@flowia.fr", is_staff=True, is_superuser=True)


def test_operators_see_letters_without_their_keys(person: User, operator: User) -> None:
    letter = post(write(Kind.INVITATION, person))
    about = Invitation.objects.get()
    for page in (
        reverse("admin:accounts_letter_changelist"),
        reverse("admin:accounts_letter_change", args=[letter.pk]),
        reverse("admin:accounts_invitation_change", args=[about.pk]),
    ):
        shown = browser(operator).get(page).content.decode()
        assert ADDRESS in shown
        assert links.invitation_token(about) not in shown


def send_again(who: User, letter: Letter) -> Letter:
    form = {"action": "post_again", "_selected_action": [letter.pk]}
    browser(who).post(reverse("admin:accounts_letter_changelist"), form)
    letter.refresh_from_db()
    return letter


def test_an_operator_sends_a_failed_letter_again(person: User, operator: User) -> None:
    letter = write(Kind.PASSWORD_CHANGED, person)
    Letter.objects.update(status="failed", error_code="unconfirmed", next_at=None, attempts=4)
    looks_on = make_user(is_staff=True)
    looks_on.user_permissions.add(Permission.objects.get(codename="view_letter"))
    assert send_again(looks_on, letter).status == "failed"
    assert send_again(operator, letter).status == "queued"
    assert post(letter).status == "sent"


def test_a_sent_letter_is_not_sent_again(person: User, operator: User) -> None:
    letter = post(write(Kind.PASSWORD_CHANGED, person))
    assert send_again(operator, letter).status == "sent"
