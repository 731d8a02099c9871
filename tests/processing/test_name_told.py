"""A name that the network told a moment before: the lead leaves with it."""

import pytest

from integrations.models import SyncRun
from processing import pushing
from processing.models import Contact
from tests.factories import NOON, make_conversation, make_lead, make_workspace
from tests.integrations.tool import connected

pytestmark = pytest.mark.django_db


def test_a_lead_leaves_with_a_name_that_was_learned_while_the_model_wrote() -> None:
    workspace = make_workspace()
    connected(workspace, "notion")
    lead = make_lead(make_conversation(workspace).contact)
    Contact.objects.filter(pk=lead.contact_id).update(name="Ana")
    pushing.tell_lead(lead, "lead_new", now=NOON)

    assert SyncRun.objects.get().payload["name"] == "Ana"
