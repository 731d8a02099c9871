"""The two tables of the limit system."""

from typing import ClassVar

from django.db import models


class Message(models.Model):
    """What a person wrote, and what was answered."""

    objects: ClassVar[models.Manager["Message"]] = models.Manager()
    page = models.CharField(max_length=64)
    contact = models.CharField(max_length=64)
    external_id = models.CharField(max_length=200)
    text = models.TextField()
    answer = models.TextField(default="")
    level = models.CharField(max_length=10, default="")
    sent_id = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text


class Lead(models.Model):
    """How interested a person is."""

    objects: ClassVar[models.Manager["Lead"]] = models.Manager()
    contact = models.CharField(max_length=64, unique=True)
    level = models.CharField(max_length=10)

    def __str__(self) -> str:
        return self.contact
