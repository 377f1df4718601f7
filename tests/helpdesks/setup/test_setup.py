"""Every vendor's set-up: looks without touching, makes what is missing, and then nothing more."""

import stat

import pytest

from overflow.errors import Refused
from overflow.helpdesks import CONNECTORS
from overflow.helpdesks.setup import SETUPS, Outcome, checks, steps
from tests.helpdesks.setup.accounts import BASE

DONE = {Outcome.THERE, Outcome.LEFT_OUT, Outcome.UNSEEN}


def outcomes(found):
    return {step.name: step.outcome for step in found}


def told(found):
    return {step.name: step.text for step in found}


def test_every_connector_can_be_set_up():
    assert SETUPS.keys() == CONNECTORS.keys()


def test_looking_changes_nothing_anywhere(site):
    found = list(checks(site.setup()))

    assert not site.changes()
    assert not (site.folder / "webhook").exists()
    assert Outcome.MISSING in {step.outcome for step in found}
    assert Outcome.FAILED not in {step.outcome for step in found if "secret" not in step.text}


def test_what_is_missing_is_made_and_the_next_run_changes_nothing(site):
    first = list(steps(site.setup()))
    assert all(step.is_settled for step in first), told(first)
    assert Outcome.MADE in {step.outcome for step in first}
    made = site.changes()

    second = list(steps(site.setup()))
    assert {step.outcome for step in second} <= DONE
    assert site.changes() == made


def test_two_shops_on_one_helpdesk_have_webhooks_of_their_own(site):
    for shop in ("lamps", "shoes"):
        assert all(step.is_settled for step in steps(site.setup(shop=shop, may_replace=True)))
    made = site.changes()
    for shop in ("lamps", "shoes"):
        found = {step.name: step.outcome for step in checks(site.setup(shop=shop))}
        assert Outcome.FAILED not in found.values()
    assert site.changes() == made


def test_a_secret_is_for_its_owner_alone_and_is_told_to_nobody(site):
    found = list(steps(site.setup()))

    assert stat.S_IMODE((site.folder / "webhook").stat().st_mode) == 0o600
    assert all(site.secret not in step.text for step in found)


def test_a_token_that_the_helpdesk_does_not_know_ends_it_at_once(site):
    (site.folder / "token").write_text("another")
    [step] = steps(site.setup())

    assert (step.name, step.outcome) == ("login", Outcome.FAILED)
    assert "helpdesk.secrets.token" in step.text
    assert not site.changes()


def test_a_group_that_is_not_there_is_named_with_where_to_make_it(site):
    site.options["groups"] = {**site.options["groups"], "far": 4711}
    found = list(steps(site.setup()))

    assert outcomes(found)["groups"] is Outcome.FAILED
    assert "far" in told(found)["groups"]
    assert "helpdesk.options.groups" in told(found)["groups"]
    shop = site.server_module.GROUPS["shop"]
    assert f" {shop}" in told(found)["groups"].partition("The helpdesk has ")[2]


def test_without_the_service_s_address_a_webhook_is_known_by_its_path(site):
    list(steps(site.setup()))
    known = outcomes(checks(site.setup(base="")))
    assert set(known.values()) <= DONE
    if site.vendor != "freshdesk":
        elsewhere = outcomes(checks(site.setup(base="https://elsewhere.example")))
        assert Outcome.MISSING in elsewhere.values()


def test_a_test_ticket_stands_with_the_own_team_and_bears_its_tags(site_of):
    for vendor in ("zendesk", "freshdesk", "zammad", "gorgias"):
        site = site_of(vendor)
        number = site.setup().new_ticket("a test", ["keep-here"])
        shown = site.account.shown(number)
        assert (shown.group, shown.tags) == ("shop", {"keep-here"})


def test_where_the_own_group_has_no_number_a_person_is_asked_for_a_ticket(site_of):
    elsewhere = {"inhouse": {"hours": "24/7", "agents": 2, "group": "elsewhere"}}
    for vendor in ("zendesk", "freshdesk", "zammad", "gorgias"):
        setup = site_of(vendor).setup(changes=elsewhere)
        with pytest.raises(Refused, match="--ticket"):
            setup.new_ticket("a test", [])


def test_where_no_ticket_can_be_made_a_person_is_asked_for_one(site_of):
    with pytest.raises(Refused, match="--ticket"):
        site_of("chatwoot").setup().new_ticket("a test", [])


def test_where_a_secret_stands_in_the_environment_a_person_is_told_what_to_set(site, monkeypatch):
    monkeypatch.delenv("DESK_WEBHOOK", raising=False)
    site.webhook = "env:DESK_WEBHOOK"
    waiting = [s for s in steps(site.setup()) if s.outcome is Outcome.BY_HAND]

    assert len(waiting) == 1
    assert "set DESK_WEBHOOK for the service" in waiting[0].text


@pytest.mark.parametrize(
    ("vendor", "what", "name"),
    [
        ("zendesk", "webhooks", "webhook"),
        ("zammad", "webhooks", "webhook"),
        ("gorgias", "integrations", "HTTP integration"),
    ],
)
def test_a_webhook_that_the_token_may_not_make_is_told_to_a_person(site_of, vendor, what, name):
    site = site_of(vendor)
    site.account.bad.refuse = lambda asked: (
        (403, {}) if (asked.method, asked.path) == ("POST", what) else None
    )
    found = {step.name: step for step in steps(site.setup())}[name]
    assert found.outcome is Outcome.BY_HAND
    assert "may not (403)" in found.text
    assert f"{BASE}{site.path}" in found.text


