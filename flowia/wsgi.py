"""The web process's entry: gunicorn loads `flowia.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")
application = get_wsgi_application()
