"""The sandbox process's entry: `gunicorn sandbox.wsgi --workers 1 --threads 16`.

Its database is brought up to date first, so that this one command is all it takes. The same
process takes letters in, on a port of its own.
"""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
application = get_wsgi_application()
call_command("migrate", verbosity=0)
# These use the settings, which Django has only now.
from sandbox import settings  # noqa: E402
from sandbox.standins import mail  # noqa: E402
from sandbox.world import grants  # noqa: E402

grants.restore()
mail.listen(settings.MAIL_PORT)
