"""The links of letters, by API: a new password, a proved address, joining a workspace."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts import links, posting
from accounts.models import AuditEntry, Letter, SignIn, User
from tests.callers import caller, tokens_of
from tests.factories import PASSWORD, UNPROVED, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
JSON = "application/json"
NEW = "un-autre-mot-de-passe"


def post(address: str, client: Client | None = None, **body: str) -> Any:
    return (client or Client()).post(address, body, content_type=JSON)


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once() -> None:
    user = make_user("lea@exemple.fr")
    assert post("/auth/password/reset", email="Lea@exemple.fr").status_code == 204
    token = links.reset_token(user)
    answer = post("/auth/password/reset/confirm", token=token, password=NEW)

    assert answer.status_code == 200
    assert post("/auth/login", email=user.email, password=NEW).status_code == 200
    again = post("/auth/password/reset/confirm", token=token, password=PASSWORD)
    assert (again.status_code, again.json()["code"]) == (400, "dead_link")


def test_a_new_password_by_link_ends_every_sign_in_and_proves_the_address() -> None:
    user = make_user(**UNPROVED)
    old = tokens_of(user)
    post("/auth/password/reset/confirm", token=links.reset_token(user), password=NEW)

    user.refresh_from_db()
    assert SignIn.objects.get(pk=old.sign_in.pk).end_reason == "password_changed"
    assert user.email_verified_at is not None


def test_a_weak_password_leaves_the_link_alive() -> None:
    token = links.reset_token(make_user())
    refused = post("/auth/password/reset/confirm", token=token, password="12345678")

    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["password"])
    done = post("/auth/password/reset/confirm", token=token, password=NEW)
    assert done.status_code == 200


def test_known_and_unknown_addresses_get_the_same_answer_and_the_same_work() -> None:
    make_user("lea@exemple.fr")
    known = post("/auth/password/reset", email="lea@exemple.fr")
    unknown = post("/auth/password/reset", email="personne@exemple.fr")

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    kinds = list(Letter.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["reset_password", "reset_unknown"]


def test_the_link_is_ours_whatever_host_was_asked(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ALLOWED_HOSTS = ["*"]
    make_user("lea@exemple.fr")
    client = Client(headers={"host": "evil.example"})
    post("/auth/password/reset", client, email="lea@exemple.fr")
    posting.send(Letter.objects.get().pk)

    (found,) = {*re.findall(r"https?://[^/\s]+", str(mail.outbox[0].body))}
    assert found == settings.PUBLIC_URL


def test_an_address_is_proved_by_its_link_twice_is_once() -> None:
    user = make_member(make_workspace(), **UNPROVED)
    token, client = links.verification_token(user), caller(user)
    address = "/auth/verification/confirm"
    answers = [post(address, client, token=token).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert caller(user).get("/auth/me").json()["email_verified"] is True
    assert AuditEntry.objects.filter(action="address.verified").count() == 1


def test_a_click_of_the_address_s_owner_does_not_prove_it_for_a_stranger() -> None:
    """Whoever registered with another's address waits in vain for the other to click."""
    user = make_user(**UNPROVED)
    token = links.verification_token(user)
    assert post("/auth/verification/confirm", token=token).status_code == 401
    answer = post("/auth/verification/confirm", caller(make_user()), token=token)

    user.refresh_from_db()
    assert (answer.status_code, user.email_verified_at) == (409, None)


def test_a_new_password_by_link_disconnects_the_google_account_of_who_came_before() -> None:
    user = make_user(google_sub="104857600012345678999", **UNPROVED)
    post("/auth/password/reset/confirm", token=links.reset_token(user), password=NEW)

    user.refresh_from_db()
    assert user.google_sub is None


def test_a_proved_address_gets_no_more_letters() -> None:
    user = make_user(**UNPROVED)
    post("/auth/verification", caller(user))
    token = links.verification_token(user)
    post("/auth/verification/confirm", caller(user), token=token)
    post("/auth/verification", caller(user))

    assert Letter.objects.filter(kind="verify_address").count() == 1


def test_the_invited_person_joins_with_the_link(client: Client) -> None:
    workspace = make_workspace("Lampes")
    owner, hugo = make_member(workspace), make_user("hugo@exemple.fr")
    invited = {"email": hugo.email, "role": "member"}
    caller(owner).post("/invitations", invited, content_type=JSON)
    token = links.invitation_token(workspace.invitations.get())
    answer = post("/invitations/accept", caller(hugo), token=token)

    assert answer.json() == {
        "workspace": {"id": str(workspace.uid), "name": "Lampes", "plan": "freemium"},
        "role": "member",
        "told_by_mail": True,
    }
    assert post("/invitations/accept", caller(hugo), token=token).json()["code"] == "dead_link"


def test_somebody_else_who_holds_the_link_does_not_join() -> None:
    workspace = make_workspace()
    invited = {"email": "hugo@exemple.fr"}
    caller(make_member(workspace)).post("/invitations", invited, content_type=JSON)
    token = links.invitation_token(workspace.invitations.get())
    answer = post("/invitations/accept", caller(make_user()), token=token)

    assert (answer.status_code, answer.json()["code"]) == (409, "other_person")
    assert workspace.memberships.count() == 1


@pytest.mark.parametrize(
    "address",
    ["/auth/password/reset/confirm", "/auth/verification/confirm", "/invitations/accept"],
)
@pytest.mark.parametrize("token", ["x", "x.y.z", "é", "a" * 900])
def test_a_made_up_link_is_dead(address: str, token: str) -> None:
    answer = post(address, caller(make_user()), token=token, password=NEW)

    assert (answer.status_code, answer.json()["code"]) == (400, "dead_link")


def test_registering_twice_writes_to_whom_the_address_belongs() -> None:
    make_user("lea@exemple.fr")
    post("/auth/register", email="lea@exemple.fr", password=NEW)

    assert Letter.objects.get().kind == "address_taken"


def sign_in(user: User, device: str, address: str) -> None:
    client = Client(headers={"user-agent": device})
    body = {"email": user.email, "password": PASSWORD}
    client.post("/auth/login", body, content_type=JSON, REMOTE_ADDR=address)


def test_a_new_place_is_told_by_letter_but_not_the_first_nor_a_known_one() -> None:
    user = make_user()
    for _ in range(2):
        sign_in(user, "a", "192.0.2.1")
    assert not Letter.objects.exists()
    sign_in(user, "c", "192.0.2.3")

    assert Letter.objects.get().kind == "new_sign_in"
