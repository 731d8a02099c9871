"""A person, the letters to them, and a mail server that takes them in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import letters, signins
from accounts.letters import Kind
from accounts.models import Invitation, Letter, SignIn, User
from accounts.tasks import post_letter
from tests.factories import make_member, make_workspace
from tests.sandbox.conftest import Sandbox

ADDRESS = "camille@exemple.fr"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/\S+)")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def person() -> User:
    return make_member(make_workspace(), email=ADDRESS)


@pytest.fixture
def server(sandbox: Sandbox, settings: Any) -> Sandbox:
    """The sandbox's mail server, in the place of Django's own for tests."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sandbox.mail_port
    settings.EMAIL_TIMEOUT = 0.5
    return sandbox


def sign_in_of(person: User) -> SignIn:
    place = {"address": "203.0.113.7", "device": FIREFOX}
    return signins.begin(person, SignIn.Kind.BROWSER, **place)


def invite(person: User, **changes: Any) -> Invitation:
    values = {"invited_by": person, "expires_at": timezone.now() + timedelta(days=7)}
    workspace = make_workspace("Lumière\n<b>&")
    return Invitation.objects.create(workspace=workspace, email=ADDRESS, **{**values, **changes})


def write(kind: Kind, person: User, language: str = "") -> Letter:
    if kind == Kind.INVITATION:
        return letters.write(kind, email=ADDRESS, about=invite(person), language=language)
    about = sign_in_of(person) if kind in {Kind.NEW_SIGN_IN, Kind.TOKEN_REUSED} else None
    return letters.write(kind, user=person, about=about, language=language)


def post(letter: Letter) -> Letter:
    """Post the letter as if its moment had come."""
    Letter.objects.filter(pk=letter.pk, next_at__isnull=False).update(next_at=timezone.now())
    post_letter(letter.pk)
    letter.refresh_from_db()
    return letter


def arrived(server: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.get("/mail.json", to=ADDRESS)["letters"]
    return found
