"""The same workspace and stand-ins as the pipeline's tests."""

from tests.processing.conftest import scene

__all__ = ["scene"]
