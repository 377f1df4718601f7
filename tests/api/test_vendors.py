"""Webhooks of vendors as they come in by HTTP: their forms, and what makes them come again."""

import base64

import pytest

from overflow.errors import StoreAway
from tests.api.conftest import SECRET, add_shop
from tests.helpdesks.vendors.signing import signed

GROUPS = {"Service": 1, "Daytime": 2, "Nightowl": 3}


def helpdesk(connector):
    return {
        "connector": connector,
        "options": {"url": "http://desk.test/api/v2", "groups": GROUPS},
        "secrets": {"token": "env:DESK_SECRET", "webhook": "env:DESK_SECRET"},
    }


@pytest.fixture
def post(anyone, services, desk, monkeypatch):
    """A webhook of that vendor, from its shop."""
    monkeypatch.setenv("DESK_SECRET", SECRET)

    def send(connector, body, kind="application/json"):
        add_shop(services, desk, connector, helpdesk=helpdesk(connector))
        headers, token = signed(connector, body, now=services.clock.now(), secret=SECRET)
        path = f"/v1/shops/{connector}/events/{connector}" + (f"/{token}" if token else "")
        return anyone.raw("POST", path, data=body, headers={**headers, "Content-Type": kind})

    return send


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"ticket_id": "7"}'),
        ("application/x-www-form-urlencoded", b"ticket_id=7"),
        ("application/xml", b"<ticket_id>7</ticket_id>"),
    ],
)
def test_freshdesk_may_send_json_forms_and_xml(post, kind, body):
    answer = post("freshdesk", body, kind)
    assert (answer.status_code, answer.json) == (202, {"result": "marked", "ticket": "7"})


def test_others_send_json(post):
    assert post("zendesk", b"ticket_id=7", "application/x-www-form-urlencoded").status_code == 415


@pytest.mark.parametrize(("connector", "status"), [("zendesk", 409), ("freshdesk", 503)])
def test_what_cannot_be_taken_in_now_is_answered_so_that_it_comes_again(
    post, services, monkeypatch, connector, status
):
    def away(*args, **named):
        raise StoreAway("away")

    monkeypatch.setattr("overflow.flows.routing.intake.mark_to_read", away)
    answer = post(connector, b'{"ticket_id": "7"}')
    assert answer.status_code == status
    assert answer.json["status"] == status
    assert answer.headers["Retry-After"]


def test_basic_credentials_are_one_of_the_two_proofs(anyone, services, desk, monkeypatch):
    monkeypatch.setenv("DESK_SECRET", SECRET)
    add_shop(services, desk, "freshdesk", helpdesk=helpdesk("freshdesk"))
    login = base64.b64encode(b"overflow:wrong").decode()
    answer = anyone.raw(
        "POST",
        f"/v1/shops/freshdesk/events/freshdesk/{SECRET}",
        data=b'{"ticket_id": "7"}',
        headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 401
