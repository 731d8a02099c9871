"""The web process's entry: gunicorn loads `flowia.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from flowia.celery import TRANSPORT_OPTIONS, app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")
application = get_wsgi_application()

# A webhook answers after this long even when Redis hangs; workers may be more patient.
app.conf.broker_transport_options = {
    **TRANSPORT_OPTIONS,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
}