def test_a_helpdesk_that_is_away_is_told_and_nothing_more_is_tried(site):
    site.account.bad.refuse = lambda asked: (503, {})
    [step] = steps(site.setup())
    assert step.outcome is Outcome.FAILED
    assert "503" in step.text


# --- Zendesk --------------------------------------------------------------------------------------


def test_zendesk_says_that_only_an_administrator_may(site_of):
    site = site_of("zendesk")
    site.account.role = "agent"
    [step] = steps(site.setup())
    assert "is no administrator" in step.text


def test_zendesk_s_trigger_tells_of_everybody_else_and_of_test_tickets(site_of):
    site = site_of("zendesk")
    list(steps(site.setup()))
    account = site.account
    ours, theirs, tagged = (account.create() for _ in range(3))
    account.take()

    with account.lock:
        account._change(ours, "tags_changed", account.me(None)["user"]["id"])
        account._change(theirs, "tags_changed", 77)
        account.tag(tagged, "overflow-test")

    assert [hook.ticket for hook in account.take()] == [theirs, tagged]


def test_zendesk_s_signing_secret_replaces_another_one_only_when_told_to(site_of):
    site = site_of("zendesk")
    (site.folder / "webhook").write_text("another\n")
    found = list(steps(site.setup()))
    assert outcomes(found)["signing secret"] is Outcome.BY_HAND
    assert "--yes" in told(found)["signing secret"]
    assert site.secret == "another"

    assert outcomes(steps(site.setup(may_replace=True)))["signing secret"] is Outcome.MADE
    assert site.secret.startswith("made-by-zendesk-for-")


def test_a_field_is_made_where_the_policy_names_none_and_its_number_is_told(site_of):
    for vendor in ("zendesk", "gorgias"):
        site = site_of(vendor, reason_field=None)
        made = {step.name: step for step in steps(site.setup())}["reason field"]
        again = {step.name: step for step in steps(site.setup())}["reason field"]

        assert (made.outcome, again.outcome) == (Outcome.MADE, Outcome.THERE)
        assert made.text == again.text
        assert 'reason_field: "' in made.text


def test_a_field_that_is_not_there_is_named(site_of):
    for vendor in ("zendesk", "gorgias"):
        site = site_of(vendor, reason_field="4711")
        found = {step.name: step for step in steps(site.setup())}["reason field"]
        assert (found.outcome, "4711" in found.text) == (Outcome.FAILED, True)


def test_a_zendesk_field_that_takes_no_text_is_told(site_of):
    site = site_of("zendesk")
    site.account.fields["7001"]["type"] = "tagger"
    found = {step.name: step for step in steps(site.setup())}["reason field"]
    assert (found.outcome, "is no text" in found.text) == (Outcome.FAILED, True)


# --- Freshdesk ------------------------------------------------------------------------------------


def test_freshdesk_s_rules_are_told_with_the_real_address(site_of):
    site = site_of("freshdesk")
    hidden = told(steps(site.setup()))["rules"]
    assert f"{BASE}{site.path}/ and behind it <what is in {site.folder / 'webhook'}>" in hidden
    shown = told(steps(site.setup(is_open=True)))["rules"]
    assert f"URL: {BASE}{site.path}/{site.secret}\n" in shown


def test_freshdesk_s_own_statuses_have_to_be_named(site_of):
    site = site_of("freshdesk")
    site.account.statuses["9"] = ["At the maker", "At the maker"]
    found = {step.name: step for step in steps(site.setup())}["statuses"]
    assert (found.outcome, "9" in found.text) == (Outcome.FAILED, True)


# --- Zammad ---------------------------------------------------------------------------------------


def test_zammad_s_new_attribute_waits_for_a_person_who_updates_the_database(site_of):
    site = site_of("zammad", reason_field="why_overflow")
    for _ in range(2):
        found = {step.name: step for step in steps(site.setup())}["reason attribute"]
        assert found.outcome is Outcome.BY_HAND
        assert "Update database" in found.text
    site.account.update_database()
    assert outcomes(steps(site.setup()))["reason attribute"] is Outcome.THERE


def test_what_an_administrator_made_by_hand_needs_no_administrator_s_token(site_of):
    site = site_of("zammad")
    list(steps(site.setup()))
    site.account.forbidden = True
    found = {step.name: step for step in steps(site.setup())}

    assert all(step.is_settled for step in found.values())
    assert found["webhook"].outcome is Outcome.UNSEEN
    assert "admin.webhook" in found["webhook"].text
    assert f"endpoint: {BASE}{site.path}" in found["webhook"].text


# --- Chatwoot -------------------------------------------------------------------------------------


def test_chatwoot_says_that_only_an_administrator_may(site_of):
    site = site_of("chatwoot")
    site.account.role = "agent"
    [step] = steps(site.setup())
    assert "no administrator" in step.text


def test_a_chatwoot_that_does_not_sign_gets_a_secret_in_its_address(site_of):
    site = site_of("chatwoot")
    site.options["signed"] = False
    assert all(step.is_settled for step in steps(site.setup()))
    [hook] = site.account.webhooks
    assert hook["url"] == f"{BASE}{site.path}/{site.secret}"


# --- Gorgias --------------------------------------------------------------------------------------


def test_a_gorgias_integration_that_was_switched_off_is_told(site_of):
    site = site_of("gorgias")
    list(steps(site.setup()))
    site.account.integrations[0]["deactivated_datetime"] = "2026-11-20T09:15:02"
    found = {step.name: step for step in steps(site.setup())}["HTTP integration"]
    assert (found.outcome, "switched off" in found.text) == (Outcome.FAILED, True)
