"""The plug board: settings, urls, Celery and health. No product logic lives here."""

from flowia.celery import app as celery_app

__all__ = ["celery_app"]
