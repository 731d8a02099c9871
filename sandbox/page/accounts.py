"""What the page says of Meta's accounts, and its buttons to end the access to them."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseRedirect
from django.views.decorators.http import require_POST

from sandbox.page.places import back
from sandbox.world import grants, meta
from sandbox.world.models import MetaGrant, Subscription


@dataclass(frozen=True)
class Known:
    """One Page or Instagram account: how often it was logged in, whether its access lives."""

    id: str
    name: str
    instagram: bool
    logins: int
    alive: bool
    fields: int


def known() -> list[Known]:
    """Return every account of the demo."""
    fields = dict(Subscription.objects.values_list("node", "fields"))
    chosen = [account for grant in MetaGrant.objects.all() for account in grant.accounts]
    return [
        Known(
            id=account.external_id,
            name=account.name,
            instagram=account.instagram,
            logins=chosen.count(account.external_id),
            alive=bool(grants.tokens_of(account.external_id)),
            fields=len(fields.get(account.external_id, [])),
        )
        for account in meta.EVERY
    ]


@require_POST
def change_accounts(request: HttpRequest) -> HttpResponseRedirect:
    """End the access to the account `revoke`, or give the demo's own access back."""
    if request.POST.get("revoke"):
        killed = grants.tokens_of(request.POST["revoke"])
        grants.kill(killed, grants.PASSWORD_CHANGED)
    else:
        grants.restore()
    return back(request, request.POST.get("contact", ""), "accounts")
