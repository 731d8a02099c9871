"""The addresses of `accounts`."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from accounts import views
from accounts.api import doors, google, links, people, workspace
from accounts.google import views as google_pages
from accounts.views import (
    activity,
    api_access,
    begin,
    invitation,
    me,
    members,
    notifications,
    passwords,
    register,
    sessions,
    verification,
)
from accounts.views import workspace as workspaces
from flowia.lib.routes import both

urlpatterns: list[URLPattern] = [
    *both("login", views.sign_in, "login"),
    *both("logout", views.sign_out, "logout"),
    *both("login/google", google_pages.begin_sign_in, "google-sign-in"),
    *both("login/google/callback", google_pages.finish_sign_in, "google-callback"),
    *both("settings/google", google_pages.begin_connecting, "google-connect"),
    *both("settings/google/callback", google_pages.finish_connecting, "google-connected"),
    *both("settings/google/disconnect", google_pages.disconnect, "google-disconnect"),
    *both("auth/google", google.Google.as_view(), "api-google"),
    *both("register", register.register, "register"),
    *both("password/forgotten", passwords.forgotten, "password-forgotten"),
    *both("password/asked", passwords.asked, "password-asked"),
    *both("password/reset/<str:token>", passwords.reset, "password-reset"),
    *both("verify", verification.ask_again, "verify-again"),
    *both("verify/<str:token>", verification.verify, "verify"),
    *both("invitation/<str:token>", invitation.invitation, "invitation"),
    *both("workspaces/new", begin.new_workspace, "workspace-new"),
    *both("sessions", RedirectView.as_view(pattern_name="settings-sessions"), "sessions"),
    *both("settings", me.me, "settings-me"),
    *both("settings/password", me.password, "settings-password"),
    *both("settings/workspace", workspaces.workspace, "settings-workspace"),
    *both("settings/members", members.members, "settings-members"),
    *both("settings/members/invite", members.invite, "settings-invite"),
    *both("settings/members/<uuid:uid>/role", members.role, "settings-role"),
    *both("settings/members/<uuid:uid>/remove", members.remove, "settings-remove"),
    *both("settings/invitations/<uuid:uid>", members.invitation, "settings-invitation"),
    *both("settings/notifications", notifications.choose, "settings-notifications"),
    *both("letters/stop/<str:token>", notifications.stop, "letters-stop"),
    *both("settings/api", api_access.api_access, "settings-api"),
    *both("settings/sessions", sessions.sessions, "settings-sessions"),
    *both("settings/sessions/others", sessions.end_others, "settings-sessions-others"),
    *both("settings/sessions/<uuid:uid>", sessions.end, "settings-session"),
    *both("settings/activity", activity.activity, "settings-activity"),
    path("settings/activity.csv", activity.table, name="settings-activity-table"),
    *both("auth/register", doors.Register.as_view(), "api-register"),
    *both("auth/login", doors.Login.as_view(), "api-login"),
    *both("auth/refresh", doors.Refresh.as_view(), "api-refresh"),
    *both("auth/logout", doors.Logout.as_view(), "api-logout"),
    *both("auth/password", doors.Password.as_view(), "api-password"),
    *both("auth/password/reset", links.AskReset.as_view(), "api-reset"),
    *both("auth/password/reset/confirm", links.Reset.as_view(), "api-reset-confirm"),
    *both("auth/verification", links.AskVerification.as_view(), "api-verification"),
    *both("auth/verification/confirm", links.Verify.as_view(), "api-verify"),
    *both("invitations/accept", links.AcceptInvitation.as_view(), "api-invitation-accept"),
    *both("auth/me", people.Me.as_view(), "api-me"),
    *both("auth/sessions", people.Sessions.as_view(), "api-sessions"),
    *both("auth/sessions/<uuid:uid>", people.OneSession.as_view(), "api-session"),
    *both("workspace", workspace.OneWorkspace.as_view(), "api-workspace"),
    *both("members", workspace.Members.as_view(), "api-members"),
    *both("members/<uuid:uid>", workspace.OneMember.as_view(), "api-member"),
    *both("invitations", workspace.Invitations.as_view(), "api-invitations"),
    *both("invitations/<uuid:uid>", workspace.OneInvitation.as_view(), "api-invitation"),
    *both("audit", workspace.Audit.as_view(), "api-audit"),
]
