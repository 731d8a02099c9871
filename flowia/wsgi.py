"""The web process's entry: gunicorn loads `flowia.wsgi:application`."""

import os
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from flowia.celery import TRANSPORT_OPTIONS, app
from flowia.lib.refusals import refuse_wrong_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")
_django = get_wsgi_application()
refuse_wrong_settings()
Environ = dict[str, Any]


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request (PEP 3333)."""
    if "CONTENT_LENGTH" not in environ and environ.get("HTTP_TRANSFER_ENCODING"):
        measure(environ)
    return _django(environ, start_response)


def measure(environ: Environ) -> None:
    """Give a chunked body its length, which Django needs to read it at all.

    No more than one byte over the limit is read: the announced length then says that it is too
    large, and the rest is left to the server to throw away.
    """
    body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = BytesIO(body)


# A webhook answers after this long even when Redis hangs; workers may be more patient.
app.conf.broker_transport_options = {
    **TRANSPORT_OPTIONS,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
}
