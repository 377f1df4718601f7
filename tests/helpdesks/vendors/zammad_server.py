"""A little Zammad: what its API and its webhooks do that a connector can stumble over."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

from tests.helpdesks.vendors.little import Hook, Little, No, Shown

DATA = Path(__file__).parent / "data"
SECRET, TOKEN, BOT = "webhook-secret", "api-token", 9
GROUPS = {"shop": 3, "near": 4, "far": 5, "vip": 6}
REASON = "overflow_reason"
OPTIONS = {"groups": GROUPS, "statuses": {8: "on_hold"}}
CONNECTOR = "zammad"
NEW, OPEN, REMINDER, CLOSED, MERGED, REMOVED, PENDING_CLOSE, AT_THE_MAKER = range(1, 9)
TYPES = {1: 1, 2: 2, 3: 3, 4: 5, 5: 6, 6: 7, 7: 4, 8: 3}
NAMES = ["", "neu", "offen", "warten", "geschlossen", "vereint", "weg", "schließt", "Hersteller"]


def iso(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


class Server(Little):
    """Tags are apart; pending needs a time; a search for a bare time of day finds nothing."""

    prefix = "/api/v1"
    routes = (
        ("GET", r"users/me", "me"),
        ("GET", r"groups", "list_groups"),
        ("GET", r"ticket_states", "states"),
        ("GET", r"tickets", "list_tickets"),
        ("GET", r"tickets/search", "search"),
        ("GET", r"tickets/(\d+)", "show"),
        ("PUT", r"tickets/(\d+)", "update"),
        ("GET", r"tags", "list_tags"),
        ("POST", r"tags/add", "add_tag"),
        ("DELETE", r"tags/remove", "remove_tag"),
        ("POST", r"ticket_articles", "write"),
        ("GET", r"ticket_articles/by_ticket/(\d+)", "articles"),
    )

    def __init__(self, now) -> None:
        self.tickets: dict[str, dict] = {}
        self.tags: dict[str, list[str]] = {}
        self.said: dict[str, list[dict]] = {}
        self.lag = 0.0
        """Seconds until the search knows of a change."""
        self._ids, self._jobs = itertools.count(81), itertools.count(1)
        super().__init__(now)

    def check(self, asked):
        if asked.headers.get("authorization") != f"Token token={TOKEN}":
            raise No(401)
        if asked.body is not None and asked.headers.get("content-type") != "application/json":
            raise No(422)

    # --- the API --------------------------------------------------------------------------------

    def me(self, asked):
        return {"id": BOT}

    def list_groups(self, asked):
        return [{"id": number, "name": name.title()} for name, number in GROUPS.items()]

    def states(self, asked):
        return [{"id": n, "name": NAMES[n], "state_type_id": kind} for n, kind in TYPES.items()]

    def list_tickets(self, asked):
        found = sorted(self.tickets.values(), key=lambda t: t["id"])
        return self._paged(asked, found)

    def search(self, asked):
        field, _, since = asked.query["query"].partition(":>=")
        assert field == "updated_at"
        if "T" in since and not since.startswith('"'):
            return []
        since = since.strip('"').removesuffix("Z")
        indexed = iso(self.now() - self.lag)
        found = [t for t in self.tickets.values() if since <= t["updated_at"] <= indexed]
        found.sort(
            key=lambda t: (t["updated_at"], t["id"]), reverse=asked.query["order_by"] == "desc"
        )
        return self._paged(asked, found)

    def show(self, asked, number):
        return self._expanded(self._there(number), asked)

    def update(self, asked, number):
        ticket, change = self._there(number), dict(asked.body)
        article = change.pop("article", None)
        state = change.get("state_id", ticket["state_id"])
        if TYPES[state] in {3, 4} and "state_id" in change and not change.get("pending_time"):
            raise No(422, {"error": "Missing required value for field 'pending_time'!"})
        if "group_id" in change and change["group_id"] not in GROUPS.values():
            raise No(422)
        ticket |= change
        if article:
            assert (article["type"], article["internal"]) == ("note", True)
            self._say(number, article["body"], internal=True)
        self._touch(number, BOT)
        return self._expanded(ticket, asked)

    def list_tags(self, asked):
        assert asked.query["object"] == "Ticket"
        return {"tags": self.tags.get(asked.query["o_id"], [])}

    def add_tag(self, asked):
        number = str(asked.body["o_id"])
        self._there(number)
        self.tags[number] = sorted({*self.tags[number], asked.body["item"]})
        self._touch(number, BOT, heard=False)
        return 201, True, {}

    def remove_tag(self, asked):
        number = str(asked.body["o_id"])
        self.tags[number] = [tag for tag in self.tags[number] if tag != asked.body["item"]]
        self._touch(number, BOT, heard=False)
        return True

    def write(self, asked):
        article = asked.body
        number = str(article["ticket_id"])
        self._there(number)
        if article["type"] == "email" and not article.get("to"):
            raise No(422, {"error": "Need at least an 'email to'"})
        self._say(number, article["body"], internal=article["internal"])
        if not article["internal"]:
            self._respond(number)
        self._touch(number, BOT)
        return 201, self.said[number][-1], {}

    def articles(self, asked, number):
        self._there(number)
        return self.said[number]

    # --- people ---------------------------------------------------------------------------------

    def create(self, group="shop", tags=(), how="email", sender="Customer"):
        number, now = next(self._ids), self.now()
        self.tickets[str(number)] = {
            "id": number,
            "number": f"100{number}",
            "group_id": GROUPS[group],
            "owner_id": 1,
            "customer_id": 8,
            "state_id": NEW,
            "priority_id": 2,
            "first_response_at": None,
            REASON: "",
            "created_at": iso(now),
            "updated_at": iso(now),
            "how": how,
            "sender": sender,
        }
        self.tags[str(number)], self.said[str(number)] = list(tags), []
        self._touch(str(number), 8)
        return str(number)

    def assign(self, number, agent=77):
        self._change(number, owner_id=agent)

    def move(self, number, group):
        self._change(number, group_id=GROUPS[group])

    def tag(self, number, tag):
        with self.lock:
            self.tags[number] = [*self.tags[number], tag]
            self._touch(number, 77, heard=False)

    def answer(self, number, agent=77):
        with self.lock:
            self._say(number, "Es kommt morgen.", internal=False)
            self._respond(number)
        self._change(number, owner_id=agent, state_id=OPEN)

    def solve(self, number, agent=77):
        self.answer(number, agent)
        self._change(number, state_id=CLOSED)

    def shut(self, number):
        self._change(number, state_id=CLOSED)

    def customer_writes(self, number):
        self._change(number, 8, state_id=OPEN)
        return number

    def merge(self, number, into):
        self._change(number, state_id=MERGED)

    def delete(self, number):
        with self.lock:
            self._touch(number, 77)
            del self.tickets[number]

    def spam(self, number):
        self._change(number, state_id=REMOVED)

    def shown(self, number):
        ticket = self.tickets[number]
        names = {n: name for name, n in GROUPS.items()}
        owner = ticket["owner_id"]
        return Shown(
            names.get(ticket["group_id"]),
            None if owner == 1 else str(owner),
            set(self.tags[number]),
            NAMES[ticket["state_id"]],
            ticket[REASON] or "",
            [said["body"] for said in self.said[number] if said["internal"]],
        )

    # --- inside ---------------------------------------------------------------------------------

    def _there(self, number):
        if number not in self.tickets:
            raise No(404, {"error": "Couldn't find Ticket"})
        return self.tickets[number]

    def _expanded(self, ticket, asked):
        shown = {name: value for name, value in ticket.items() if name not in {"how", "sender"}}
        if asked.query.get("expand") == "true":
            shown |= {"customer": "kunde@example.com", "state": NAMES[ticket["state_id"]]}
            shown |= {
                "create_article_type": ticket["how"],
                "create_article_sender": ticket["sender"],
            }
        return shown

    def _paged(self, asked, tickets):
        page, size = int(asked.query.get("page", 1)), min(int(asked.query["per_page"]), 3)
        shown = tickets[(page - 1) * size : page * size]
        return [self._expanded(ticket, asked) for ticket in shown]

    def _say(self, number, body, *, internal):
        article = {"id": len(self.said[number]), "body": body, "internal": internal}
        self.said[number].append(article)

    def _respond(self, number):
        ticket = self.tickets[number]
        ticket["first_response_at"] = ticket["first_response_at"] or iso(self.now())

    def _change(self, number, actor=77, **facts):
        with self.lock:
            self.tickets[number] |= facts
            self._touch(number, actor)

    def _touch(self, number, actor, *, heard=True):
        """Its time moves on. A trigger runs, though not for every change of tags."""
        self.tickets[number] |= {"updated_at": iso(self.now()), "updated_by_id": actor}
        if heard:
            self.hooks.append(Hook({}, b"", "", number))

    def sent(self, hook):
        """The body is made when the job runs, and shows what is there by then."""
        ticket = self.tickets.get(hook.ticket) or {"id": int(hook.ticket), "state_id": REMOVED}
        body = {"ticket": {**ticket, "state": NAMES[ticket["state_id"]]}, "article": None}
        return self._signed(json.dumps(body).encode(), hook.ticket)

    def again(self, hook):
        """A trigger ran twice: the same under another job's number."""
        return self._signed(hook.body, hook.ticket)

    def _signed(self, body, number):
        digest = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
        headers = {
            "x-hub-signature": f"sha1={digest}",
            "x-zammad-trigger": "overflow: ticket changed",
            "x-zammad-delivery": f"job-{next(self._jobs)}",
        }
        return Hook(headers, body, "", number)
