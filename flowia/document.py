"""The OpenAPI document at `/schema`, written once per process, language and form."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request


class Document(SpectacularAPIView):
    """The document as YAML or JSON; `?lang=` chooses its language, the reader's by default."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *_args: Any, **_options: Any) -> HttpResponse:
        """Return the document; writing it costs a tenth of a second, so it is kept."""
        asked = request.query_params.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
        form = request.accepted_renderer
        return HttpResponse(written(language, form.format), content_type=form.media_type)


@lru_cache(maxsize=16)
def written(language: str, form: str) -> bytes | str:
    """Return the whole document in one language, as "json" or "yaml"."""
    renderer = OpenApiJsonRenderer() if form == "json" else OpenApiYamlRenderer()
    with translation.override(language):
        document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        return renderer.render(document, renderer_context={})
