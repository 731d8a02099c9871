"""Who: people, workspaces, where people are signed in, and what was done."""

from accounts.models.audit import AuditChain, AuditEntry, AuditKey
from accounts.models.factors import OperatorFactor
from accounts.models.idempotency import IdempotentCall
from accounts.models.letters import Letter
from accounts.models.people import Fact, Membership, User, Workspace
from accounts.models.signins import Invitation, OAuthState, SignIn, SignInAttempt, UsedToken

__all__ = [
    "AuditChain",
    "AuditEntry",
    "AuditKey",
    "Fact",
    "IdempotentCall",
    "Invitation",
    "Letter",
    "Membership",
    "OAuthState",
    "OperatorFactor",
    "SignIn",
    "SignInAttempt",
    "UsedToken",
    "User",
    "Workspace",
]
