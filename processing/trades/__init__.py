"""Six trades to begin with: scenarios, a fact sheet to fill in, messages to try, an example.

Plain data in the two languages in which workspaces answer. Every scenario is a first wording for
its owner to change, and writes drafts until they trust it.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from processing.trades import english, french
from processing.trades.shape import Trade

TRADES: dict[str, Promise] = {
    "boutique": _("Shop"),
    "coiffeur": _("Hairdresser"),
    "restaurant": _("Restaurant"),
    "artisan": _("Craftsperson"),
    "coach": _("Coach"),
    "immobilier": _("Estate agency"),
}
"""What the trades are called, in the order in which they are offered."""
WRITTEN: dict[str, dict[str, Trade]] = {"fr": french.TRADES, "en": english.TRADES}


def language_of(language: str) -> str:
    """Return in which language a workspace of `language` is offered its trades: "fr" or "en"."""
    return language if language in WRITTEN else "fr"


def trade_called(code: str, language: str) -> Trade | None:
    """Return a trade in the words of `language`; None for an unknown one."""
    return WRITTEN[language_of(language)].get(code)
