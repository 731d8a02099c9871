"""Why a run ends before its end: caught once, in `program`."""

from typing import Any

from social.providers.linkedin.browser.jobs import DRIFT, FAILED, OK


class Stop(Exception):  # noqa: N818 # no error: it is how a run ends
    """The run ends here with a state; of a send, nothing was clicked.

    `state` is an Outcome's, `detail` its code, `why` why a message was not sent. `looked` tells
    that the page itself is the trouble, so that its structure is worth keeping. `seen` is what was
    read before.
    """

    def __init__(
        self,
        state: str,
        detail: str = "",
        *,
        missing: str = "",
        why: str = "",
        looked: bool = False,
    ) -> None:
        self.state = state
        self.detail = detail or why
        self.missing = missing
        self.why = why or detail or state
        self.looked = looked
        self.seen: dict[str, Any] = {}
        super().__init__(state)


def drift(missing: str) -> Stop:
    """Return the end of a run that misses an element of the page."""
    return Stop(DRIFT, missing, missing=missing, looked=True)


def refused(why: str) -> Stop:
    """Return the end of a send that must not happen, although the session is well."""
    return Stop(OK, why=why)


def failed(detail: str) -> Stop:
    """Return the end of a run that learnt nothing."""
    return Stop(FAILED, detail)
