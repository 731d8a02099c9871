"""Every address of YouTube, below `/youtube`: the visitor's page, the controls, the API."""

from django.urls import URLPattern, path

from sandbox.youtube import controls, page, reading, writing
from sandbox.youtube.front import by_method, unknown

urlpatterns: list[URLPattern] = [
    path("", page.home, name="youtube"),
    path("/say", controls.say),
    path("/edit", controls.edit),
    path("/delete", controls.delete),
    path("/comments", controls.comments),
    path("/video", controls.video),
    path("/channels", controls.channel),
    path("/grant", controls.grant),
    path("/revoke", controls.revoke),
    path("/expire", controls.expire),
    path("/tokens", controls.tokens),
    path("/options", controls.manage_options),
    path("/meter", controls.manage_meter),
    path("/reset", controls.reset),
    path("/v3/channels", by_method(GET=reading.channels)),
    path("/v3/videos", by_method(GET=reading.videos)),
    path("/v3/activities", by_method(GET=reading.activities)),
    path("/v3/commentThreads", by_method(GET=reading.threads, POST=writing.insert_thread)),
    path(
        "/v3/comments",
        by_method(
            GET=reading.comments, POST=writing.insert, PUT=writing.update, DELETE=writing.delete
        ),
    ),
    path("/v3/comments/setModerationStatus", by_method(POST=writing.moderate)),
    path("/v3/<path:rest>", unknown),
]
