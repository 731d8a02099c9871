"""Links in letters: whom they name, what makes them dead, and that they lead to us."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation

from accounts import links, signins
from accounts.models import Invitation, SignIn, User
from flowia.lib.errors import FlowError
from tests.callers import browser
from tests.factories import make_user, make_workspace

pytestmark = pytest.mark.django_db
READERS: list[Callable[[str], Any]] = [
    links.read_verification,
    links.read_reset,
    links.read_invitation,
]


@pytest.fixture
def person() -> User:
    return make_user("camille@exemple.fr")


@pytest.fixture
def invitation() -> Invitation:
    ends = timezone.now() + timedelta(days=7)
    return Invitation.objects.create(
        workspace=make_workspace(), email="nouveau@exemple.fr", expires_at=ends
    )


def is_dead(read: Callable[[str], Any], token: str) -> bool:
    try:
        read(token)
    except links.DeadLinkError:
        return True
    return False


def tokens_of(person: User, invitation: Invitation) -> list[str]:
    return [
        links.verification_token(person),
        links.reset_token(person),
        links.invitation_token(invitation),
    ]


def test_each_link_names_its_row(person: User, invitation: Invitation) -> None:
    tokens = tokens_of(person, invitation)
    found = [read(token) for read, token in zip(READERS, tokens, strict=True)]
    assert found == [person, person, invitation]


def test_a_token_needs_no_quoting_and_names_no_address(
    person: User, invitation: Invitation
) -> None:
    for token in tokens_of(person, invitation):
        assert re.fullmatch(r"[A-Za-z0-9._-]{40,200}", token)
        assert "camille" not in token


def test_a_link_of_one_purpose_opens_no_other_door(person: User, invitation: Invitation) -> None:
    for place, token in enumerate(tokens_of(person, invitation)):
        others = [read for other, read in enumerate(READERS) if other != place]
        assert all(is_dead(read, token) for read in others)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("junk", ["", ".", "a.b", "é", "\x00", "." * 500, "0" * 32 + ".x-y"])
def test_junk_is_a_dead_link(read: Callable[[str], Any], junk: str) -> None:
    assert is_dead(read, junk)


@pytest.mark.parametrize("place", range(3))
def test_a_changed_token_is_dead(place: int, person: User, invitation: Invitation) -> None:
    token = tokens_of(person, invitation)[place]
    changed = token[:-3] + ("aaa" if token[-3:] != "aaa" else "bbb")
    assert is_dead(READERS[place], changed)


def test_an_address_can_be_confirmed_twice_within_three_days(person: User) -> None:
    token = links.verification_token(person)
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=23)):
        assert links.read_verification(token) == links.read_verification(token) == person
    with time_machine.travel(timezone.now() + timedelta(days=3, hours=1)):
        assert is_dead(links.read_verification, token)


def test_a_link_for_an_address_that_changed_is_dead(person: User) -> None:
    token = links.verification_token(person)
    User.objects.update(email="autre@exemple.fr")
    assert is_dead(links.read_verification, token)


def test_a_link_for_a_new_password_lives_an_hour(person: User) -> None:
    token = links.reset_token(person)
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert links.read_reset(token) == person
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert is_dead(links.read_reset, token)


def test_a_link_for_a_new_password_works_once(person: User) -> None:
    token = links.reset_token(person)
    person.set_password("un-tout-autre-mot")
    person.save()
    assert is_dead(links.read_reset, token)


@pytest.mark.parametrize("kind", SignIn.Kind)
def test_a_thief_who_signs_in_keeps_nobody_from_choosing_a_new_password(
    kind: SignIn.Kind, person: User
) -> None:
    token = links.reset_token(person)
    signins.begin(person, kind, address="203.0.113.7", device="")
    assert links.read_reset(token) == person


def test_a_link_for_a_new_password_is_no_one_elses(person: User) -> None:
    secret = links.reset_token(person).partition(".")[2]
    assert is_dead(links.read_reset, f"{make_user().uid.hex}.{secret}")


def test_the_links_of_somebody_switched_off_are_dead(person: User) -> None:
    tokens = links.verification_token(person), links.reset_token(person)
    User.objects.update(is_active=False)
    assert is_dead(links.read_verification, tokens[0])
    assert is_dead(links.read_reset, tokens[1])


@pytest.mark.parametrize("column", ["accepted_at", "withdrawn_at", "expires_at"])
def test_an_invitation_that_is_over_is_dead(column: str, invitation: Invitation) -> None:
    token = links.invitation_token(invitation)
    Invitation.objects.update(**{column: timezone.now() - timedelta(seconds=1)})
    assert is_dead(links.read_invitation, token)


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (links.read_verification, "Connectez-vous et demandez"),
        (links.read_reset, "Demandez un nouvel e-mail"),
        (links.read_invitation, "la personne qui vous a invité"),
    ],
)
def test_a_dead_link_says_what_to_do(read: Callable[[str], Any], words: str) -> None:
    with pytest.raises(FlowError) as caught, translation.override("fr"):
        read("x")
    with translation.override("fr"):
        assert words in str(caught.value.detail)
    assert (caught.value.status, caught.value.code) == (400, "dead_link")


def test_a_link_leads_to_our_own_address(settings: Any) -> None:
    settings.PUBLIC_URL = "https://flow.example/"
    assert links.absolute("/verify/x") == "https://flow.example/verify/x"


@pytest.mark.parametrize("path", ["/verify/", "/password/reset/", "/invitation/"])
def test_a_links_token_stays_out_of_the_logs(path: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        browser().get(f"{path}s3cr3t-token")
    assert "s3cr3t" not in caplog.text
    assert f"{path}…" in caplog.text
