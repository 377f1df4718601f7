"""What people do in a django-helpdesk, as the tests need it."""

import re
from dataclasses import dataclass

import httpx

from overflow.clock import SystemClock
from overflow.core.model import Words
from overflow.demo.django_desk import Desk
from overflow.helpdesks.django_helpdesk.connector import DjangoHelpdesk, DjangoHelpdeskOptions

TOKEN = "a-token-in-the-url"
WORDS = Words(reason_field="overflow_reason")


def connect(desk: Desk, login: str = "svc-overflow", url: str = "", **options) -> DjangoHelpdesk:
    """The connector with that user's token, or with one that was never given out."""
    secrets = {"token": (desk.tokens.get(login, "never-given-out"),), "webhook": ("old", TOKEN)}
    given = {"url": url or desk.base_url, "queues": desk.queue_ids, **options}
    loaded = DjangoHelpdeskOptions().load(given)
    return DjangoHelpdesk(loaded, lambda name: secrets.get(name, ()), WORDS, SystemClock())


@dataclass
class Person:
    """Somebody with a token, and with a browser."""

    desk: Desk
    login: str

    def call(self, method: str, path: str, body: object = None) -> dict:
        reply = httpx.request(
            method,
            f"{self.desk.api_url}/{path}",
            json=body,
            headers=self.desk.headers(self.login),
            timeout=30,
        )
        assert reply.is_success, reply.text
        return reply.json() if reply.content else {}

    def open_ticket(self, queue: str = "inhouse", **facts) -> str:
        ticket = {
            "queue": self.desk.queue_ids[queue],
            "title": "Wo ist mein Paket?",
            "description": "Bestellung 4711 fehlt.",
            "submitter_email": "kunde@customer.example",
            "priority": 3,
            "custom_channel": "chat",
            "custom_language": "de",
            **facts,
        }
        return str(self.call("POST", "tickets/", ticket)["id"])

    def change(self, ticket_id: str, **facts) -> None:
        """What emits no webhook and leaves no trace."""
        self.call("PATCH", f"tickets/{ticket_id}/", facts)

    def write(self, ticket_id: str, text: str, **facts) -> None:
        followup = {"ticket": ticket_id, "comment": text, "public": True, **facts}
        self.call("POST", "followups/", followup)

    def click(self, page: str, **form: object) -> None:
        """Send a form of the web interface."""
        with httpx.Client(
            base_url=self.desk.base_url, timeout=30, follow_redirects=True
        ) as browser:
            login = {"username": self.login, "password": f"pw-{self.login}-1", "next": "/"}
            for path, fields in (("/login/", login), (page, form)):
                shown = browser.get("/login/" if path == "/login/" else "/").text
                token = re.search(r'csrfmiddlewaretoken"[^>]*value="(\w+)"', shown)[1]
                sent = browser.post(path, data={**fields, "csrfmiddlewaretoken": token})
                sent.raise_for_status()
