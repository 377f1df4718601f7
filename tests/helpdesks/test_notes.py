"""Whether a note stands there is known from a list of what was said, or not at all."""

import re

import pytest

from overflow.clock import SystemClock
from overflow.core.model import HelpdeskConfig, Words
from overflow.errors import Fault
from overflow.helpdesks import open_helpdesk

GROUPS = {"shop": 1}
OPTIONS = {
    "chatwoot": {"groups": GROUPS, "account": 1},
    "django_helpdesk": {"queues": GROUPS},
    "freshdesk": {"groups": GROUPS},
    "gorgias": {"groups": GROUPS, "user": 9},
    "rt": {},
    "standard": {},
    "zammad": {"groups": GROUPS},
    "zendesk": {"groups": GROUPS},
}


@pytest.mark.parametrize("connector", OPTIONS)
def test_an_answer_without_a_list_is_not_taken_for_no_note(httpserver, connector):
    """Taken for none, the note would be posted again."""
    httpserver.expect_request(re.compile(".*")).respond_with_json({"id": 7, "well": "done"})
    url = httpserver.url_for("/").rstrip("/")
    secrets = {"token": ("t",), "webhook": ("whsec_" + "B" * 43 + "=",)}
    config = HelpdeskConfig(connector, {"url": url, **OPTIONS[connector]}, secrets)
    desk = open_helpdesk(config, Words(), str, SystemClock())
    try:
        with pytest.raises(Fault, match="list"):
            desk.has_note("7", "OV-1")
    finally:
        desk.close()
