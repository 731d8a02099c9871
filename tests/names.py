"""The names that the product reads from its environment, found in its source."""

import re

from flowia.embedded import BASE_DIR

READERS = (
    "flowia/settings.py",
    "flowia/services.py",
    "flowia/embedded.py",
    "flowia/run/plan.py",
)
READ = re.compile(
    r"""(?:env(?:\.\w+)?\(|environ\.get\(|told\.get\(|_port\(told,)\s*["']([A-Z][A-Z0-9_]+)["']"""
)


def product_names() -> set[str]:
    """Return every name read by the settings, the embedded default and the run command."""
    sources = [(BASE_DIR / path).read_text(encoding="utf-8") for path in READERS]
    return {name for source in sources for name in READ.findall(source)}
