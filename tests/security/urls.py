"""The product's addresses, and one that always fails."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from flowia import urls
from flowia.lib.errors import TooManyRequestsError

SECRET = "hunter2-glycine"


def crash(request: HttpRequest) -> HttpResponse:
    raise ValueError(SECRET)


def busy(request: HttpRequest) -> HttpResponse:
    raise TooManyRequestsError(retry_after=42)


handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
urlpatterns = [path("crash", crash), path("busy", busy), *urls.urlpatterns]
