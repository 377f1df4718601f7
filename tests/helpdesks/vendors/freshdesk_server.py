"""A little Freshdesk: what its API and its webhooks do that a connector can stumble over."""

from __future__ import annotations

import base64
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

from tests.helpdesks.vendors.little import Hook, Little, No, Shown

DATA = Path(__file__).parent / "data"
SECRET, TOKEN = "webhook-secret", "api-key"
GROUPS = {"shop": 150001, "near": 150002, "far": 150003, "vip": 150009}
REASON = "cf_overflow_reason"
OPTIONS = {"groups": GROUPS, "statuses": {7: "on_hold"}}
CONNECTOR = "freshdesk"
BULK, CALLS_FOR_EIGHT = "tickets/bulk_update", 16
LAST_WRITER_WINS = True
_FIELDS = {"group_id", "responder_id", "status", "tags", "custom_fields", "priority"}
LISTS = {200: 20, 400: 100, 700: 200}
"""By plan: how many of the calls in a minute may be lists of tickets."""
_LABELS = {2: "Open", 3: "Pending", 4: "Resolved", 5: "Closed", 7: "Waiting on Third Party"}


def iso(seconds: float) -> str:
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%S}Z"


class Server(Little):
    """Tags sent replace all; lists hide deleted tickets and spam; what it does not know is 400."""

    prefix = "/api/v2"
    routes = (
        ("GET", r"groups", "list_groups"),
        ("GET", r"tickets", "list_tickets"),
        ("POST", r"tickets/bulk_update", "bulk_update"),
        ("GET", r"tickets/(\d+)", "show"),
        ("PUT", r"tickets/(\d+)", "update"),
        ("POST", r"tickets/(\d+)/notes", "note"),
        ("POST", r"tickets/(\d+)/reply", "reply"),
        ("GET", r"tickets/(\d+)/conversations", "conversations"),
    )

    def __init__(self, now) -> None:
        self.tickets: dict[str, dict] = {}
        self.said: dict[str, list[dict]] = {}
        self._ids = itertools.count(3695)
        self.listed: list[float] = []
        """When tickets were listed within the last minute."""
        self.jobs: list[tuple[float, dict]] = []
        self.is_plain = False
        """A bulk update stands in nothing, else in ``bulk_action``."""
        self.job_takes = 0.3
        """Seconds from a bulk update until it is done."""
        super().__init__(now)

    def check(self, asked):
        login = "Basic " + base64.b64encode(f"{TOKEN}:X".encode()).decode()
        if asked.headers.get("authorization") != login:
            raise No(401)
        if asked.body is not None and asked.headers.get("content-type") != "application/json":
            raise No(415)
        due = [job for at, job in self.jobs if at <= self.now()]
        self.jobs = [(at, job) for at, job in self.jobs if at > self.now()]
        for job in due:
            self._run(job)

    # --- the API --------------------------------------------------------------------------------

    def list_groups(self, asked):
        return self._paged(asked, [{"id": n, "name": "localised"} for n in GROUPS.values()])

    def list_tickets(self, asked):
        self._count_list(asked)
        query = asked.query
        since = query.get("updated_since") or iso(self.now() - 30 * 86400)
        kept = {None: (False, False), "deleted": (True, False), "spam": (False, True)}
        found = [
            ticket
            for ticket in self.tickets.values()
            if (ticket.get("deleted", False), ticket["spam"]) == kept[query.get("filter")]
            and ticket["updated_at" if "updated_since" in query else "created_at"] >= since
        ]
        found.sort(key=lambda t: (t[query.get("order_by", "created_at")], t["id"]))
        if query.get("order_type", "desc") == "desc":
            found.reverse()
        return self._paged(asked, [self._shown(ticket, asked) for ticket in found])

    def _count_list(self, asked):
        if self.plan is None:
            return
        self.listed = [at for at in self.listed if at > asked.at - 60.0] + [asked.at]
        if len(self.listed) > LISTS[self.plan.budget.size]:
            self.plan.refused += 1
            raise No(429, {"code": "too_many_lists"}, **{"Retry-After": "30"})

    def show(self, asked, number):
        if number not in self.tickets:
            raise No(404, {"code": "not_found"})
        return self._shown(self.tickets[number], asked)

    def bulk_update(self, asked):
        """Taken, and done some time later; what cannot be done is passed over without a word."""
        job = asked.body if self.is_plain else asked.body.get("bulk_action")
        job = job if job and "ids" in job else None
        if not job or not 1 <= len(job["ids"]) <= 100 or set(job["properties"]) - _FIELDS:
            raise No(400)
        self.jobs.append((self.now() + self.job_takes, job))
        return 202, {"job_id": f"job{len(self.asked)}"}, {}

    def _run(self, job):
        for number in map(str, job["ids"]):
            if number in self.tickets and not self.tickets[number].get("deleted"):
                self._updated(number, job["properties"])

    def update(self, asked, number):
        return self._shown(self._updated(number, asked.body), asked)

    def _updated(self, number, change):
        ticket = self._there(number)
        if unknown := set(change) - _FIELDS:
            raise No(400, {"errors": [{"field": name} for name in unknown]})
        if "status" in change and change["status"] not in _LABELS:
            raise No(400, {"errors": [{"field": "status"}]})
        custom = {**ticket["custom_fields"], **change.get("custom_fields", {})}
        ticket |= {**change, "custom_fields": custom}
        self._touch(number)
        return ticket

    def note(self, asked, number):
        self._there(number)
        self._say(number, asked.body["body"], private=asked.body.get("private", True))
        self._touch(number)
        return 201, self.said[number][-1], {}

    def reply(self, asked, number):
        self._there(number)
        self._say(number, asked.body["body"], private=False)
        self._respond(number)
        self._touch(number)
        return 201, self.said[number][-1], {}

    def conversations(self, asked, number):
        self._there(number)
        return self._paged(asked, self.said[number])

    # --- people ---------------------------------------------------------------------------------

    def create(self, group="shop", tags=(), source=1):
        number, now = next(self._ids), self.now()
        self.tickets[str(number)] = {
            "id": number,
            "status": 2,
            "priority": 2,
            "source": source,
            "group_id": GROUPS[group],
            "responder_id": None,
            "tags": list(tags),
            "custom_fields": {REASON: None, "cf_language": None},
            "spam": False,
            "created_at": iso(now),
            "updated_at": iso(now),
            "stats": {"first_responded_at": None},
        }
        self.said[str(number)] = []
        self._touch(str(number), "{ticket_action:created}")
        return str(number)

    def assign(self, number, agent=77):
        self._change(number, responder_id=agent)

    def move(self, number, group):
        self._change(number, group_id=GROUPS[group])

    def tag(self, number, tag):
        self._change(number, tags=[*self.tickets[number]["tags"], tag])

    def answer(self, number, agent=77):
        with self.lock:
            self._say(number, "<div>Es kommt morgen.</div>", private=False)
            self._respond(number)
        self._change(number, responder_id=agent)

    def solve(self, number, agent=77):
        self.answer(number, agent)
        self._change(number, status=4)

    def shut(self, number):
        self._change(number, status=5)

    def customer_writes(self, number):
        self._change(number, status=2)
        return number

    def merge(self, number, into):
        self._change(number, status=5)

    def delete(self, number):
        self._change(number, deleted=True)

    def spam(self, number):
        self._change(number, spam=True)

    def shown(self, number):
        ticket = self.tickets[number]
        names = {n: name for name, n in GROUPS.items()}
        assignee = ticket["responder_id"]
        return Shown(
            names.get(ticket["group_id"]),
            None if assignee is None else str(assignee),
            set(ticket["tags"]),
            _LABELS[ticket["status"]],
            ticket["custom_fields"][REASON] or "",
            [said["body"] for said in self.said[number] if said["private"]],
        )

    # --- inside ---------------------------------------------------------------------------------

    def _there(self, number):
        ticket = self.tickets.get(number)
        if ticket is None or ticket.get("deleted"):
            raise No(404, {"code": "not_found"})
        return ticket

    def _shown(self, ticket, asked):
        hidden = set() if "stats" in asked.query.get("include", "") else {"stats"}
        return {name: value for name, value in ticket.items() if name not in hidden}

    def _paged(self, asked, values):
        page, size = int(asked.query.get("page", 1)), int(asked.query.get("per_page", 30))
        if not 1 <= size <= 100 or page > 300:
            raise No(400)
        size = min(size, self.page)
        link = {"Link": '<https://next>; rel="next"'} if page * size < len(values) else {}
        return 200, values[(page - 1) * size : page * size], link

    def _say(self, number, body, *, private):
        self.said[number].append({"id": len(self.said[number]), "body": body, "private": private})

    def _respond(self, number):
        stats = self.tickets[number]["stats"]
        stats["first_responded_at"] = stats["first_responded_at"] or iso(self.now())

    def _change(self, number, **facts):
        with self.lock:
            before = dict(self.tickets[number])
            self.tickets[number] |= facts
            name = next(iter(facts))
            told = f"{{{name}:{{from:{before.get(name)},to:{facts[name]}}}}}"
            self._touch(number, told)

    def _touch(self, number, told=None):
        """A rule hears of it, of our own changes too, and says the first thing that changed."""
        ticket = self.tickets[number]
        ticket["updated_at"] = iso(self.now())
        body = {
            "freshdesk_webhook": {
                "triggered_event": told or "{status:{from:2,to:3}}",
                "ticket_id": number,
                "ticket_status": _LABELS[ticket["status"]],
                "ticket_group_name": "Webshop Support",
            }
        }
        login = base64.b64encode(f"overflow:{SECRET}".encode()).decode()
        headers = {"authorization": f"Basic {login}"}
        if told is None and not self.echoes:
            return
        self.hooks.append(Hook(headers, json.dumps(body).encode(), SECRET, number))

    def again(self, hook):
        return hook
