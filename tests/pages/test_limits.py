"""How often the pages of accounts may be knocked at; what a refused visitor sees and keeps."""

import pytest

from accounts.models import Letter, User
from tests.callers import browser
from tests.factories import PASSWORD, UNPROVED, make_member, make_user, make_workspace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("live_redis")]
REFUSED = "Too many requests. Next attempt in about 60 minutes."


def test_registering_too_often_says_when_to_come_back_and_keeps_the_form() -> None:
    form = {"password": PASSWORD, "language": "fr", "timezone": "Europe/Paris"}
    for number in range(10):
        browser().post("/register", {**form, "email": f"p{number}@exemple.fr"})
    answer = browser(language="en").post("/register", {**form, "email": "lea@exemple.fr"})

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert REFUSED in answer.content.decode()
    assert 'value="lea@exemple.fr"' in answer.content.decode()
    assert not User.objects.filter(email="lea@exemple.fr").exists()


@pytest.mark.parametrize("email", ["lea@exemple.fr", "rien@exemple.fr"])
def test_one_address_gets_five_letters_an_hour_known_or_not(email: str) -> None:
    make_user("lea@exemple.fr")
    statuses = [
        browser().post("/password/forgotten", {"email": email}).status_code for _ in range(6)
    ]

    assert statuses == [302] * 5 + [429]
    assert Letter.objects.count() == 5


def test_asking_for_the_verification_again_and_again_is_told() -> None:
    client = browser(make_member(make_workspace(), **UNPROVED), "en")
    for _ in range(5):
        client.post("/verify", {"next": "/settings"})
    page = client.post("/verify", {"next": "/settings"}, follow=True).content.decode()

    assert REFUSED in page
    assert Letter.objects.count() == 5


def test_an_invitation_beyond_the_limit_is_told_in_the_form() -> None:
    client = browser(make_member(make_workspace()), "en")
    form = {"email": "hugo@exemple.fr", "role": "member"}
    for _ in range(5):
        client.post("/settings/members/invite", form)
    answer = client.post("/settings/members/invite", form)

    assert answer.status_code == 429
    assert REFUSED in answer.content.decode()


def test_a_program_is_told_in_how_many_minutes_in_its_language() -> None:
    for _ in range(6):
        body = {"email": "lea@exemple.fr"}
        answer = browser().post(
            "/auth/password/reset", body, "application/json", headers={"accept": "*/*"}
        )

    assert answer.status_code == 429
    assert "dans environ 60 minutes" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["verify", "password/reset", "invitation"])
def test_links_cannot_be_tried_without_end(kind: str) -> None:
    client = browser(language="en")
    for _ in range(30):
        assert client.get(f"/{kind}/x.y").status_code == 400
    answer = client.get(f"/{kind}/x.y")

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
