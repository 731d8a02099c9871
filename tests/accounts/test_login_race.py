"""A password that is changed while it is being looked at opens nothing."""

from typing import Any

import pytest
from django.test import RequestFactory

from accounts import audit, doors
from accounts.models import SignIn, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def request() -> Any:
    found = RequestFactory().post("/auth/login")
    found.COOKIES = {}
    return found


def looked_at() -> User:
    user = make_user("lea@exemple.fr")
    return doors.person_with(request(), user.email, PASSWORD)


def test_a_password_changed_meanwhile_gives_no_tokens() -> None:
    seen = looked_at()
    now = User.objects.get(pk=seen.pk)
    doors.change_password(now, "un-autre-mot-de-passe", by=audit.SYSTEM, action="password.changed")

    with pytest.raises(doors.WrongPasswordError):
        doors.enter_program(request(), seen)
    assert not SignIn.objects.exists()


def test_somebody_switched_off_meanwhile_gets_none_either() -> None:
    seen = looked_at()
    User.objects.filter(pk=seen.pk).update(is_active=False)

    with pytest.raises(doors.WrongPasswordError):
        doors.enter_program(request(), seen)
