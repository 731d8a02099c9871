"""Whether a member's words fit: cleaned, not too long for the network, and still in time."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from flowia.lib.errors import ConflictError, InvalidError
from processing import outbox
from social.capabilities import Capabilities


class WindowClosedError(ConflictError):
    """The network no longer lets us write."""

    code = "window_closed"
    detail = _("The network's reply window has closed: nothing can be sent any more.")


def clean(text: str) -> str:
    """Return a member's words as they may be stored; raises InvalidError when there are none."""
    words = text.replace("\0", "").replace("\r\n", "\n").strip()
    try:
        words.encode()
    except UnicodeEncodeError:
        words = ""
    if not words:
        raise InvalidError(errors={"text": [_("Write what is to be sent.")]})
    return words


def check_length(text: str, limits: Capabilities, *, notice: str = "") -> None:
    """Raise InvalidError for the field `text` when it is too long for the account's network.

    The AI notice that will stand before it counts, and the sentence says how much it takes.
    """
    whole = outbox.joined(notice, text)
    taken, own = (len(one.encode() if limits.text_limit_in_bytes else one) for one in (whole, text))
    if taken <= limits.text_limit:
        return
    sentence = (
        _("Too long for this network: %(taken)s bytes of %(limit)s (an accent counts twice).")
        if limits.text_limit_in_bytes
        else _("Too long for this network: %(taken)s characters of %(limit)s.")
    )
    said = str(sentence) % {"taken": taken, "limit": limits.text_limit}
    if taken > own:
        said += " " + str(_("The AI notice in front takes %(notice)s.")) % {"notice": taken - own}
    raise InvalidError(errors={"text": [said]})


def check_window(closes: datetime | None, *, now: datetime) -> None:
    """Raise WindowClosedError once the network forbids writing; None never closes."""
    if closes is not None and now >= closes:
        raise WindowClosedError
