"""Pages go over the wire compressed (docs/decisions/0022); nothing else of ours does.

Static files were compressed when they were collected. Sheets are written while they are read, and
a program that reads the API is not on a telephone.
"""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPages(GZipMiddleware):
    """Django's compression, with its padding of random length, for whole pages of HTML alone."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Return the answer, compressed if it is a page and whoever asked can read that."""
        kind = response.get("Content-Type", "").partition(";")[0].strip()
        if response.streaming or kind != "text/html":
            return response
        return super().process_response(request, response)
