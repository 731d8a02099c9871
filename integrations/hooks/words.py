"""Outgoing webhooks in words: how one stands, what a call met, why an address is refused."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.hooks.queueing import EVENTS, TEST
from integrations.models import Hook, HookCall

Status = HookCall.Status
TEST_NAME = gettext_lazy("test")

REFUSALS: dict[str, Promise] = {
    "bad_address": gettext_lazy("This is not an address that can be called."),
    "not_https": gettext_lazy("The address has to begin with https://."),
    "user_in_address": gettext_lazy("Leave name and password out of the address."),
    "port_not_allowed": gettext_lazy("This port is not allowed. Usual are 443 and 8443."),
    "unknown_host": gettext_lazy("Nobody knows this host. Is there a mistake in the name?"),
    "not_public": gettext_lazy(
        "This address leads into a private network. It has to be reachable from the internet."
    ),
}
"""Why an address may not be called; the codes are `flowia.lib.outward`'s."""

MET: dict[str, Promise] = {
    **REFUSALS,
    "unreachable": gettext_lazy("Nobody took the call at this address."),
    "bad_certificate": gettext_lazy("The certificate of the address is not valid."),
    "no_answer": gettext_lazy("No answer came within 15 seconds."),
    "not_http": gettext_lazy("What answered does not speak HTTP."),
    "redirected": gettext_lazy("The address leads on to another one, which we never follow."),
    "refused": gettext_lazy("The address answered with an error."),
    "gone": gettext_lazy("The address said that it is gone (410)."),
    "gave_up": gettext_lazy("We gave up after eight attempts."),
    "no_secret": gettext_lazy("The secret cannot be read. Make a new one."),
    "plan": gettext_lazy("It waits until your plan carries this webhook again."),
}
"""What a call met, by its error code."""

OFF: dict[str, Promise] = {
    "gone": gettext_lazy(
        "The address said that it is gone (410), so nothing is sent there any more."
    ),
    "failing": gettext_lazy("For five days no call went through, so nothing is sent any more."),
}
"""Why a hook was switched off, by its reason."""


@dataclass(frozen=True)
class State:
    """How a hook stands: a code, its tone for the eye, a label and a sentence."""

    code: str
    tone: str
    label: str
    sentence: str


def state_of(hook: Hook, *, carried: bool) -> State:
    """Tell how a hook stands; `carried`: the workspace's plan has room for it."""
    if hook.status == Hook.Status.DISABLED:
        return State("disabled", "call", _("switched off"), off_sentence(hook))
    if not carried:
        sentence = _("Your plan does not carry this webhook: nothing is sent there.")
        return State("beyond_plan", "wait", _("beyond your plan"), sentence)
    if hook.status == Hook.Status.PAUSED:
        sentence = _("What happens meanwhile waits, for 30 days, and leaves when you resume.")
        return State("paused", "wait", _("paused"), sentence)
    if hook.failing_since is not None:
        sentence = _("Calls fail at the moment. We try each one again for a day.")
        return State("failing", "call", _("failing"), sentence)
    if hook.called_at is None:
        return State("new", "", _("not called yet"), _("Send a test to see whether it works."))
    return State("working", "good", _("works"), _("Calls go through."))


def off_sentence(hook: Hook) -> str:
    """Tell why a hook was switched off."""
    return str(OFF.get(hook.status_reason, OFF["failing"]))


def refusal(code: str) -> Promise:
    """Tell why an address may not be called."""
    return REFUSALS.get(code, REFUSALS["bad_address"])


def met(call: HookCall) -> str:
    """Tell what the last attempt of a call met; empty where there was none, or it went through."""
    return str(MET.get(call.error_code, call.error_code))


def event_name(code: str) -> str:
    """Return an event in words."""
    return str(EVENTS.get(code, TEST_NAME if code == TEST else code))


def shown_url(hook: Hook, *, whole: bool) -> str:
    """Return a hook's address; its host alone where `whole` is not meant for the reader.

    With Make and others the address itself is the secret: whoever has it can write there.
    """
    parts = urlsplit(hook.url)
    return hook.url if whole else f"{parts.scheme}://{parts.netloc}/…"


def tone_of(call: HookCall) -> str:
    """Return the tone in which a call's state is shown."""
    tones: dict[Any, str] = {Status.DONE: "good", Status.FAILED: "call", Status.RUNNING: "cold"}
    return tones.get(call.status, "wait")
