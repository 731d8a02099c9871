"""An invented network: pigeons. Its own folder, its fixtures, and one line of a registry."""

from tests.contracts.pigeon.subject import SUBJECT

__all__ = ["SUBJECT"]
