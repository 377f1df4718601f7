"""``overflow connect`` beside a service that runs, on accounts in which nothing is set up yet."""

import subprocess

import pytest
from click.testing import CliRunner

from overflow.cli import main
from tests.e2e.service import COMMAND, serving
from tests.helpdesks.setup.accounts import VENDORS, Site
from tests.helpdesks.vendors.postman import Postman

pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(180)]
OBSERVING = "zammad"


class Connecting:
    """Five shops, each on another vendor, and one service for all."""

    def __init__(self, service, sites) -> None:
        self.service, self.sites = service, sites

    def run(self, vendor, *words):
        """In a process of its own, as people do: its exit status and what it says."""
        done = subprocess.run(
            [COMMAND, *self._words(vendor, *words)],
            env=self.service.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def run_here(self, vendor, *words):
        """The same in this process, which is sooner begun."""
        done = CliRunner().invoke(main, self._words(vendor, *words))
        return done.exit_code, done.output

    def _words(self, vendor, *words):
        return ["connect", "--shop", vendor, "--url", self.service.base, "--wait", "30", *words]


@pytest.fixture(scope="module")
def connecting(tmp_path_factory):
    sites = {vendor: Site(vendor, tmp_path_factory.mktemp(vendor)) for vendor in VENDORS}
    documents = {
        vendor: site.document(mode="observe" if vendor == OBSERVING else "live")
        for vendor, site in sites.items()
    }
    with serving(documents, {}) as service:
        yield Connecting(service, sites)
    for site in sites.values():
        site.close()


@pytest.fixture(autouse=True)
def settings(connecting, monkeypatch):
    """Those of the service, for what runs in this process."""
    for name, value in connecting.service.environment.items():
        if name.startswith("OVERFLOW_"):
            monkeypatch.setenv(name, value)


def test_zendesk_is_connected_by_one_command_and_the_next_run_changes_nothing(connecting):
    site = connecting.sites["zendesk"]
    with Postman(site.account) as postman:
        status, said = connecting.run("zendesk")
        assert status == 0, said
        assert all(f"made      {what}: " in said for what in ("webhook", "trigger", "test ticket"))
        assert "there     webhook: the service heard of it" in said
        assert "zendesk is connected: the round trip was seen" in said
        assert site.secret not in said

        made = len(site.account.webhooks), len(site.account.triggers)
        status, said = connecting.run_here("zendesk")
        assert status == 0, said
    assert (len(site.account.webhooks), len(site.account.triggers)) == made == (1, 1)
    assert set(postman.answers) <= {200, 202, 204}
    for number in site.account.tickets:
        shown = site.account.shown(number)
        assert (shown.status, shown.group, shown.reason) == ("solved", "shop", "")
        assert shown.tags == {"keep-here"}
        assert len(shown.notes) == 1


def test_zammad_is_connected_while_the_service_only_observes(connecting):
    with Postman(connecting.sites[OBSERVING].account):
        status, said = connecting.run_here(OBSERVING)
    assert status == 0, said
    assert "a worker has read it" in said


def test_gorgias_is_connected_too(connecting):
    with Postman(connecting.sites["gorgias"].account):
        status, said = connecting.run_here("gorgias")
    assert status == 0, said


def test_chatwoot_is_connected_with_a_conversation_that_a_person_names(connecting):
    account = connecting.sites["chatwoot"].account
    number = account.create()
    with Postman(account):
        status, said = connecting.run_here("chatwoot")
        assert status == 1
        assert "--ticket" in said

        status, said = connecting.run_here("chatwoot", "--ticket", number)
    assert status == 0, said
    shown = account.shown(number)
    assert (shown.status, shown.tags, shown.reason) == ("open", set(), "")


def test_freshdesk_is_connected_once_a_person_has_made_the_rules(connecting):
    site = connecting.sites["freshdesk"]
    with Postman(site.account):
        status, said = connecting.run_here("freshdesk", "--wait", "0")
        assert status == 1
        assert "FAILED    webhook: the service is not reached" in said

        address = f"{connecting.service.base}{site.path}"
        site.account.rules.append((f"{address}/wrong", {"x-overflow-secret": "wrong"}))
        status, said = connecting.run_here("freshdesk")
        assert status == 1
        assert "wrong signature or secret" in said

        site.account.rules[0] = (f"{address}/{site.secret}", {"x-overflow-secret": site.secret})
        status, said = connecting.run_here("freshdesk")
    assert status == 0, said


def test_a_secret_is_printed_only_when_that_is_asked_for(connecting):
    site = connecting.sites["freshdesk"]
    with Postman(site.account):
        connecting.run_here("freshdesk", "--wait", "0")
    _, hidden = connecting.run_here("freshdesk", "--dry-run")
    _, shown = connecting.run_here("freshdesk", "--dry-run", "--show-secrets")
    assert site.secret not in hidden
    assert f"{site.path}/{site.secret}" in shown


def test_looking_only_makes_no_ticket(connecting):
    account = connecting.sites["gorgias"].account
    before = len(account.tickets), account.calls("POST")
    status, said = connecting.run_here("gorgias", "--dry-run")
    assert (len(account.tickets), account.calls("POST")) == before
    assert "only looked" in said
    assert status in {0, 1}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["zendesk", "--shop", "gorgias", "--url", "https://a.example"], "connector: gorgias"),
        (["--shop", "nobody", "--url", "https://a.example"], "nobody"),
        (["--shop", "gorgias", "--url", "a.example"], "--url: has to begin with http"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(connecting, words, said):
    done = CliRunner().invoke(main, ["connect", *words])
    assert done.exit_code == 2
    assert said in done.output
    assert len(done.output.splitlines()) == 1
