"""The addresses of `social`; each exists with and without a trailing slash.

The networks' own, the webhook's, stands before all others (`flowia.urls`).
"""

from django.urls import URLPattern

from flowia.lib.routes import both
from social.api import accounts as api
from social.api import connecting as connecting_api
from social.api import sessions as sessions_api
from social.views import accounts, connecting, sessions

ACCOUNT = "social-accounts/<uuid:uid>"
NETWORK = "social-accounts/<slug:provider>"

urlpatterns: list[URLPattern] = [
    *both("accounts", accounts.accounts, "accounts"),
    *both("accounts/session/<slug:provider>", sessions.session, "account-session"),
    *both("accounts/connect", connecting.begin, "account-connect"),
    *both("accounts/connect/<uuid:uid>", connecting.choose, "account-choose"),
    *both("accounts/<uuid:uid>", accounts.account, "account"),
    *both("accounts/<uuid:uid>/disconnect", accounts.disconnect, "account-disconnect"),
    *both("social-accounts", api.Accounts.as_view(), "api-accounts"),
    *both("social-accounts/connecting/<uuid:uid>", connecting_api.Choices.as_view(), "api-choices"),
    *both(ACCOUNT, api.OneAccount.as_view(), "api-account"),
    *both(f"{ACCOUNT}/check", api.CheckAccount.as_view(), "api-account-check"),
    *both(f"{NETWORK}/auth-url", connecting_api.AuthUrl.as_view(), "api-auth-url"),
    *both(f"{NETWORK}/connect", sessions_api.Connect.as_view(), "api-session-connect"),
    *both(f"{NETWORK}/consent", sessions_api.Statements.as_view(), "api-session-consent"),
    *both(f"{NETWORK}/callback", connecting_api.Callback.as_view(), "api-account-callback"),
]
