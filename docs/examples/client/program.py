"""What a program does with Flow IA, through the client that was made from its own description.

    python program.py leads                   hot leads, the newest first
    python program.py conversation ID         what was said, and why it was answered or not
    python program.py approve [ID]            send a draft: that one, or the one that waits longest
    python program.py listen [--times N]      be told of leads, each call's signature checked

It reads FLOWIA_URL, FLOWIA_EMAIL and FLOWIA_PASSWORD; without them it speaks to `make run`.
"""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from flowia_client import AuthenticatedClient, Client
from flowia_client.api.auth import auth_login, auth_logout
from flowia_client.api.conversations import conversations_messages_list
from flowia_client.api.drafts import drafts_approve, drafts_list
from flowia_client.api.integrations import webhook_make, webhook_remove
from flowia_client.api.leads import leads_list
from flowia_client.api.messages import messages_decision_retrieve
from flowia_client.models import (
    ApprovalInputRequest,
    Direction,
    EventsEnum,
    HookValuesRequest,
    LeadsListLevel,
    LeadsListOrdering,
    LoginFieldsRequest,
    Problem,
    RefreshFieldsRequest,
)
from flowia_client.types import UNSET, Unset

URL = os.environ.get("FLOWIA_URL", "http://127.0.0.1:8000")
EMAIL = os.environ.get("FLOWIA_EMAIL", "camille@atelier-lumiere.example")
PASSWORD = os.environ.get("FLOWIA_PASSWORD", "lumiere-demo-2026")
TOLERANCE_SECONDS = 300
Answer = TypeVar("Answer")


def sure(answer: Answer | Problem | None) -> Answer:
    """Return what was asked for, or end with the sentence of the problem."""
    if isinstance(answer, Problem):
        raise SystemExit(f"{answer.status} {answer.code}: {answer.detail}")
    if answer is None:
        raise SystemExit("an answer that the description does not know")
    return answer


def show_leads(client: AuthenticatedClient) -> None:
    """Print every hot lead, page by page."""
    cursor: str | Unset = UNSET
    while cursor is not None:
        page = sure(
            leads_list.sync(
                client=client,
                level=LeadsListLevel.HOT,
                ordering=LeadsListOrdering.CREATED_AT_FALLING,
                cursor=cursor,
            )
        )
        for lead in page.results:
            quote = lead.evidence[0].quote if lead.evidence else ""
            print(f"{lead.contact.name or lead.contact.external_id}  {lead.phone}  « {quote} »")
        cursor = cursor_of(page.next_)


def cursor_of(address: str | None) -> Any:
    """Return the cursor that the next page's address holds, or None after the last page."""
    return parse_qs(urlsplit(address).query)["cursor"][0] if address else None


def show_conversation(client: AuthenticatedClient, uid: uuid.UUID) -> None:
    """Print what was said, the oldest first, and the reason below what a person wrote."""
    page = sure(conversations_messages_list.sync(uid, client=client))
    for message in reversed(page.results):
        print(f"{message.author}: {message.text}")
        if message.direction == Direction.INBOUND:
            decision = sure(messages_decision_retrieve.sync(message.id, client=client))
            print(f"    {decision.outcome}: {decision.sentence}")


def approve(client: AuthenticatedClient, uid: uuid.UUID | None) -> None:
    """Send a draft once, however often this is tried: its key is made of the draft's own id."""
    if uid is None:
        waiting = sure(drafts_list.sync(client=client, limit=1)).results
        if not waiting:
            raise SystemExit("no draft waits")
        uid = waiting[0].id
    done = sure(
        drafts_approve.sync(
            uid,
            client=client,
            body=ApprovalInputRequest(),
            idempotency_key=f"approve-{uid}",
        )
    )
    print(f"{done.message.id}: {done.message.status}")


def listen(port: int, address: str, times: int) -> None:
    """Register a webhook for a while, and print each call that is really Flow IA's."""
    wanted = HookValuesRequest(
        name="Example",
        url=address,
        events=[EventsEnum.LEAD_CREATED, EventsEnum.LEAD_UPDATED, EventsEnum.LEAD_ERASED],
    )
    with signed_in() as client:
        hook = sure(webhook_make.sync(client=client, body=wanted))
    heard: set[str] = set()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            good = is_ours(hook.secret, dict(self.headers.items()), body)
            self.send_response(204 if good else 401)
            self.end_headers()
            uid = self.headers.get("webhook-id", "")
            if good and uid not in heard:  # a call may come twice
                heard.add(uid)
                told = json.loads(body)
                lead = told["data"].get("lead", {})
                print(told["type"], lead.get("level", ""), lead.get("phone", ""), flush=True)

        def log_message(self, *_: object) -> None:
            """Print nothing but the calls themselves."""

    try:
        with http.server.HTTPServer(("127.0.0.1", port), Receiver) as server:
            print(f"listening at {address}", flush=True)
            while not times or len(heard) < times:
                server.handle_request()
    finally:
        # The first token may be over by now: it lives for ten minutes.
        with signed_in() as client:
            answer = webhook_remove.sync_detailed(hook.id, client=client)
        if answer.status_code != HTTPStatus.NO_CONTENT:
            print(f"the webhook stays, remove it in Integrations: {answer.status_code}")


def is_ours(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a call is Flow IA's, and new; `body` is what came, not what was parsed of it."""
    given = {name.lower(): value for name, value in headers.items()}
    uid, sent_at = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{uid}.{sent_at}.".encode() + body, hashlib.sha256)
    wanted = "v1," + base64.b64encode(digest).decode()
    signatures = given.get("webhook-signature", "").split()
    return any(hmac.compare_digest(wanted, one) for one in signatures)


@contextmanager
def signed_in() -> Iterator[AuthenticatedClient]:
    """Give a client with an access token, and sign out in the end."""
    door = Client(base_url=URL, headers={"Accept-Language": "en"})
    signing = LoginFieldsRequest(email=EMAIL, password=PASSWORD)
    tokens = sure(auth_login.sync(client=door, body=signing))
    client = AuthenticatedClient(
        base_url=URL, token=tokens.access, headers={"Accept-Language": "en"}
    )
    try:
        yield client
    finally:
        leaving = RefreshFieldsRequest(refresh=str(tokens.refresh))
        auth_logout.sync_detailed(client=client, body=leaving)


def main() -> None:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("leads")
    what.add_parser("conversation").add_argument("id", type=uuid.UUID)
    what.add_parser("approve").add_argument("id", type=uuid.UUID, nargs="?")
    hooks = what.add_parser("listen")
    hooks.add_argument("--port", type=int, default=9009)
    hooks.add_argument("--address", help="what Flow IA calls; this machine's port by default")
    hooks.add_argument("--times", type=int, default=0, help="end after so many calls")
    asked = parser.parse_args()

    if asked.what == "listen":
        listen(asked.port, asked.address or f"http://127.0.0.1:{asked.port}/", asked.times)
        return
    with signed_in() as client:
        if asked.what == "leads":
            show_leads(client)
        elif asked.what == "conversation":
            show_conversation(client, asked.id)
        else:
            approve(client, asked.id)


if __name__ == "__main__":
    main()
