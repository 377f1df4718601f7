"""What people do in a Request Tracker, as the tests need it."""

import itertools
from dataclasses import dataclass

import httpx

from overflow.clock import SystemClock
from overflow.core.model import Words
from overflow.helpdesks.rt.connector import RtHelpdesk, RtOptions
from tests.real.rt5 import RealRt

SECRET = "a secret of the scrip"
WORDS = Words(reason_field="OverflowReason")


def connect(rt: RealRt, login: str = "svc-overflow", url: str = "", **options) -> RtHelpdesk:
    """The connector with that user's token, or with one that RT has never seen."""
    secrets = {"token": (rt.tokens.get(login, "1-1-0"),), "webhook": ("old", SECRET)}
    loaded = RtOptions().load({"url": url or rt.base_url, **options})
    return RtHelpdesk(loaded, lambda name: secrets.get(name, ()), WORDS, SystemClock())


@dataclass
class Person:
    """Somebody with a token, doing what the web interface does too."""

    rt: RealRt
    login: str

    def call(self, method: str, path: str, body: object = None, **params) -> object:
        reply = httpx.request(
            method,
            f"{self.rt.api_url}/{path}",
            json=body,
            params=params,
            headers=self.rt.headers(self.login),
            timeout=30,
        )
        assert reply.is_success, reply.text
        return reply.json()

    def open_ticket(self, queue: str = "inhouse", **facts) -> str:
        return self.call("POST", "ticket", self._ticket(queue, facts))["id"]

    def open_tickets(self, how_many: int) -> list[str]:
        """In one call, many of them in the same second."""
        tickets = [self._ticket("inhouse", {}) for _ in range(how_many)]
        return [ticket["id"] for ticket in self.call("POST", "tickets/bulk", tickets)]

    def _ticket(self, queue: str, facts: dict) -> dict:
        fields = {"Channel": "chat", "Language": "de", **facts.pop("CustomFields", {})}
        return {
            "Queue": queue,
            "Subject": "Wo ist mein Paket?",
            "Requestor": f"customer{next(_customers)}@customer.example",
            "Content": "Bestellung 4711 fehlt.",
            "ContentType": "text/plain",
            "CustomFields": fields,
            **facts,
        }

    def change(self, ticket_id: str, **facts) -> object:
        return self.call("PUT", f"ticket/{ticket_id}", facts)

    def answer(self, ticket_id: str, text: str = "Es kommt morgen.") -> None:
        message = {"Content": text, "ContentType": "text/plain"}
        self.call("POST", f"ticket/{ticket_id}/correspond", message)

    def comment(self, ticket_id: str, text: str = "Rückruf nötig") -> None:
        message = {"Content": text, "ContentType": "text/plain"}
        self.call("POST", f"ticket/{ticket_id}/comment", message)

    def click(self, page: str) -> None:
        """Send a form of the web interface."""
        with httpx.Client(base_url=self.rt.base_url, timeout=30, follow_redirects=True) as browser:
            login = {"user": self.login, "pass": f"pw-{self.login}-1"}
            browser.post("/NoAuth/Login.html", data=login).raise_for_status()
            referer = {"referer": f"{self.rt.base_url}/"}
            shown = browser.get(f"/{page}", headers=referer).raise_for_status()
            assert "Possible cross-site request forgery" not in shown.text


_customers = itertools.count(1)
