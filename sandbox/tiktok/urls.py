"""The addresses of the TikTok stand-in; every one of the API ends with a slash, as TikTok's."""

from django.urls import URLPattern, path

from sandbox.standins.front import Answer, Asked, endpoint
from sandbox.tiktok import comments, consent, controls, messages, page, tokens, webhooks
from sandbox.tiktok.service import TIKTOK, page_not_found

API = "tiktok/open_api/v1.3"


@endpoint(TIKTOK, "unknown")
def unknown(_asked: Asked, **_path: str) -> Answer:
    """Answer any other address, and every address without its last slash, by a page."""
    return page_not_found()


urlpatterns: list[URLPattern] = [
    path("tiktok", page.home, name="tiktok"),
    path("tiktok/act", page.act, name="tiktok-act"),
    path("tiktok/say", controls.say),
    path("tiktok/human", controls.human),
    path("tiktok/event", controls.event),
    path("tiktok/revoke", controls.revoke),
    path("tiktok/grant", controls.grant),
    path("tiktok/expire", controls.expire),
    path("tiktok/options", controls.change_options),
    path("tiktok/thread", controls.thread),
    path("tiktok/comments", controls.comments),
    path("tiktok/state", controls.state),
    path("tiktok/v2/auth/authorize", consent.consent),
    path("tiktok/v2/auth/authorize/", consent.consent, name="tiktok-consent"),
    path(f"{API}/tt_user/oauth2/token/", tokens.token),
    path(f"{API}/tt_user/oauth2/refresh_token/", tokens.refresh_token),
    path(f"{API}/tt_user/oauth2/revoke/", tokens.revoke),
    path(f"{API}/tt_user/token_info/get/", tokens.token_info),
    path(f"{API}/business/webhook/update/", webhooks.update),
    path(f"{API}/business/webhook/list/", webhooks.listing),
    path(f"{API}/business/webhook/delete/", webhooks.delete),
    path(f"{API}/business/get/", comments.business),
    path(f"{API}/business/video/list/", comments.videos),
    path(f"{API}/business/comment/list/", comments.comments),
    path(f"{API}/business/comment/reply/list/", comments.replies),
    path(f"{API}/business/comment/reply/create/", comments.reply),
    path(f"{API}/business/comment/create/", comments.create),
    path(f"{API}/business/comment/hide/", comments.hide),
    path(f"{API}/business/comment/delete/", comments.delete),
    path(f"{API}/business/message/send/", messages.send),
    path(f"{API}/business/message/conversation/list/", messages.conversations),
    path(f"{API}/business/message/content/list/", messages.contents),
    path(f"{API}/business/message/capabilities/get/", messages.capabilities),
    path("tiktok/<path:rest>", unknown),
]
