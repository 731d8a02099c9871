"""An operator's telephone, and the pages that ask for it."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import OperatorFactor, User
from accounts.totp import code_at
from flowia.lib import clock

PAGE = "/admin/second-factor/"
CODES = "/admin/second-factor/codes/"


def code_of(user: User, ahead: int = 0) -> str:
    counter = int(clock.now().timestamp()) // 30 + ahead
    return code_at(OperatorFactor.objects.get(user=user).opened(), counter)


def offered(client: Client) -> str:
    """The key that the page offers to set up."""
    keys: list[str] = re.findall(r'class="key">([^<]+)<', client.get(PAGE).content.decode())
    return keys[0]


def first_code(client: Client) -> str:
    """The offered key's code of the half minute before."""
    return code_at(offered(client), int(clock.now().timestamp()) // 30 - 1)


def enrol(client: Client) -> list[str]:
    """Set the factor up with the code of the half minute before; return the recovery codes."""
    page = client.post(PAGE, {"code": first_code(client)}, follow=True).content.decode()
    return codes_in(page)


def codes_in(page: str) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code>", page)


def later(monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=hours))


def inside(client: Client) -> bool:
    return bool(client.get("/admin/").status_code == 200)
