"""The reader's language, and sentences in it, without loading Django for a few lines of text."""

import gettext
import os

from flowia.embedded import BASE_DIR


def language() -> str:
    """Return "en" when the environment speaks English, "fr" for everyone else."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    spoken = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "en" if spoken.lower().startswith("en") else "fr"


def _(text: str) -> str:
    """Return the sentence in the reader's language, from the product's own catalogue."""
    if language() == "en":
        return text
    return gettext.translation("django", BASE_DIR / "locale", ["fr"], fallback=True).gettext(text)
