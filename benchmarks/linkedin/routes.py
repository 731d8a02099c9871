"""How fast the API's addresses answer while a browser hangs: they hand work over.

`?wait=1` waits on purpose, for ten seconds at most.
"""

import http.client
import json
import time
from typing import Any

from benchmarks.linkedin.polls import spread
from tests.journeys.driver import eventually
from tests.journeys.linkedin import REPLY, Member

HANG = {"gate": "hang", "hang_ms": 600_000}
WAITING = 2
CONNECT = "/social-accounts/linkedin/connect"
SEND = "/social-accounts/linkedin/send-message"
READ = ("/social-accounts/linkedin/messages", "/social-accounts/linkedin/conversations")


def play(member: Member, times: int) -> None:
    """Let every page hang, start a run, and call each address so many times."""
    if not member.account:
        member.connect()
    thread = member.contact_writes("Clarisse Renaud")
    member.read()
    conversation = member.conversation_in(thread)
    member.free()
    member.rested()
    member.there("options", HANG)
    member.due("social_poll", "stream = 'inbox' AND attempts = 0")
    eventually(member.browsing, what=member.how_it_stands)
    given = member.there("export?fresh=1")["storage_state"]
    version = member.api("/social-accounts/linkedin/consent")["session"]["version"]
    to = {"account": member.account, "conversation": conversation}
    consent = {"version": version, "accepted": True}
    found: dict[str, list[float]] = {}
    for number in range(times):
        for path in READ:
            _call(member, found, f"GET {path}", path)
        _call(member, found, f"POST {SEND}", SEND, {**to, "text": f"{REPLY} {number}"})
        if number < WAITING:
            told = {**to, "text": f"{REPLY} {number}, en attente"}
            _call(member, found, f"POST {SEND}?wait=1", f"{SEND}?wait=1", told)
    hung = len(member.browsing())
    for _number in range(times):
        member.forget_knocks()
        _call(member, found, f"POST {CONNECT}", CONNECT, {"cookies": given, "consent": consent})
    print(f"while {hung} processes of a browser that hangs were there, seconds:")
    for what, took in found.items():
        print(f"  {what:52} {len(took):>3} calls: {spread(took)}")
    member.forget("/linkedin/sandbox/options")


def _call(
    member: Member, found: dict[str, list[float]], what: str, path: str, body: Any = None
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", member.stack.port, timeout=60)
    headers = {"Authorization": f"Bearer {member._token()}", "Content-Type": "application/json"}  # noqa: SLF001
    began = time.monotonic()
    try:
        sent = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, sent, headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    found.setdefault(what, []).append(time.monotonic() - began)
    if answer.status >= 300:  # noqa: PLR2004 - HTTP's successes
        raise RuntimeError(f"{what}: {answer.status} {text[:300]!r}")
