"""The API on a real store, in front of the sandbox helpdesk, called through Flask's client."""

import os

import orjson
import pytest

from overflow.api.context import provide
from overflow.api.moments import iso
from overflow.clock import SystemClock, new_id
from overflow.demo.sandbox import Sandbox
from overflow.flows import shops
from overflow.flows.drain.sync import drain
from overflow.flows.routing.errand import IMPORTED
from overflow.helpdesks.signatures import sign_standard
from overflow.settings import Settings
from overflow.wiring import build
from tests.api.described import APP

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwx1Zt8Wb0Pq4="
JSON = "application/json"
GROUPS = ("Service", "Partner Day", "Partner Night")


def document(url, **more):
    """Two chats stay at home; whatever comes on top of them goes to daytime."""
    partner = {
        "hours": "24/7",
        "languages": ["de", "en"],
        "capacity": {"chat": 5, "email": 5},
        "price": 2.5,
        "answer_time": "10s",
    }
    return {
        "mode": "live",
        "zone": "Europe/Berlin",
        "helpdesk": {
            "connector": "standard",
            "options": {"url": url},
            "secrets": {"webhook": ["env:API_TEST_SECRET"]},
        },
        "inhouse": {"group": "Service", "hours": "24/7", "agents": 1, "languages": ["de"]},
        "partners": [
            {"name": "daytime", "group": "Partner Day", **partner},
            {**partner, "name": "nightowl", "group": "Partner Night", "price": 9.0},
        ],
        "channels": {
            "chat": {"target": "1h", "handle_time": "8m"},
            "email": {"target": "4h", "handle_time": "8m"},
        },
        "default": {"channel": "email", "language": "de"},
        "pressure": {"backlog": {"start": 2, "stop": 2}, "hold": "1h"},
        **more,
    }


@pytest.fixture(scope="session")
def desk():
    with Sandbox(SECRET, groups=GROUPS) as sandbox:
        yield sandbox


@pytest.fixture
def people(desk):
    with desk.people() as people:
        yield people


@pytest.fixture
def services(store_url, store_client, monkeypatch):
    monkeypatch.setitem(os.environ, "API_TEST_SECRET", SECRET)  # noqa: TID251  a policy's reference
    made = build(Settings(redis_url=store_url))
    yield made
    made.close()


@pytest.fixture
def shop(services, desk):
    """A shop whose first walk has ended."""
    return add_shop(services, desk, "lamps")


def add_shop(services, desk, name, **more):
    shops.put_policy(services, name, document(desk.url, **more))
    services.situations.heard(name, IMPORTED, services.clock.now())
    services.situations.forget(name)
    return name


@pytest.fixture
def app(services):
    provide(APP, services)
    return APP


class Caller:
    """Calls the app with one key."""

    def __init__(self, app, token=""):
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method, path, body=None, **headers):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {} if body is None else {"data": orjson.dumps(body), "content_type": JSON}
        return self._client.open(path, method=method, headers={**self._headers, **given}, **content)

    def raw(self, method, path, **options):
        headers = {**self._headers, **options.pop("headers", {})}
        return self._client.open(path, method=method, headers=headers, **options)


@pytest.fixture
def key(app, services):
    """Makes callers: ``key("shop:lamps")``."""

    def make(*scopes):
        if not scopes:
            return Caller(app)
        _, token = services.keyring.create("test", scopes, services.clock.now())
        return Caller(app, token)

    return make


@pytest.fixture
def anyone(key):
    return key()


@pytest.fixture
def operator(key):
    return key("operator")


@pytest.fixture
def shopkeeper(key, shop):
    return key(f"shop:{shop}")


@pytest.fixture
def partner(key, shop):
    return key(f"partner:{shop}:daytime")


def event(ticket, kind="ticket.created", **facts):
    """A body as the standard protocol has it."""
    now = SystemClock().now()
    given = {
        "id": ticket,
        "version": 1,
        "status": "new",
        "channel": "chat",
        "language": "de",
        "group": "Service",
        "created_at": iso(now),
    }
    told = {"type": kind, "timestamp": iso(now), "data": {"ticket": given | facts}}
    return orjson.dumps(told)


def signed(body, *, at=None, secret=SECRET, identity=None):
    """The headers that go with it."""
    now = SystemClock().now() if at is None else at
    headers = sign_standard((secret,), identity or new_id(), now, body)
    return {**headers, "Content-Type": JSON}


@pytest.fixture
def arrive(anyone, shop):
    """A ticket comes by webhook."""

    def post(ticket, **facts):
        body = event(ticket, **facts)
        path = f"/v1/shops/{shop}/events/standard"
        answer = anyone.raw("POST", path, data=body, headers=signed(body))
        assert answer.status_code == 200, answer.text
        return answer.json

    return post


@pytest.fixture
def overflowed(people, arrive, services, shop):
    """A ticket of the sandbox's that daytime holds, as the helpdesk shows, unless told not to."""

    def make(*, is_shown=True):
        for _ in range(4):
            told = people.create("chat", "de")
            ticket = str(told["id"])
            facts = {n: told[n] for n in ("version", "created_at", "updated_at") if n in told}
            if arrive(ticket, **facts)["team"] == "daytime":
                if is_shown:
                    drain(services, shop, seconds=2.0)
                return ticket
        raise AssertionError("nothing overflowed")

    return make
