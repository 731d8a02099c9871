"""Everybody's mailbox: the letters that Flow IA sent, newest first, and one to be read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from sandbox.world.models import Letter

MOST_LETTERS = 200


@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """Show to whom letters went, about what and when."""
    shown = {"letters": Letter.objects.all()[:MOST_LETTERS], "return_to": request.path}
    return render(request, "sandbox/mailbox.html", shown)


@require_GET
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Show one letter's text, with its links; 404 when there is none."""
    found = get_object_or_404(Letter, pk=letter_id)
    return render(request, "sandbox/letter.html", {"letter": found, "return_to": request.path})
