"""Options and secrets of a connector: every fault at once, and rotation without a restart."""

import pytest

from overflow.clock import SystemClock
from overflow.core.model import HelpdeskConfig, Words
from overflow.errors import Invalid, NotNow
from overflow.helpdesks import CONNECTORS, check_options, open_helpdesk
from overflow.helpdesks.credentials import FRESH, Credentials

GOOD = {"url": "https://desk.example/overflow"}
WEBHOOK = {"webhook": ("env:HOOK",)}


class StoppedClock:
    """Stands still until it is told otherwise."""

    def __init__(self):
        self.time = 1_000_000.0

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds


def test_every_fault_of_the_options_is_reported_at_once_by_its_path():
    options = {"url": "ftp://desk.example", "timeout": 0, "connections": "many", "colour": "red"}
    faults = check_options("standard", options, {})
    assert faults == {
        "options.url": ["has to begin with http:// or https:// and a host"],
        "options.timeout": ["Must be greater than or equal to 0.1 and less than or equal to 60.0"],
        "options.connections": ["Not a valid integer"],
        "options.colour": ["Unknown field"],
        "secrets.webhook": ["the standard connector needs it"],
    }


def test_good_options_have_no_fault_and_secrets_are_looked_at_where_given():
    assert check_options("standard", GOOD) == {}
    assert check_options("standard", GOOD, WEBHOOK) == {}
    assert check_options("standard", GOOD, {"webhook": ()}).keys() == {"secrets.webhook"}


def test_a_connector_that_is_none_names_those_there_are():
    (fault,) = check_options("zendesque", GOOD)["connector"]
    assert all(name in fault for name in CONNECTORS)


@pytest.mark.parametrize("connector", ["rt", "django_helpdesk"])
def test_a_helpdesk_without_a_field_for_tags_would_never_show_who_holds_a_ticket(connector):
    options = {"url": "https://desk.test", "queues": {"shop": 1}, "fields": {"tags": ""}}
    if connector == "rt":
        del options["queues"]
    faults = check_options(connector, options)
    assert faults == {"options.fields.tags": ["is needed: the tag shows what a partner holds"]}


def test_a_helpdesk_with_faults_is_not_opened():
    with pytest.raises(Invalid) as caught:
        open_helpdesk(HelpdeskConfig("standard", {}, {}), Words(), str, SystemClock())
    assert caught.value.faults.keys() == {"options.url", "secrets.webhook"}


def test_opening_a_helpdesk_resolves_no_secret_and_sends_nothing():
    def resolve(reference):
        raise AssertionError(reference)

    open_helpdesk(
        HelpdeskConfig("standard", GOOD, WEBHOOK), Words(), resolve, SystemClock()
    ).close()


def test_a_rotated_secret_is_seen_within_seconds_and_not_looked_up_in_between():
    clock, asked, files = StoppedClock(), [], {"file:a": "old", "file:b": "new"}

    def resolve(reference):
        asked.append(reference)
        return files[reference]

    secrets = Credentials({"webhook": ("file:a", "file:b")}, resolve, clock)
    assert [secrets("webhook") for _ in range(3)] == 3 * [("old", "new")]
    assert len(asked) == 2
    files["file:a"] = "newest"
    clock.time += FRESH
    assert secrets("webhook") == ("newest", "new")
    clock.time -= 3600  # set back
    assert secrets("webhook") == ("newest", "new")
    assert len(asked) == 6


def test_a_reference_taken_away_leaves_the_others_and_the_last_one_is_missed():
    values = {"env:B": "b"}

    def resolve(reference):
        if reference not in values:
            raise NotNow(f"secret {reference} is not set or empty")
        return values[reference]

    clock = StoppedClock()
    secrets = Credentials({"webhook": ("env:A", "env:B")}, resolve, clock)
    assert secrets("webhook") == ("b",)
    assert secrets("outward") == (), "a name that the policy does not give has no value"
    values.clear()
    clock.time += FRESH
    with pytest.raises(NotNow, match="is not set"):
        secrets("webhook")
