"""Settings that no process of production starts with, whatever starts it.

Django's own commands ask all checks by themselves; Celery asks them and does not listen, and a web
server asks nobody. So each process asks those of the settings, which cost nothing.
"""

import os
import sys

from django.core.checks import ERROR, run_checks

SETTINGS = "settings"
"""The tag of the checks that look at settings alone."""
ASKED = "CELERY_SKIP_CHECKS"
"""Celery's name for: whoever started this process has asked already."""


def refuse_wrong_settings() -> None:
    """End the process, with the sentences that say why, where a setting is refused."""
    if os.environ.get(ASKED):
        return
    found = [one for one in run_checks(tags=[SETTINGS]) if one.level >= ERROR]
    if found:
        lines = "\n".join(f"  {one.msg} {one.hint or ''}".rstrip() for one in found)
        sys.exit(f"Flow IA does not start with these settings:\n{lines}")
