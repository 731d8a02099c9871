"""The product's settings for quick tests: an empty environment, a throw-away folder, no Redis.

Only `DATABASE_URL` is listened to, so that the same tests run on PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile

from flowia import embedded
from tests.migrated import TEMPLATE
from tests.names import product_names

for _name in product_names() - {"DATABASE_URL"}:
    os.environ.pop(_name, None)
os.environ["FLOWIA_VAR"] = tempfile.mkdtemp(prefix="flowia-tests-")
# A port nobody listens on: a wake-up that gets lost is part of the design, a shared Redis is not.
os.environ["REDIS_URL"] = "redis://127.0.0.1:1/0"
atexit.register(shutil.rmtree, os.environ["FLOWIA_VAR"], ignore_errors=True)
(embedded.var_dir() / "static").mkdir()  # WhiteNoise warns when it is missing
embedded.env_files = list  # the developer's own .env stays out

from flowia import database  # noqa: E402 - as the next
from flowia.settings import *  # noqa: E402, F403 - after the environment is clean

THROW_AWAY = True
TALLY_SECONDS = 0  # no thread may write into the Redis of another test
# Asked for by tests/admin/test_second_factor.py alone.
OPERATOR_SECOND_FACTOR = False
if TEMPLATE in os.environ and "postgresql" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ[TEMPLATE]}  # noqa: F405
if "postgresql" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    # Only workers prepare their statements; here every one of them is tried so.
    DATABASES["default"]["OPTIONS"].update(database.PREPARED)  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
