"""The click, and what became of it; see `composing` for all that comes before."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Error

from social.providers.linkedin.browser import composing, jobs
from social.providers.linkedin.browser.hearing import Created
from social.providers.linkedin.browser.stopping import Stop, failed
from social.providers.linkedin.browser.tab import STEP_MS, Tab
from social.providers.linkedin.browser.thread import messages
from social.providers.linkedin.browser.visiting import owner
from social.providers.linkedin.seen import PersonSeen, reduced_message
from social.providers.linkedin.voyager import accepted_in

ANSWER_SECONDS, EMPTY_SECONDS, CLICK_MS = 20.0, 3.0, 5_000
OK_STATUSES, REFUSALS = range(200, 300), range(400, 500)
SIGNED_OUT, TOO_MANY, DENIED = (401, 403), 429, 999


def send(tab: Tab, params: dict[str, Any], may_click: Callable[[], bool]) -> dict[str, Any]:
    """Send one message; returns `owner`, `messages`, `result`, `why`, `sent`. Raises Stop.

    Before the click Stop is raised and nothing was sent; after it, everything is in the answer.
    `may_click` is asked right before the click: the worker knows of it first, or it never comes.
    """
    wanted = composing.wanted_of(params)
    try:
        ready = composing.compose(tab, wanted)
        if not may_click():
            raise failed("no_go")
    except Stop as stop:
        stop.seen = seen(tab, wanted)
        raise
    tab.turnstile.open_for(wanted.thread, wanted.text)
    told = _clicked(tab, ready)
    return {**seen(tab, wanted), **told}


def seen(tab: Tab, wanted: composing.Wanted) -> dict[str, Any]:
    """Return what was read of the thread on the way."""
    contact = PersonSeen(wanted.contact, wanted.name)
    found = messages(tab, wanted.thread)
    return {
        "owner": owner(tab),
        "messages": [reduced_message(one, contact=contact) for one in found],
    }


def _clicked(tab: Tab, ready: composing.Ready) -> dict[str, Any]:
    """Click, wait, and say what is known. From here on no error may hide that it was clicked."""
    try:
        ready.button.click(timeout=CLICK_MS, no_wait_after=True)
        created = _answer(tab)
        tab.turnstile.close()
        if tab.turnstile.stopped and not tab.turnstile.passed:
            return {"result": jobs.NOT_SENT, "why": tab.turnstile.stopped[-1]}
        if created is None:
            return {**_wall(tab), **_unconfirmed("no_answer")}
        return _judged(tab, ready, created)
    except Error:
        return {**_wall(tab), **_unconfirmed("browser_error")}


def _answer(tab: Tab) -> Created | None:
    """Wait for the answer to the page's send; None when none comes."""
    ends = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < ends:
        tab.take()
        if tab.created:
            return tab.created[0]
        tab.page.wait_for_timeout(STEP_MS)
    return None


def _judged(tab: Tab, ready: composing.Ready, created: Created) -> dict[str, Any]:
    status = created.status
    if status in OK_STATUSES:
        return _accepted(tab, ready, created)
    if status in {TOO_MANY, DENIED}:
        told = {"state": jobs.COOLDOWN, "detail": f"status_{status}"}
        return {**told, "result": jobs.NOT_SENT, "why": f"status_{status}"}
    if status in SIGNED_OUT:
        told = {"state": jobs.NEEDS_LOGIN, "detail": "send_signed_out"}
        return {**told, "result": jobs.NOT_SENT, "why": f"status_{status}"}
    if status in REFUSALS:
        return {"result": jobs.NOT_SENT, "why": f"status_{status}"}
    return {**_wall(tab), **_unconfirmed(f"status_{status}" if status else "connection_lost")}


def _accepted(tab: Tab, ready: composing.Ready, created: Created) -> dict[str, Any]:
    accepted = accepted_in(created.body)
    if accepted is None:
        return _unconfirmed("no_name")
    if not _is_emptied(tab, ready):
        return _unconfirmed("composer_kept")
    if tab.turnstile.stopped:
        tab.warn(tab.turnstile.stopped[0])
    return {
        "result": jobs.SENT,
        "sent": {"id": accepted.id, "delivered_at": accepted.at},
    }


def _is_emptied(tab: Tab, ready: composing.Ready) -> bool:
    """Wait for the composer to be empty; one that the page took away is."""
    ends = time.monotonic() + EMPTY_SECONDS
    while time.monotonic() < ends:
        try:
            if not composing.written(ready.composer):
                return True
        except Error:
            return True
        tab.page.wait_for_timeout(STEP_MS)
    return False


def _unconfirmed(why: str) -> dict[str, Any]:
    return {"result": jobs.UNCONFIRMED, "why": why}


def _wall(tab: Tab) -> dict[str, Any]:
    """Return the state when the send led to a wall."""
    stop = tab.wall()
    return {} if stop is None else {"state": stop.state, "detail": stop.detail}
