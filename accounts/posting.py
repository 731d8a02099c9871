"""Posting letters: claimed like every other work, and never posted twice by themselves.

Everything up to the mail server's greeting may be repeated. Just before the letter itself is
handed over, the row says *unconfirmed*; a clear answer replaces it. After a time-out, a broken
connection or a lost worker it stays, and the letter has failed: it may have arrived, and a second
one would worry its reader. An operator may post it again, and the person can ask for another.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import SMTP, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, QuerySet

from accounts.models import Letter
from accounts.notifications import moment_for
from accounts.wording import Wording, wording_of
from flowia.lib import clock
from flowia.lib.logging import follow

log = structlog.get_logger("flowia.letters")
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 4
BACKOFF_SECONDS = (10, 120, 900)
"""The last one outlasts greylisting, which asks for five minutes or more."""
UNCONFIRMED, NO_SERVER = "unconfirmed", "no_server"
FOR_NOW, FOR_GOOD = range(400, 500), range(500, 600)
"""SMTP's replies that mean "not now" and "never" (RFC 5321, section 4.2.1)."""


def send(letter_id: int) -> None:
    """Post the letter if it is due; a second worker, or a second call, changes nothing."""
    letter = _claim(letter_id, now=clock.now())
    if letter is None:
        return
    follow(letter.request_id)
    if letter.error_code == UNCONFIRMED or letter.attempts > MAX_ATTEMPTS:
        _close(letter, Letter.Status.FAILED, letter.error_code or "gave_up")
        return
    wording = wording_of(letter)
    if wording is None:
        _close(letter, Letter.Status.DROPPED)
        return
    if not _is_wanted_now(letter, wording):
        return
    connection = get_connection()
    try:
        _connect(connection)
        if _note_leaving(letter):
            _hand_over(connection, letter, _message(letter, wording))
    except OSError:
        _postpone(letter, NO_SERVER)
    finally:
        # The letter's fate is known by now; a goodbye that fails says nothing of it.
        with suppress(OSError):
            connection.close()


def reopen(letter_id: int, *, now: datetime) -> bool:
    """Make a failed letter due again with fresh attempts; False when it is not failed."""
    failed = Letter.objects.filter(pk=letter_id, status=Letter.Status.FAILED)
    fresh = {"status": Letter.Status.QUEUED, "next_at": now, "attempts": 0, "error_code": ""}
    return bool(failed.update(**fresh))


def _claim(letter_id: int, *, now: datetime) -> Letter | None:
    """Take a due letter for one lease, its attempt counted before the work."""
    due = Letter.objects.filter(pk=letter_id, status=Letter.Status.QUEUED, next_at__lte=now)
    if not due.update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    letter = Letter.objects.select_related("user").get(pk=letter_id)
    return letter if letter.next_at == now + LEASE else None


def _is_wanted_now(letter: Letter, wording: Wording) -> bool:
    """Return whether its reader wants it at this hour; else drop it, or let it wait for theirs."""
    if wording.member is None:
        return True
    now = clock.now()
    moment = moment_for(letter.kind, wording.member, now=now)
    if moment is None:
        _close(letter, Letter.Status.DROPPED, "not_wanted")
    elif moment > now:
        # Nothing was tried: the attempt is given back.
        _mine(letter).update(next_at=moment, attempts=F("attempts") - 1)
    return moment == now


def _connect(connection: BaseEmailBackend) -> None:
    """Connect and greet the server; raises OSError, of which every SMTPException is one."""
    connection.open()
    server = getattr(connection, "connection", None)
    if isinstance(server, SMTP):
        server.ehlo_or_helo_if_needed()


def _hand_over(
    connection: BaseEmailBackend, letter: Letter, message: EmailMultiAlternatives
) -> None:
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        _refused(letter, "recipient", next(iter(error.recipients.values()))[0])
    except SMTPResponseException as error:
        _refused(letter, "smtp", error.smtp_code)
    except (SMTPNotSupportedError, ValueError):
        # Nothing was sent: the address cannot be written as this server wants it.
        _close(letter, Letter.Status.FAILED, "bad_address")
    except OSError:
        _close(letter, Letter.Status.FAILED, UNCONFIRMED)
    else:
        _close(letter, Letter.Status.SENT)


def _refused(letter: Letter, who: str, reply: int) -> None:
    if reply in FOR_NOW:
        _postpone(letter, f"{who}_{reply}")
    else:
        code = f"{who}_{reply}" if reply in FOR_GOOD else UNCONFIRMED
        _close(letter, Letter.Status.FAILED, code)


def _postpone(letter: Letter, code: str) -> None:
    """Try again later, as long as there are attempts left."""
    if letter.attempts >= MAX_ATTEMPTS:
        _close(letter, Letter.Status.FAILED, code)
        return
    next_at = clock.now() + timedelta(seconds=BACKOFF_SECONDS[letter.attempts - 1])
    _mine(letter).update(next_at=next_at, error_code=code)
    log.warning("letter postponed", letter=letter.pk, kind=letter.kind, code=code)


def _note_leaving(letter: Letter) -> bool:
    """Write that the letter may have left from now on; False when it is another worker's."""
    return bool(_mine(letter).update(error_code=UNCONFIRMED))


def _close(letter: Letter, status: Letter.Status, code: str = "") -> None:
    sent_at = clock.now() if status == Letter.Status.SENT else None
    _mine(letter).update(status=status, next_at=None, error_code=code, sent_at=sent_at)
    log.info("letter closed", letter=letter.pk, kind=letter.kind, status=status, code=code)


def _mine(letter: Letter) -> QuerySet[Letter]:
    """Select the letter while this worker's lease holds."""
    return Letter.objects.filter(pk=letter.pk, status=Letter.Status.QUEUED, next_at=letter.next_at)


def _message(letter: Letter, wording: Wording) -> EmailMultiAlternatives:
    # One name per letter, so that a mailbox which gets it twice may know it.
    name = f"<{letter.uid}@{urlsplit(settings.PUBLIC_URL).hostname}>"
    headers = {"Message-ID": name, "Auto-Submitted": "auto-generated"}
    if wording.stop:
        # RFC 8058: mail programs stop such letters with one POST, without opening a page.
        headers["List-Unsubscribe"] = f"<{wording.stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        wording.subject, wording.text, to=[letter.email], headers=headers
    )
    message.attach_alternative(wording.html, "text/html")
    return message
