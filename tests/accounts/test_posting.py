"""Posting letters over real SMTP: once, whatever the mail server and the workers do."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts import posting
from accounts.letters import Kind
from accounts.models import Letter, User
from accounts.tasks import post_letter
from tests.accounts.mailing import arrived, post, write
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db


def test_a_letter_is_one_of_a_program(person: User) -> None:
    letter = post(write(Kind.PASSWORD_CHANGED, person))
    [sent] = mail.outbox
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert str(letter.uid) in sent.extra_headers["Message-ID"]


def test_a_letter_is_posted_once(person: User, server: Sandbox) -> None:
    letter = post(write(Kind.PASSWORD_CHANGED, person))
    post_letter(letter.pk)
    assert len(arrived(server)) == 1
    assert letter.sent_at is not None


def test_a_letter_that_is_not_due_waits(person: User) -> None:
    letter = write(Kind.PASSWORD_CHANGED, person)
    Letter.objects.update(next_at=timezone.now() + timedelta(minutes=1))
    post_letter(letter.pk)
    assert mail.outbox == []


@pytest.mark.parametrize("status", ["sent", "dropped", "failed"])
def test_a_closed_letter_is_not_posted(status: str, person: User) -> None:
    letter = write(Kind.PASSWORD_CHANGED, person)
    Letter.objects.update(status=status)
    assert post(letter).attempts == 0
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("fault", "code"), [("down", "no_server"), ("hangs", "no_server"), ("busy", "recipient_451")]
)
def test_trouble_passes_and_the_letter_arrives(
    fault: str, code: str, person: User, server: Sandbox
) -> None:
    server.post("/faults", service="mail", kind=fault, seconds=2 if fault == "hangs" else 0)
    letter = post(write(Kind.PASSWORD_CHANGED, person))
    assert (letter.status, letter.error_code) == ("queued", code)
    assert letter.next_at is not None
    assert letter.next_at > timezone.now() + timedelta(seconds=5)
    assert (post(letter).status, letter.error_code) == ("sent", "")
    assert len(arrived(server)) == 1


def test_no_server_at_all_is_trouble(person: User, server: Sandbox, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    assert post(write(Kind.PASSWORD_CHANGED, person)).error_code == "no_server"


def test_after_four_attempts_a_letter_has_failed(person: User, server: Sandbox) -> None:
    server.post("/faults", service="mail", kind="down", times=None)
    letter = write(Kind.PASSWORD_CHANGED, person)
    states = [post(letter).status for _ in range(posting.MAX_ATTEMPTS + 1)]
    assert states == ["queued"] * 3 + ["failed"] * 2
    assert letter.error_code == "no_server"


def test_a_refused_address_is_asked_once(person: User, server: Sandbox) -> None:
    server.post("/faults", service="mail", kind="refuses")
    letter = post(write(Kind.PASSWORD_CHANGED, person))
    assert (letter.status, letter.error_code) == ("failed", "recipient_550")
    post(letter)
    assert arrived(server) == []


def test_a_letter_that_may_have_left_is_not_sent_twice(person: User, server: Sandbox) -> None:
    server.post("/faults", service="mail", kind="timeout_after_acceptance", seconds=2)
    letter = post(write(Kind.PASSWORD_CHANGED, person))
    assert (letter.status, letter.error_code) == ("failed", "unconfirmed")
    post(letter)
    assert len(arrived(server)) == 1


class WorkerLostError(BaseException):
    """The worker ends here, as by SIGKILL."""


def lose_worker(*_args: Any, **_more: Any) -> None:
    raise WorkerLostError


def lost_in(step: str, letter: Letter, monkeypatch: pytest.MonkeyPatch) -> Letter:
    with monkeypatch.context() as patched:
        patched.setattr(posting, step, lose_worker)
        with pytest.raises(WorkerLostError):
            post(letter)
    return post(letter)


def test_a_worker_lost_before_the_letter_left_is_replaced(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = lost_in("_connect", write(Kind.PASSWORD_CHANGED, person), monkeypatch)
    assert (letter.status, len(mail.outbox)) == ("sent", 1)


def test_a_worker_lost_while_the_letter_left_is_not(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = lost_in("_hand_over", write(Kind.PASSWORD_CHANGED, person), monkeypatch)
    assert (letter.status, letter.error_code) == ("failed", "unconfirmed")
    assert mail.outbox == []


def test_a_worker_that_slept_through_its_lease_sends_nothing(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = write(Kind.PASSWORD_CHANGED, person)

    def sleep(_connection: Any) -> None:
        Letter.objects.update(next_at=timezone.now() + timedelta(minutes=5))

    monkeypatch.setattr(posting, "_connect", sleep)
    assert post(letter).status == "queued"
    assert mail.outbox == []


def test_an_address_no_server_takes_ends_there(person: User, server: Sandbox) -> None:
    Letter.objects.filter(pk=write(Kind.ADDRESS_TAKEN, person).pk).update(email="a b@c\n@d")
    letter = post(Letter.objects.get())
    assert (letter.status, letter.error_code) == ("failed", "bad_address")
