"""What the OpenAPI document says of files, and of answers without a body."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

ZIP = {(200, "application/zip"): OpenApiTypes.BINARY}
"""What the OpenAPI document says of a zip."""
GONE = OpenApiResponse(description="The row and what belongs to it are gone.")
