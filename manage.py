"""Django's command line: `python manage.py help` lists what it can do."""

import os
import sys
from importlib import import_module

from django.core.management import execute_from_command_line

from flowia import refused
from flowia.embedded import NotWritableError


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")
    if refused.wanted():
        # The doctor tells why there are no settings, too.
        try:
            import_module(os.environ["DJANGO_SETTINGS_MODULE"])
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever keeps them from loading
            sys.stdout.write(refused.told(error, sys.argv))
            sys.exit(1)
    try:
        execute_from_command_line(sys.argv)
    except NotWritableError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
