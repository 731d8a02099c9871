"""A new password chosen by e-mail outlives every change that was under way with the old one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from accounts import audit, doors, links
from accounts.models import User
from tests.accounts.test_doors import NEW, change_password
from tests.callers import browser, caller
from tests.factories import PASSWORD, make_user

BY_LETTER = "le-nouveau-par-courrier"


def by_page(user: User) -> Any:
    return browser(user).post("/settings/password", {"current": PASSWORD, "new": NEW})


def by_program(user: User) -> Any:
    return change_password(caller(user))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("change", "status"), [(by_page, 200), (by_program, 409)])
def test_a_change_under_way_does_not_undo_a_reset(
    change: Any, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    token = links.reset_token(user)
    proved, go_on = threading.Event(), threading.Event()
    check = doors.check_new_password

    def slowly(password: str, *given: Any, **more: Any) -> None:
        if password == NEW:
            proved.set()
            go_on.wait(10)
        check(password, *given, **more)

    monkeypatch.setattr(doors, "check_new_password", slowly)
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(change, user)
        assert proved.wait(10), "the old password was looked at, and was right"
        doors.reset_password(token, BY_LETTER, address="")
        go_on.set()
        answer = late.result()

    user.refresh_from_db()
    assert user.check_password(BY_LETTER)
    assert not user.sign_ins.filter(ended_at=None).exists()
    assert answer.status_code == status
    assert "changé entre-temps" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_many_changes_at_once_one_counts() -> None:
    user = make_user()

    together = threading.Barrier(6)

    def change(number: int) -> bool:
        seen = User.objects.get(pk=user.pk)
        together.wait(10)
        try:
            doors.change_password(
                seen, f"{NEW}-{number}", by=audit.SYSTEM, action="password.changed"
            )
        except doors.PasswordChangedError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(change, range(6)))
    user.refresh_from_db()
    winners = [number for number in range(6) if user.check_password(f"{NEW}-{number}")]
    assert winners == [number for number in range(6) if done[number]]
    assert len(winners) == 1
