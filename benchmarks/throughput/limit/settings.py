"""The few settings of the limit system, all from the environment, by the product's names."""

import environ

env = environ.Env()
SECRET_KEY = "the-limit-keeps-no-secrets"
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["benchmarks.throughput.limit"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.throughput.limit.urls"
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
REDIS_URL = env.str("REDIS_URL")

META_APP_SECRET = env.str("META_APP_SECRET")
META_VERIFY_TOKEN = env.str("META_VERIFY_TOKEN", "")
META_GRAPH_URL = f"{env.str('META_GRAPH_URL')}/{env.str('META_GRAPH_VERSION', 'v26.0')}"
PAGE_TOKENS: dict[str, str] = env.json("PAGE_TOKENS")
"""The token of each account that is written to, by its id."""
OPENAI_API_KEY = env.str("OPENAI_API_KEY")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL")
OPENAI_MODEL = env.str("OPENAI_MODEL", "gpt-6-luna")
AIRTABLE_URL = "/".join(
    (env.str("AIRTABLE_API_URL"), "v0", env.str("AIRTABLE_BASE_ID"), env.str("AIRTABLE_TABLE_ID"))
)
AIRTABLE_TOKEN = env.str("AIRTABLE_TOKEN")
