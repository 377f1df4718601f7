"""What the doctor says of each vendor's account, before it is set up and afterwards."""

import pytest

from overflow.clock import SystemClock
from overflow.flows import shops
from overflow.flows.checkup import Verdict, examine
from overflow.helpdesks.setup import steps
from overflow.settings import Settings
from overflow.wiring import build
from tests.helpdesks.setup.accounts import BASE


@pytest.fixture
def examined(site, store_url, store_client):
    """Looks at the helpdesk, and gives what comes from there on."""
    services = build(Settings(redis_url=store_url))
    shops.put_policy(services, site.vendor, site.document())

    def look():
        found = list(examine(services, site.vendor, BASE, SystemClock()))
        first = [each.check for each in found].index("helpdesk")
        return {each.check: each for each in found[first:]}

    yield look
    services.close()


def test_what_is_not_set_up_fails_with_how_to_and_then_all_is_well(site, examined):
    before = examined()
    assert not site.changes()
    failed = [each for each in before.values() if each.outcome is Verdict.FAIL]
    assert failed
    assert all(f"overflow connect --shop {site.vendor}" in each.mend for each in failed)

    list(steps(site.setup()))
    after = examined()

    assert {each.outcome for each in after.values()} == {Verdict.OK}, after
    assert after["listing tickets"].seen.endswith(("shows none", "can be read"))


def test_a_clock_that_is_off_and_a_token_that_is_wrong_are_told(site, examined):
    site.account.skew = 40.0
    (site.folder / "token").write_text("another")

    found = examined()

    assert found["helpdesk's clock"].outcome is Verdict.FAIL
    assert "s ahead of this machine's" in found["helpdesk's clock"].seen
    assert found["listing tickets"].outcome is Verdict.FAIL
    assert "helpdesk.secrets.token" in found["listing tickets"].mend
    assert found["login"].outcome is Verdict.FAIL
