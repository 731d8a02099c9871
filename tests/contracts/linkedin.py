"""How the shared suite plays LinkedIn: what a browser's run came to, where others answer HTTP."""

import sys
from typing import Any

from pytest_django import Settings

from social.contracts import Credentials, OutboundMessage
from social.providers.linkedin.browser import jobs
from social.providers.linkedin.errors import RULES, STATUS
from social.providers.linkedin.provider import LINKEDIN
from social.refusals import rule_for
from tests.contracts.browsing import Turn
from tests.contracts.frame import Said, Subject

OWNER, CAMILLE = "ACoAAInventeMembre", "ACoAAInventeCamille"
THREAD = "2-ZmlsQ2FtaWxsZQ=="
COOKIE = "AQEDATkInventeDeTest"
STORAGE = {
    "cookies": [
        {"name": "li_at", "value": COOKIE, "domain": ".linkedin.com", "path": "/", "expires": -1}
    ],
    "origins": [],
}
BEFORE_A_RUN = ("no_browser", "no_thread")
"""Refusals that no run is asked about: tests/networks/test_error_table.py."""
STATES = (
    *(jobs.NEEDS_LOGIN, jobs.CHECKPOINT, jobs.RESTRICTED, jobs.COOLDOWN),
    *(jobs.DRIFT, jobs.UNKNOWN, jobs.FAILED),
)


def settle(settings: Settings, url: str) -> None:
    settings.LINKEDIN_URL = url
    # Any program that exists: `browsing.browse` runs in its place.
    settings.LINKEDIN_BROWSER_EXECUTABLE = sys.executable


def receipt(_message: OutboundMessage) -> Said:
    sent = {"id": "2-TXNnRW52b3nDqQ==", "delivered_at": 1795946400000}
    return played(state=jobs.OK, result=jobs.SENT, sent=sent, clicked=True)


def refuse(code: str) -> Said | None:
    if code in BEFORE_A_RUN:
        return None
    if code == jobs.UNCONFIRMED:
        return played(state=jobs.OK, result=jobs.UNCONFIRMED, why="no_answer", clicked=True)
    return played(told=f"{STATUS}{code}" if code.isdigit() else "", **not_sent(code))


def not_sent(code: str) -> dict[str, Any]:
    """Return the outcome of a send that met a state of the session, or a doubt before its click."""
    if code in STATES:
        return {"state": code, "result": jobs.NOT_SENT, "why": code}
    assert rule_for(RULES, code), code
    if code.isdigit():
        refusal = {"result": jobs.NOT_SENT, "why": f"{STATUS}{code}"}
        return {"state": jobs.OK, "clicked": True, **refusal}
    return {"state": jobs.OK, "detail": code, "result": jobs.NOT_SENT, "why": code}


def played(told: str = "", **outcome: Any) -> Said:
    return Said(200, {"outcome": {"capability": jobs.SENDING, **outcome}}, told=told)


SUBJECT = Subject(
    provider=LINKEDIN,
    settle=settle,
    accounts=(Credentials(OWNER, "linkedin", COOKIE, run=Turn(STORAGE)),),
    messages=(
        OutboundMessage(
            CAMILLE,
            "Bonjour Camille,\n\ncomptez 900 € pour 300 m².",
            "delivery:1",
            conversation_external_id=THREAD,
            contact_name="Camille Aubertin",
            last_external_id="2-TXNnMQ==",
            known=frozenset({"2-TXNnMQ=="}),
        ),
    ),
    receipt=receipt,
    refuse=refuse,
    cursors={"thread": {"wanted": [[THREAD, CAMILLE]]}},
)
