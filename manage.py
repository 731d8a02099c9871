"""Django's command line: `python manage.py help` lists what it can do."""

import os
import sys

from django.core.management import execute_from_command_line

from flowia.embedded import NotWritableError


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")
    try:
        execute_from_command_line(sys.argv)
    except NotWritableError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
