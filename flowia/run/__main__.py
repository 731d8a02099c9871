"""`python -m flowia.run [--serve]`: what the bootstrap becomes; `manage.py up` does the same."""

import sys

from flowia.run.conductor import conduct

if __name__ == "__main__":
    sys.exit(conduct(serve="--serve" in sys.argv[1:]))
