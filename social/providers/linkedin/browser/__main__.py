"""`python -m social.providers.linkedin.browser [command]`: the guard of one run."""

import sys

from social.providers.linkedin.browser import guard

PROGRAM = (sys.executable, "-m", "social.providers.linkedin.browser.program")

if __name__ == "__main__":
    sys.exit(guard.main(sys.argv[1:] or PROGRAM))
