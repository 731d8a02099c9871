"""The environment that points a system at its database, its Redis and the stand-ins."""

from sandbox import demo
from tests.stack import clean_environment


def pointed(*, database: str, redis: str, port: int, world: str) -> dict[str, str]:
    """Return this process's environment without the product's names, and with these.

    `world` is the address of the stand-ins, the benchmark's or the sandbox's: their paths and
    tokens are the same.
    """
    return clean_environment(
        {
            "DATABASE_URL": database,
            "REDIS_URL": redis,
            "PORT": str(port),
            "META_APP_ID": demo.APP_ID,
            "META_APP_SECRET": demo.APP_SECRET,
            "META_VERIFY_TOKEN": demo.VERIFY_TOKEN,
            "META_GRAPH_URL": f"{world}/graph",
            "OPENAI_API_KEY": "sandbox",
            "OPENAI_BASE_URL": f"{world}/openai/v1",
            "AIRTABLE_API_URL": f"{world}/airtable",
            "AIRTABLE_TOKEN": demo.AIRTABLE_TOKEN,
            "AIRTABLE_BASE_ID": demo.AIRTABLE_BASE_ID,
            "AIRTABLE_TABLE_ID": demo.AIRTABLE_TABLE_ID,
        }
    )
