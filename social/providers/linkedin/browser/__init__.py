"""A browser per run, in processes of its own: `run` and what it takes and gives.

Only the program below it imports Playwright, and only in that other process.
"""

from social.providers.linkedin.browser.jobs import Job, Outcome
from social.providers.linkedin.browser.running import run

__all__ = ["Job", "Outcome", "run"]
