"""What a message wants, as a closed list: the model chooses one, the trust ladder counts by it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

INTENTS: dict[str, Promise] = {
    "price": _("price"),
    "availability": _("availability"),
    "product": _("product question"),
    "hours": _("opening hours"),
    "address": _("address"),
    "delivery": pgettext_lazy("intent", "delivery"),
    "returns": _("return or exchange"),
    "booking": _("booking"),
    "purchase": _("purchase"),
    "callback": _("wants to be called"),
    "order_status": _("order status"),
    "complaint": _("complaint"),
    "human_request": _("wants a human"),
    "greeting": _("greeting"),
    "thanks": _("thanks"),
    "opt_out": _("wants no messages"),
    "other": _("something else"),
}


def called(intent: str) -> str:
    """Return the intent's name in the active language; an old or unknown one as it is."""
    name = INTENTS.get(intent)
    return intent if name is None else str(name)
