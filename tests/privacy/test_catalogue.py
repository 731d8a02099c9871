"""Every table and every column that can hold words: somebody has decided whose they are."""

from processing.privacy.catalogue import CONTACT, ELSEWHERE, LEAD, MEMBER, WORKSPACE
from tests.privacy.canaries import product_models, word_columns

ABOUT_NO_CONTACT = {
    "accounts.User": {"password", "email", "name", "language", "google_sub"},
    "accounts.Workspace": {
        "name",
        "timezone",
        "language",
        "business_profile",
        "ai_notice",
        "handoff_text",
    },
    "accounts.OperatorFactor": {"sealed", "recovery"},
    "accounts.Fact": {"label", "value"},
    "accounts.Membership": {"letters"},
    "accounts.SignIn": {"address", "device"},
    "accounts.SignInAttempt": {"email_key", "address"},
    "accounts.OAuthState": {"digest", "purpose", "session", "sealed", "return_to"},
    "accounts.Invitation": {"email"},
    # Keys of programs, hashes, and answers of ids and codes.
    "accounts.IdempotentCall": {"key", "fingerprint", "answer"},
    "accounts.Letter": {"kind", "email", "language", "data", "error_code", "request_id"},
    "accounts.AuditChain": {"key", "head", "purged_head", "seal"},
    "accounts.UsedToken": {"digest"},
    "accounts.AuditKey": {"name", "sealed", "seal"},
    # Ids and codes alone: accounts/audit.py.
    "accounts.AuditEntry": {
        *("chain", "action", "target", "address", "request_id", "data", "previous", "digest"),
    },
    "social.SocialAccount": {
        *("provider", "kind", "external_id", "name", "sealed_credentials", "status_reason"),
        *("granted_by", "login", "handle", "linked_external_id", "scopes", "webhook_fields"),
        # Codes and what a network tells of the account: its region, its type.
        *("facts", "lacks", "check_error", "held_reason", "told_state"),
    },
    # Names of the person's own accounts, sealed, for half an hour.
    "social.Connecting": {"provider", "login", "sealed", "return_to"},
    "social.Breaker": {"name"},
    # A member's own session, sealed; codes of what a network's pages showed.
    "social.BrowserSession": {"sealed", "detail", "run_for", "works_days"},
    "social.Consent": {"provider", "version", "language", "digest", "address"},
    "social.Drift": {"provider", "capability", "missing", "detail", "snapshot", "lifted_by"},
    "social.SelectorUse": {"provider", "name"},
    # A cursor holds moments, ids of posts and hashes, never words.
    "social.Poll": {"stream", "cursor", "error_code"},
    "social.UnitDay": {"provider"},
    "social.UnitTotal": {"provider"},
    # `body` holds contacts: privacy/erasing.py takes them out by their ids.
    "social.WebhookEvent": {
        *("provider", "stream", "digest", "body", "reasons", "error", "request_id"),
    },
    "social.Forgotten": {"key"},
    "social.ForgettingKey": {"name", "sealed"},
    "social.ProviderPause": {"provider", "reason"},
    "processing.Beginning": {"trade"},
    "social.Stop": {"name", "reason"},
    "processing.Scenario": {"name", "instruction", "keywords", "fact_labels", "hours"},
    "processing.ScenarioVersion": {"content"},
    "processing.SequenceStep": {"instruction"},
    "processing.Trust": {"intent", "reason"},
    "processing.ModelState": {"code"},
    "processing.Replay": {"content", "error_code"},
    "processing.DailyFigure": {"name"},
    # A level, a stage, or the kind of a tool.
    "processing.LeadAct": {"value"},
    # Deleted with the work they are about.
    "processing.DeadLetter": {"kind", "reason", "error"},
    # Codes, and names of Stripe's objects.
    "billing.Subscription": {
        *("plan", "given_plan", "paid_plan", "customer_id", "subscription_id", "status"),
        *("status_reason", "currency", "open_invoice_id", "error_code"),
    },
    "billing.Checkout": {"plan", "session_id"},
    "billing.Closing": {"customer_id", "error_code"},
    "billing.PastCustomer": {"customer_id", "subscription_id", "plan"},
    "billing.PlanChange": {"reason", "before", "after", "data", "request_id"},
    "billing.StripeEvent": {
        *("event_id", "type", "object_id", "customer_id", "api_version", "error_code"),
        "request_id",
    },
    # The account is the owner's own, as the tool calls it.
    "integrations.Integration": {
        *("kind", "sealed_credentials", "target", "field_map", "status_reason"),
        *("account_name", "secret_hint"),
    },
    # Ids of leads.
    "integrations.SyncOrder": {"leads", "request_id"},
    "integrations.Hook": {
        "name",
        "url",
        "events",
        "status_reason",
        "secret_hint",
        "sealed_credentials",
    },
    # The id of a page in a tool, emptied when the page is gone.
    "integrations.Removal": {"external_id", "error_code"},
    "privacy.Export": {"language", "file_name", "error_code"},
    # `sealed` is emptied when the erasure is done.
    "privacy.Erasure": {"sealed"},
    "privacy.DeletionRequest": {"provider", "key", "code"},
}


def test_every_table_stands_in_the_catalogue() -> None:
    known = {*CONTACT, *LEAD, *WORKSPACE, *MEMBER, *ELSEWHERE}
    assert [model._meta.label for model in product_models() if model not in known] == []


def test_every_column_for_words_was_decided_upon() -> None:
    found = {
        model._meta.label: {field.name for field in word_columns(model)}
        for model in product_models()
        if model not in CONTACT and model not in LEAD
    }
    assert {label: names for label, names in found.items() if names} == ABOUT_NO_CONTACT
