"""A mail server: SMTP on loopback, in the sandbox's own process; letters go into the mailbox.

Whatever address a letter is for, it is taken in; nothing is passed on.
"""

import asyncio
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.world import faults
from sandbox.world.models import Call, Letter

HOST = "127.0.0.1"
NAME = "sandbox.localhost"
REFUSALS = {
    "refuses": "550 5.1.1 There is no such mailbox",
    "busy": "451 4.3.0 Busy, please come back later",
}


def listen(port: int) -> int:
    """Take letters in from now on, in a thread, and return the port; raises OSError if taken."""
    listening = socket.create_server((HOST, port))
    threading.Thread(target=lambda: asyncio.run(_serve(listening)), daemon=True).start()
    return int(listening.getsockname()[1])


async def _serve(listening: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Door, sock=listening)
    await server.serve_forever()


class _Door(SMTP):
    """One connection; a server that is down hangs up, one that hangs says nothing."""

    def __init__(self) -> None:
        super().__init__(_Postbox(), hostname=NAME, ident="sandbox", enable_SMTPUTF8=True)

    async def _handle_client(self) -> None:
        fault = await asyncio.to_thread(faults.take, "mail", {"down", "hangs"})
        if fault is None:
            await super()._handle_client()
            return
        await asyncio.sleep(fault.seconds)
        if self.transport is not None:
            self.transport.close()


class _Postbox:
    """What the server does with receivers and letters; the method names are aiosmtpd's."""

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Accept a receiver, or refuse them where a fault says so."""
        fault = await asyncio.to_thread(faults.take, "mail", REFUSALS)
        if fault:
            await asyncio.to_thread(_record, address, fault=fault.kind)
            return REFUSALS[fault.kind]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the letter; the answer may be late, or never come."""
        kinds = {"latency", "timeout_after_acceptance"}
        fault = await asyncio.to_thread(faults.take, "mail", kinds)
        await asyncio.to_thread(_keep, envelope, fault.kind if fault else "")
        if fault:
            await asyncio.sleep(fault.seconds)
        return "250 OK"


def _keep(envelope: Envelope, fault: str) -> None:
    content = envelope.content or b""
    raw = content if isinstance(content, bytes) else content.encode()
    message = message_from_bytes(raw, EmailMessage, policy=policy.default)
    for receiver in envelope.rcpt_tos:
        letter = Letter.objects.create(
            receiver=receiver,
            sender=envelope.mail_from or "",
            message_id=str(message["Message-ID"] or "")[:255],
            # A folded header begins with the blank of its fold.
            subject=str(message["Subject"] or "").strip()[:998],
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )
        _record(receiver, letter, fault=fault)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""


def _record(receiver: str, letter: Letter | None = None, *, fault: str) -> None:
    status = 250 if letter else int(REFUSALS[fault][:3])
    Call.objects.create(
        service="mail",
        operation="letter",
        method="SMTP",
        path="",
        status=status,
        fault=fault,
        recipient=receiver[:128],
        text=letter.subject if letter else "",
        external_id=letter.message_id if letter else "",
    )
