"""Every address of LinkedIn, below `/linkedin`: its pages, what they call, controls, a page."""

from django.urls import URLPattern, path, re_path

from sandbox.linkedin import controls, creating, page, site, voyager

VOYAGER = "/voyager/api"
MESSENGER = f"{VOYAGER}/voyagerMessagingDashMessenger"
PLACES = {
    "login": r"(?:/uas)?/login/?",
    "authwall": r"/authwall/?",
    "signup": r"/signup(?:/.*)?",
    "checkpoint": r"/(?:checkpoint|challenge)(?:/.*)?",
}

urlpatterns: list[URLPattern] = [
    path("/sandbox", page.home, name="linkedin"),
    path("/sandbox/cookies", page.cookies, name="linkedin-cookies"),
    path("/sandbox/say", controls.say),
    path("/sandbox/human", controls.human),
    path("/sandbox/members", controls.members),
    path("/sandbox/contacts", controls.contacts),
    path("/sandbox/threads", controls.threads),
    path("/sandbox/messages", controls.messages),
    path("/sandbox/export", controls.export),
    path("/sandbox/sessions", controls.manage_sessions),
    path("/sandbox/options", controls.manage_options),
    path("/sandbox/sent", controls.sent),
    path("/sandbox/opened", controls.opened),
    path("/sandbox/requests", controls.requests),
    path("/sandbox/reset", controls.reset),
    path("/", site.root),
    path("/feed/", site.feed),
    path("/messaging/", site.messaging),
    path("/messaging/thread/new/", site.new_message),
    re_path(r"^/messaging/thread/(?P<thread_id>[^/]+)/$", site.thread),
    *(re_path(rf"^{where}$", site.place, {"kind": kind}) for kind, where in PLACES.items()),
    path(f"{VOYAGER}/me", voyager.me),
    path(f"{VOYAGER}/voyagerMessagingGraphQL/graphql", voyager.graphql),
    path(f"{MESSENGER}Messages", creating.create),
    path(f"{MESSENGER}Conversations", voyager.change_conversation),
    path("/realtime/connect", voyager.connect),
]
