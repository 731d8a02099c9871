"""The sandbox process's entry: `gunicorn sandbox.wsgi --workers 1 --threads 16`.

Its database is brought up to date first, so that this one command is all it takes.
"""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
application = get_wsgi_application()
call_command("migrate", verbosity=0)
