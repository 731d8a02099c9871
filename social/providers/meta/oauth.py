"""The two ways to connect an account of Meta's."""

from social.providers.meta.facebook_login import FACEBOOK_LOGIN
from social.providers.meta.instagram_login import INSTAGRAM_LOGIN

LOGINS = (FACEBOOK_LOGIN, INSTAGRAM_LOGIN)
