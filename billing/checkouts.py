"""Visits to Stripe's payment page: at most one is open per workspace.

The row is written first and its public id is the idempotency key of the page at Stripe: two clicks
at once, or one whose answer was lost, get the same page. Before another page is opened, the one
before is closed at Stripe, so that nobody can pay for both.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import Workspace
from billing import gateway, said
from billing.errors import CheckoutRunsError, StripeError, StripeRefusedError
from billing.models import Checkout, Subscription
from billing.said import GRANTING
from flowia.lib import clock

log = structlog.get_logger("flowia.billing")
WORKS_FOR = timedelta(hours=23)
"""Stripe lets a page work for half an hour to a day from when it is made: told with our row's end,
both are over at the same moment, however late the page is made. An hour less, for their clock."""
SHORTEST = timedelta(minutes=10)
"""With less left, nobody is sent there any more."""
SHORTEST_NEW = timedelta(minutes=35)
"""With less left, a page that is not there yet is not made any more: Stripe would refuse it."""
OPENING = timedelta(seconds=30)
"""So long opening a page takes at most: two tries of ten seconds, and the wait between."""
ROUNDS = 4
Status = Checkout.Status


class PaidError(Exception):
    """The page was paid: the workspace's state has to be looked at again."""


def open_page(
    workspace: Workspace, price: said.Price, customer_id: str, choice: tuple[str, str], by: audit.By
) -> str:
    """Return the address of the payment page for `choice` (plan, period).

    Raises PaidError when a page was paid meanwhile, CheckoutRunsError when others keep opening
    pages for something else.
    """
    for _ in range(ROUNDS):
        row = _row(workspace, choice, by)
        if row is None:
            continue
        url = _page_of(row, price, customer_id) if _is_for(row, choice) else _give_up(row)
        if url:
            return url
    raise CheckoutRunsError(retry_after=3)


def close(session_id: str, status: Status) -> None:
    """Note what became of a payment page; what is paid does not expire any more."""
    rows = Checkout.objects.filter(session_id=session_id).exclude(session_id="")
    rows.exclude(status=Status.COMPLETE).update(status=status)


def close_others(row: Subscription) -> None:
    """Close pages at Stripe that are still open although something is paid for by now."""
    if row.status not in GRANTING:
        return
    for checkout in Checkout.objects.filter(workspace=row.workspace_id, status=Status.OPEN):
        if checkout.session_id:
            try:
                _expire(checkout)
            except PaidError:
                continue


def drop_old() -> int:
    """Note pages that nobody can pay at any more; return how many."""
    long_ago = clock.now() - SHORTEST
    old = Checkout.objects.filter(status=Status.OPEN, expires_at__lt=long_ago)
    return old.update(status=Status.EXPIRED)


def _row(workspace: Workspace, choice: tuple[str, str], by: audit.By) -> Checkout | None:
    """Return the workspace's open row, made for this choice if there is none; None to ask again."""
    found = Checkout.objects.filter(workspace=workspace, status=Status.OPEN).first()
    if found is not None:
        return found
    plan, period = choice
    expires_at = clock.now() + WORKS_FOR
    row = Checkout(workspace=workspace, plan=plan, period=period, expires_at=expires_at, by=by.uid)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # Another click was first; its page may be over by now.
        return Checkout.objects.filter(workspace=workspace, status=Status.OPEN).first()
    return row


def _is_for(row: Checkout, choice: tuple[str, str]) -> bool:
    needed = SHORTEST if row.session_id else SHORTEST_NEW
    lasts = row.expires_at is not None and row.expires_at - clock.now() > needed
    return (row.plan, row.period) == choice and lasts


def _page_of(row: Checkout, price: said.Price, customer_id: str) -> str:
    """Return the address of the row's page at Stripe; "" when it is over."""
    found = gateway.session(row.session_id) if row.session_id else None
    if found is None:
        found = _created(row, price, customer_id)
    if found is None:
        return ""
    if found.status == "complete":
        close(found.id, Status.COMPLETE)
        raise PaidError
    if found.status == "open" and found.url:
        return found.url
    close(found.id, Status.EXPIRED)
    return ""


def _created(row: Checkout, price: said.Price, customer_id: str) -> said.Session | None:
    """Open the row's page at Stripe, or find the one that its key opened before."""
    try:
        found = gateway.create_session(row.uid, _asked(row, price, customer_id))
    except StripeError as error:
        if error.answered:
            # That answer is its key's for a day: the next click begins with a new row.
            _open(row).update(status=Status.EXPIRED)
        if isinstance(error, StripeRefusedError) and error.stripe_code == "idempotency_error":
            return None
        raise
    if not _open(row).update(session_id=found.id):
        # The workspace, or the row, went while Stripe answered: nobody may pay there.
        gateway.expire_session(found.id)
        return None
    # The answer may be an old one, kept for the key.
    return gateway.session(found.id)


def _give_up(row: Checkout) -> str:
    """Close a page for something else; one that is being opened is found by its key first."""
    if not row.session_id:
        _wait_for_session(row)
    if row.session_id:
        _expire(row)
    _open(row).update(status=Status.EXPIRED)
    return ""


def _wait_for_session(row: Checkout) -> None:
    """Somebody opens this page just now, or their worker died: only then is it given up."""
    row.refresh_from_db()
    if not row.session_id and clock.now() - row.created_at < OPENING:
        raise CheckoutRunsError(retry_after=3)


def _expire(row: Checkout) -> None:
    """Close a page at Stripe; raises PaidError when it was paid before."""
    try:
        gateway.expire_session(row.session_id)
    except StripeRefusedError:
        found = gateway.session(row.session_id)
        if found.status == "complete":
            close(row.session_id, Status.COMPLETE)
            raise PaidError from None
        if found.status == "open":
            raise
    close(row.session_id, Status.EXPIRED)


def _open(row: Checkout) -> QuerySet[Checkout]:
    return Checkout.objects.filter(pk=row.pk, status=Status.OPEN)


def _asked(row: Checkout, price: said.Price, customer_id: str) -> dict[str, Any]:
    """Return what Stripe is asked for; the same for every call of one row, as its key demands."""
    workspace: UUID = row.workspace.uid
    metadata = {said.WORKSPACE: str(workspace), said.PLAN: row.plan, said.PERIOD: row.period}
    back = f"{settings.PUBLIC_URL}/plan/return?workspace={workspace}"
    return {
        "mode": "subscription",
        "customer": customer_id,
        "line_items": [{"price": price.id, "quantity": 1}],
        "client_reference_id": str(workspace),
        "metadata": metadata,
        # The session's own metadata do not reach the subscription.
        "subscription_data": {"metadata": metadata},
        "success_url": f"{back}&session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{settings.PUBLIC_URL}/plan?workspace={workspace}",
        "locale": "auto",
        **({"expires_at": int(row.expires_at.timestamp())} if row.expires_at else {}),
    }
