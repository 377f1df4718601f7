"""The real django-helpdesk that the demo brings up."""

import socket

import httpx
import pytest

from overflow.errors import NotNow
from tests.helpdesks.django_shop import Person
from tests.real.fixtures import start_django

pytestmark = pytest.mark.slow


def everything(desk, number):
    """A ticket by its own and in a list, an unknown one, and what a partner's agent may see."""
    with httpx.Client(base_url=desk.api_url, headers=desk.headers(), timeout=30) as client:
        return [
            client.get(f"/tickets/{number}/").json(),
            client.get("/tickets/?status=1,2&page_size=1").json()["results"],
            client.get("/tickets/?status=3").json()["count"],
            client.get("/tickets/999/").json(),
            client.get(f"/tickets/{number}/", headers=desk.headers("agent-pt")).status_code,
            client.patch(f"/tickets/{number}/", json={"queue": 99}).json(),
            client.patch(f"/tickets/{number}/", json={"custom_tags": "vip"}).json(),
        ]


def test_the_lean_api_says_what_its_own_api_says(tmp_path):
    lean = start_django(tmp_path, is_lean=True)
    try:
        number = Person(lean, "agent-in").open_ticket(custom_channel="video", custom_tags="vip")
        shown = everything(lean, number)
    finally:
        lean.stop()
    own = start_django(tmp_path)
    try:
        assert own.tokens == lean.tokens, "the same data, after a restart"
        assert everything(own, number) == shown
    finally:
        own.stop()
    own.stop()  # a second time it has nothing to do


def test_what_keeps_it_from_coming_up_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(NotNow, match="in use"):
        start_django(tmp_path, taken.getsockname()[1])
