"""The plug board: settings, urls, Celery and health. No product logic lives here."""

__version__ = "0.9.0"

from flowia.celery import app as celery_app

__all__ = ["celery_app"]
