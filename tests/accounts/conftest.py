"""What the tests of letters share; the mail server is the sandbox's."""

from tests.accounts.mailing import person, server
from tests.sandbox.conftest import receiver, running_sandbox, sandbox

__all__ = ["person", "receiver", "running_sandbox", "sandbox", "server"]
