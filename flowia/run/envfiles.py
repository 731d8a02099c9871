"""Reading NAME=value files without touching this process's own environment."""

from collections.abc import Mapping
from pathlib import Path

import environ


def completed(told: Mapping[str, str], path: Path) -> dict[str, str]:
    """Return `told` with the names of the file added that it does not have; no file, no names."""

    class Told(environ.Env):  # type: ignore[misc] # the library has no types
        ENVIRON = dict(told)  # noqa: RUF012 - the library's own way to name what it fills

    if path.is_file():
        Told.read_env(path)
    return dict(Told.ENVIRON)
