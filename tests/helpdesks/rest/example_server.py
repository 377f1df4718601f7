"""The imagined helpdesk of ``deploy/helpdesks/example.yaml``: everything that can be odd is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from overflow.policies.text import document
from tests.helpdesks.vendors.little import Hook, Little, No, Shown

FILE = Path(__file__).parents[3] / "deploy" / "helpdesks" / "example.yaml"
SECRET, TOKEN = "signing-secret", "the password"
REASON = "overflow_reason"
CONNECTOR = "rest"
OPTIONS = {name: said for name, said in document(FILE.read_text()).items() if name != "url"}
GROUPS = OPTIONS["groups"]
ZONE = ZoneInfo("Europe/Amsterdam")
OPEN, PENDING, HELD, SOLVED, CLOSED = 1, 2, 3, 4, 5
PAGE = 3


def naive(seconds: float) -> str:
    """A time as this helpdesk writes it: it says no zone."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZONE).strftime("%d.%m.%Y %H:%M:%S.%f")


def moment(text: str) -> float:
    return datetime.strptime(text, "%d.%m.%Y %H:%M:%S.%f").replace(tzinfo=ZONE).timestamp()


class Odd(No):
    """What is wrong is told in a body with 200."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(200, {"ok": False, "code": code, "message": message or code})


class Server(Little):
    """Sessions end; states are numbers; a change made from an older ``rev`` is refused."""

    prefix = "/api"
    routes = (
        ("POST", r"login", "login"),
        ("GET", r"teams", "teams"),
        ("GET", r"tickets", "list_tickets"),
        ("GET", r"gone", "list_gone"),
        ("GET", r"ticket/(\w+)", "show"),
        ("POST", r"ticket/(\d+)", "update"),
        ("POST", r"ticket/(\d+)/labels", "label"),
        ("DELETE", r"ticket/(\d+)/labels/(.+)", "unlabel"),
        ("GET", r"ticket/(\d+)/notes", "list_notes"),
        ("POST", r"ticket/(\d+)/notes", "add_note"),
    )

    def __init__(self, now) -> None:
        self.tickets: dict[str, dict] = {}
        self.said: dict[str, list[dict]] = {}
        self.sessions: dict[str, float] = {}
        self.lasts = 600.0
        self._ids, self._revs = itertools.count(7000), itertools.count(1)
        self._deliveries, self._logins = itertools.count(1), itertools.count(1)
        super().__init__(now)

    def body_of(self, raw, headers):
        if "form" in headers.get("content-type", ""):
            return {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        return super().body_of(raw, headers)

    def check(self, asked):
        if asked.path != "login":
            until = self.sessions.get(asked.headers.get("x-session", ""), 0.0)
            if until < self.now():
                raise Odd("session", "Please log in.")

    # --- the API --------------------------------------------------------------------------------

    def login(self, asked):
        if asked.body != {"user": "overflow", "password": TOKEN}:
            raise Odd("login", "Wrong password.")
        session = f"session-{next(self._logins)}"
        self.sessions[session] = self.now() + self.lasts
        return self._good({"session": session, "seconds": self.lasts})

    def teams(self, asked):
        return self._good([{"id": str(number)} for number in GROUPS.values()])

    def show(self, asked, number):
        ticket = self._there(number)
        return self._good({**ticket, "id": str(ticket["id"]), "team": str(ticket["team"])})

    def update(self, asked, number):
        ticket, change = self._there(number), dict(asked.body)
        if ticket["state"] == CLOSED:
            raise Odd("closed", "A closed ticket cannot be changed.")
        if change.pop("rev", ticket["rev"]) != ticket["rev"]:
            raise Odd("stale")
        ticket["custom"] |= change.pop("custom", {})
        assert {"team", "owner", "state"} >= change.keys()
        self._change(number, **change)
        return self._good()

    def label(self, asked, number):
        return self._relabel(number, self._labels(number) | {asked.body["add"]})

    def unlabel(self, asked, number, label):
        return self._relabel(number, self._labels(number) - {label})

    def list_notes(self, asked, number):
        self._there(number)
        start = (int(asked.query["page"]) - 1) * PAGE
        said = self.said[number]
        shown = [{"html": entry["html"]} for entry in said[start : start + PAGE]]
        return {**self._good(shown), "more": start + PAGE < len(said)}

    def add_note(self, asked, number):
        ticket = self._there(number)
        self.said[number].append(asked.body)
        if asked.body["public"] and ticket["first_answer"] is None:
            ticket["first_answer"] = naive(self.now())
        self._change(number)
        return self._good()

    def list_tickets(self, asked):
        """Open ones by number, or changed ones by time; neither shows what was thrown away."""
        seen = [t for t in self.tickets.values() if not t["gone"] and not t["merged_into"]]
        if "changed" in asked.query:
            since = asked.query.get("cursor") or f"{moment(asked.query['changed'])}/0"
            at, _, rev = since.partition("/")
            done = (float(at), int(rev))
            rows = sorted((t["changed"], t["rev"], t) for t in seen)
            ready = [row for row in rows if row[:2] > done]
            page = ready[:PAGE]
            more = f"{page[-1][0]}/{page[-1][1]}" if len(ready) > PAGE else ""
            found = self._good([self._listed(t) for _, _, t in page])
            return {**found, "cursor": more, "now": naive(self.now())}
        after = int(asked.query["after"])
        rows = sorted((t["id"], t) for t in seen if t["state"] <= HELD and t["id"] > after)
        return {**self._good([self._listed(t) for _, t in rows[:PAGE]]), "more": len(rows) > PAGE}

    def list_gone(self, asked):
        since = moment(asked.query["since"])
        thrown = [t for t in self.tickets.values() if t["gone"] or t["merged_into"]]
        return self._good([t["id"] for t in thrown if t["changed"] >= since])

    # --- people ---------------------------------------------------------------------------------

    def create(self, group="shop", tags=(), via="web form"):
        number = next(self._ids)
        self.tickets[str(number)] = {
            "id": number,
            "state": OPEN,
            "team": GROUPS[group],
            "owner": "-",
            "created": naive(self.now()),
            "first_answer": None,
            "urgency": "Normal",
            "via": via,
            "lang": "en-GB",
            "labels": ",".join(tags),
            "custom": {REASON: None},
            "ours": False,
            "merged_into": None,
            "is_spam": False,
            "gone": False,
        }
        self.said[str(number)] = []
        self._change(str(number), "ticket.created")
        return str(number)

    def assign(self, number, agent=77):
        self._change(number, owner=agent)

    def move(self, number, group):
        self._change(number, team=GROUPS[group])

    def tag(self, number, tag):
        self._relabel(number, self._labels(number) | {tag})

    def answer(self, number, agent=77):
        self.said[number].append({"html": "Es kommt morgen.", "public": True})
        first = self.tickets[number]["first_answer"] or naive(self.now())
        self._change(number, owner=agent, first_answer=first)

    def solve(self, number, agent=77):
        self.answer(number, agent)
        self._change(number, state=SOLVED)

    def shut(self, number):
        self._change(number, state=CLOSED)

    def customer_writes(self, number):
        self._change(number, state=OPEN)
        return number

    def merge(self, number, into):
        self._change(number, state=CLOSED, merged_into=int(into))

    def delete(self, number):
        self._change(number, "ticket.deleted", gone=True)

    def spam(self, number):
        self._change(number, is_spam=True)

    def shown(self, number):
        ticket = self.tickets[number]
        names = {team: name for name, team in GROUPS.items()}
        owner = ticket["owner"]
        return Shown(
            names.get(ticket["team"]),
            None if owner in {"-", None} else str(owner),
            self._labels(number),
            str(ticket["state"]),
            ticket["custom"][REASON] or "",
            [html.unescape(s["html"]) for s in self.said[number] if not s["public"]],
        )

    # --- inside ---------------------------------------------------------------------------------

    def _good(self, data=None):
        return {"ok": True, "data": data}

    def _there(self, number):
        ticket = self.tickets.get(number)
        if ticket is None or ticket["gone"]:
            raise Odd("nothing", "There is no such ticket.")
        return ticket

    def _listed(self, ticket):
        return {**ticket, "rev": ticket["rev"]}

    def _labels(self, number):
        return set(filter(None, self.tickets[number]["labels"].split(",")))

    def _relabel(self, number, labels):
        if self._there(number)["state"] == CLOSED:
            raise Odd("closed")
        self._change(number, labels=",".join(sorted(labels)))
        return self._good()

    def _change(self, number, event="ticket.updated", **facts):
        with self.lock:
            ticket = self.tickets[number]
            ticket |= facts
            ticket["rev"], ticket["changed"] = next(self._revs), self.now()
            body = {"event": event, "ticket": ticket}
            self.hooks.append(self.signed(json.dumps(body).encode(), number))

    def signed(self, body, ticket=""):
        delivery, stamp = f"delivery-{next(self._deliveries)}", str(int(self.now() * 1000))
        text = f"{stamp}|{delivery}|".encode() + body
        digest = hmac.new(SECRET.encode(), text, hashlib.sha512).digest()
        headers = {
            "x-desk-delivery": delivery,
            "x-desk-time": stamp,
            "x-desk-signature": f"v2={base64.b64encode(digest).decode()}",
        }
        return Hook(headers, body, "", ticket)

    def again(self, hook):
        """The same once more, under another delivery id."""
        return self.signed(hook.body, hook.ticket)
