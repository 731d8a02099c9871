"""The part of the settings that tells of outside services: networks, the model, tools, Google.

Imported by the settings, once the environment's files are read.
"""

import environ

env = environ.Env()

META_APP_ID = env.str("META_APP_ID", "")
META_APP_SECRET = env.str("META_APP_SECRET", "")
META_INSTAGRAM_APP_ID = env.str("META_INSTAGRAM_APP_ID", "")
META_INSTAGRAM_APP_SECRET = env.str("META_INSTAGRAM_APP_SECRET", "")
META_VERIFY_TOKEN = env.str("META_VERIFY_TOKEN", "")
META_GRAPH_VERSION = env.str("META_GRAPH_VERSION", "v26.0")
META_GRAPH_URL = env.str("META_GRAPH_URL", "https://graph.facebook.com")
META_INSTAGRAM_GRAPH_URL = env.str("META_INSTAGRAM_GRAPH_URL", "https://graph.instagram.com")
# Whether Meta approved the "Human Agent" feature: what a member writes may leave for seven days.
META_HUMAN_AGENT = env.bool("META_HUMAN_AGENT", False)
META_OAUTH_URL = env.str("META_OAUTH_URL", "https://www.facebook.com")
META_INSTAGRAM_OAUTH_URL = env.str(
    "META_INSTAGRAM_OAUTH_URL", "https://www.instagram.com/oauth/authorize"
)
META_INSTAGRAM_TOKEN_URL = env.str(
    "META_INSTAGRAM_TOKEN_URL", "https://api.instagram.com/oauth/access_token"
)
TIKTOK_APP_ID = env.str("TIKTOK_APP_ID", "")
TIKTOK_APP_SECRET = env.str("TIKTOK_APP_SECRET", "")
# Without the slash at its end: paths begin with one, and end with one too (tiktok.md 2.4).
TIKTOK_API_URL = env.str("TIKTOK_API_URL", "https://business-api.tiktok.com/open_api/v1.3")
TIKTOK_OAUTH_URL = env.str("TIKTOK_OAUTH_URL", "https://www.tiktok.com/v2/auth/authorize/")
YOUTUBE_API_URL = env.str("YOUTUBE_API_URL", "https://youtube.googleapis.com/youtube/v3")
# All channels of all customers share these (youtube.md 4); Google counts by its Pacific day.
YOUTUBE_DAILY_UNITS = env.int("YOUTUBE_DAILY_UNITS", 10_000)
LINKEDIN_URL = env.str("LINKEDIN_URL", "https://www.linkedin.com")
# A browser of this machine, where it is not found by itself.
LINKEDIN_BROWSER_EXECUTABLE = env.str("LINKEDIN_BROWSER_EXECUTABLE", "")
# Least seconds between two messages of an account, and between two readings (linkedin.md 7): less
# is for a network on loopback alone.
LINKEDIN_SEND_SECONDS = env.float("LINKEDIN_SEND_SECONDS", 120.0)
LINKEDIN_POLL_SECONDS = env.int("LINKEDIN_POLL_SECONDS", 1000)
OPENAI_API_KEY = env.str("OPENAI_API_KEY", "")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", "https://api.openai.com/v1")
OPENAI_MODEL = env.str("OPENAI_MODEL", "gpt-6-luna")
OPENAI_API_STYLE = env.str("OPENAI_API_STYLE", "responses")
# Reasoning counts as output: left on, it eats the room kept for the answer. Blank for servers
# that do not know the parameter.
OPENAI_REASONING_EFFORT = env.str("OPENAI_REASONING_EFFORT", "none")
AI_MAX_TOKENS = env.int("AI_MAX_TOKENS", 4000)
# Calls in any minute, for each workspace and in all; what comes more often waits its turn.
AI_REQUESTS_PER_MINUTE = env.int("AI_REQUESTS_PER_MINUTE", 60)
# With more in all, one workspace's crowd leaves something to the others.
AI_REQUESTS_PER_MINUTE_IN_ALL = env.int("AI_REQUESTS_PER_MINUTE_IN_ALL", None)
# Dollars per million tokens, for models whose price `processing/ai/prices.py` does not know.
AI_PRICE_IN = env.float("AI_PRICE_IN", None)
AI_PRICE_OUT = env.float("AI_PRICE_OUT", None)
NOTION_API_URL = env.str("NOTION_API_URL", "https://api.notion.com")
AIRTABLE_API_URL = env.str("AIRTABLE_API_URL", "https://api.airtable.com")
GOOGLE_SHEETS_API_URL = env.str("GOOGLE_SHEETS_API_URL", "https://sheets.googleapis.com")
GOOGLE_SHEETS_TOKEN_URL = env.str("GOOGLE_SHEETS_TOKEN_URL", "https://oauth2.googleapis.com/token")
# What we allow ourselves of each tool, below its own limits (crm.md): per token, per base, and per
# service account.
NOTION_REQUESTS_PER_SECOND = env.float("NOTION_REQUESTS_PER_SECOND", 2.5)
AIRTABLE_REQUESTS_PER_SECOND = env.float("AIRTABLE_REQUESTS_PER_SECOND", 4.0)
GOOGLE_SHEETS_REQUESTS_PER_MINUTE = env.int("GOOGLE_SHEETS_REQUESTS_PER_MINUTE", 55)
# Seconds without an answer after which a call to a tool is given up and looked up later.
TOOL_TIMEOUT_SECONDS = env.float("TOOL_TIMEOUT_SECONDS", 10.0)
# A lead that changes is written when it has been still for so long.
SYNC_SETTLE_SECONDS = env.float("SYNC_SETTLE_SECONDS", 5.0)
# Private networks that outgoing webhooks may call all the same; never in production.
WEBHOOK_PRIVATE_NETWORKS = env.list("WEBHOOK_PRIVATE_NETWORKS", default=[])
# Without a key nothing is sold: everybody is on the plan that an operator gave them.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
# One or two (while it is rolled), comma-separated.
STRIPE_WEBHOOK_SECRET = env.list("STRIPE_WEBHOOK_SECRET", default=[])
STRIPE_API_URL = env.str("STRIPE_API_URL", "https://api.stripe.com")
# By default the prices are found by their lookup keys, which `manage.py stripe_setup` makes.
STRIPE_PRICE_PREMIUM_MONTH = env.str("STRIPE_PRICE_PREMIUM_MONTH", "")
STRIPE_PRICE_ULTRA_MONTH = env.str("STRIPE_PRICE_ULTRA_MONTH", "")
STRIPE_PRICE_ULTRA_YEAR = env.str("STRIPE_PRICE_ULTRA_YEAR", "")
# Without a client id nobody is offered to sign in with Google.
GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID", "")
GOOGLE_CLIENT_SECRET = env.str("GOOGLE_CLIENT_SECRET", "")
GOOGLE_OAUTH_URL = env.str("GOOGLE_OAUTH_URL", "https://accounts.google.com/o/oauth2/v2/auth")
GOOGLE_TOKEN_URL = env.str("GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/token")
GOOGLE_REVOKE_URL = env.str("GOOGLE_REVOKE_URL", "https://oauth2.googleapis.com/revoke")
GOOGLE_CERTS_URL = env.str("GOOGLE_CERTS_URL", "https://www.googleapis.com/oauth2/v3/certs")
