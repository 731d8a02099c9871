"""The limit's web application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.throughput.limit.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
