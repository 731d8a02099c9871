"""Every address of Stripe, below `/stripe`: the pages, the controls, the API."""

from django.urls import URLPattern, path

from sandbox.stripe import (
    catalog,
    checkout,
    controls,
    customers,
    hosted,
    invoices,
    page,
    portal,
    portal_page,
    subscriptions,
    webhooks,
)
from sandbox.stripe.front import by_method, unknown

API: list[URLPattern] = [
    path("/products", by_method(GET=catalog.list_products, POST=catalog.create_product)),
    path(
        "/products/<str:uid>",
        by_method(GET=catalog.product, POST=catalog.update_product, DELETE=catalog.delete_product),
    ),
    path("/prices", by_method(GET=catalog.list_prices, POST=catalog.create_price)),
    path("/prices/<str:uid>", by_method(GET=catalog.price, POST=catalog.update_price)),
    path("/customers", by_method(GET=customers.list_, POST=customers.create)),
    path(
        "/customers/<str:uid>",
        by_method(GET=customers.customer, POST=customers.update, DELETE=customers.delete),
    ),
    path("/customers/<str:uid>/payment_methods", by_method(GET=customers.cards_of)),
    path("/payment_methods/<str:uid>", by_method(GET=customers.card)),
    path("/payment_methods/<str:uid>/attach", by_method(POST=customers.attach_card)),
    path("/checkout/sessions", by_method(GET=checkout.list_, POST=checkout.create)),
    path("/checkout/sessions/<str:uid>", by_method(GET=checkout.session)),
    path("/checkout/sessions/<str:uid>/expire", by_method(POST=checkout.expire)),
    path("/checkout/sessions/<str:uid>/line_items", by_method(GET=checkout.line_items)),
    path("/subscriptions", by_method(GET=subscriptions.list_, POST=subscriptions.create)),
    path(
        "/subscriptions/<str:uid>",
        by_method(
            GET=subscriptions.subscription,
            POST=subscriptions.update,
            DELETE=subscriptions.cancel,
        ),
    ),
    path("/subscriptions/<str:uid>/pause", by_method(POST=subscriptions.pause)),
    path("/subscriptions/<str:uid>/resume", by_method(POST=subscriptions.resume)),
    path("/invoices", by_method(GET=invoices.list_)),
    path("/invoices/<str:uid>", by_method(GET=invoices.invoice)),
    path("/invoices/<str:uid>/pay", by_method(POST=invoices.pay)),
    path(
        "/billing_portal/configurations",
        by_method(GET=portal.list_configurations, POST=portal.create_configuration),
    ),
    path(
        "/billing_portal/configurations/<str:uid>",
        by_method(GET=portal.configuration, POST=portal.update_configuration),
    ),
    path("/billing_portal/sessions", by_method(POST=portal.create_session)),
    path("/webhook_endpoints", by_method(GET=webhooks.list_, POST=webhooks.create)),
    path(
        "/webhook_endpoints/<str:uid>",
        by_method(GET=webhooks.endpoint, POST=webhooks.update, DELETE=webhooks.delete),
    ),
    path("/events", by_method(GET=webhooks.list_events)),
    path("/events/<str:uid>", by_method(GET=webhooks.event)),
]


def _below(prefix: str, rows: list[URLPattern]) -> list[URLPattern]:
    return [path(f"{prefix}{row.pattern}", row.callback) for row in rows]


urlpatterns: list[URLPattern] = [
    path("", page.home, name="stripe"),
    path("/checkout/<str:uid>", hosted.checkout, name="stripe-checkout"),
    path("/portal/<str:uid>", portal_page.portal, name="stripe-portal"),
    path("/invoice/<str:uid>", hosted.invoice, name="stripe-invoice"),
    path("/invoice/<str:uid>/pdf", hosted.invoice_pdf, name="stripe-invoice-pdf"),
    path("/clock", controls.move_clock),
    path("/options", controls.change_options),
    path("/pay", controls.pay),
    path("/portal", controls.portal),
    path("/customer", controls.customer),
    path("/event", controls.event),
    path("/events", controls.events),
    path("/release", controls.release),
    path("/deliveries", controls.deliveries),
    path("/state", controls.state),
    path("/reset", controls.reset),
    *_below("/v1", API),
    path("/v1/<path:rest>", unknown),
]
