"""The addresses that Meta calls, and the page on which a person sees what became of it."""

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from flowia.lib.errors import BadSignatureError, NotFoundError
from processing.privacy.models import DeletionRequest
from processing.privacy.withdrawals import is_of_now, take_in
from social.providers.registry import PROVIDERS

log = structlog.get_logger("flowia.withdrawals")


@csrf_exempt
@require_POST
def deauthorize(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in that a person withdrew our access; 403 for a wrong signature."""
    _take_in(request, provider, DeletionRequest.Kind.DEAUTHORIZE)
    return JsonResponse({})


@csrf_exempt
@require_POST
def data_deletion(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in that a person wants their data deleted; 403 for a wrong signature.

    Answers the address of the status page and its code, as Meta asks for them.
    """
    found = _take_in(request, provider, DeletionRequest.Kind.DELETION)
    url = f"{settings.PUBLIC_URL}{reverse('data-deletion', args=[found.code])}"
    return JsonResponse({"url": url, "confirmation_code": found.code})


@require_safe
def deletion_status(request: HttpRequest, code: str) -> HttpResponse:
    """Show what became of a request, to whoever has its code; nothing about the person."""
    found = DeletionRequest.objects.filter(code=code, kind=DeletionRequest.Kind.DELETION).first()
    if found is None:
        raise NotFoundError
    page = render(request, "privacy/deletion_status.html", {"found": found})
    page["X-Robots-Tag"] = "noindex, nofollow"
    page["Cache-Control"] = "no-store"
    return page


def _take_in(request: HttpRequest, name: str, kind: DeletionRequest.Kind) -> DeletionRequest:
    provider = PROVIDERS.get(name)
    receiving = provider.receiving if provider else None
    if receiving is None or receiving.withdrawn is None:
        raise NotFoundError
    withdrawal = receiving.withdrawn(request.POST.get("signed_request", ""))
    if withdrawal is None:
        log.warning("withdrawal refused", provider=name, reason="bad_signature")
        raise BadSignatureError
    if not is_of_now(withdrawal):
        log.warning("withdrawal refused", provider=name, reason="not_of_now")
        raise BadSignatureError
    found = take_in(name, withdrawal, kind)
    log.info("withdrawal", provider=name, kind=kind.value, accounts=found.accounts)
    return found
