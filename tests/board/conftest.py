"""The board in a real browser, before the API on a real store, served on a port of its own."""

import os
import threading
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from overflow.app import create_app
from overflow.flows import shops
from overflow.flows.routing.errand import IMPORTED
from overflow.settings import Settings
from overflow.wiring import build
from tests.api.conftest import SECRET, Caller, document, event, signed

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOP = "lamps"
PATIENCE = 15_000
"""Milliseconds; busy cores are slow to draw."""

expect.set_options(timeout=PATIENCE)


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


class Site:
    """The app on a port; it can go away, and come back at the same address."""

    def __init__(self, app):
        self._app = app
        self.port = 0
        self._server = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def come(self):
        self._server = make_server(
            "127.0.0.1", self.port, self._app, threaded=True, request_handler=Quiet
        )
        self._server.daemon_threads = False  # what is being answered is answered before it goes
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def go(self):
        if self._server is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None


@pytest.fixture
def services(store_url, store_client, monkeypatch):
    monkeypatch.setitem(os.environ, "API_TEST_SECRET", SECRET)  # noqa: TID251  a policy's reference
    made = build(Settings(redis_url=store_url))
    made.progress.beat("worker-1", made.clock.now())
    yield made
    made.close()


@pytest.fixture
def add_shop(services):
    def add(name, **more):
        shops.put_policy(services, name, document("http://127.0.0.1:9/api", **more))
        services.situations.heard(name, IMPORTED, services.clock.now())
        services.situations.forget(name)

    add(SHOP)
    return add


@pytest.fixture
def app(services, add_shop):
    return create_app(services)


@pytest.fixture
def site(app):
    made = Site(app)
    made.come()
    yield made
    made.go()


@pytest.fixture
def token(services):
    """Makes keys: ``token("shop:lamps")``."""
    return lambda *scopes: services.keyring.create("test", scopes, services.clock.now())[1]


@pytest.fixture
def arrive(app):
    """A ticket comes by webhook; says who holds it."""

    def post(ticket, **facts):
        body = event(ticket, **facts)
        path = f"/v1/shops/{SHOP}/events/standard"
        answer = Caller(app).raw("POST", path, data=body, headers=signed(body))
        assert answer.status_code == 200, answer.text
        return answer.json["team"]

    return post


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Window:
    """A browser's window on the board, and everything that it asked for and complained of."""

    def __init__(self, page, site):
        self.page, self.site = page, site
        self.asked, self.complaints = [], []
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self.asked.append(request))  # noqa: PLW0108  no builtin
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))

    def open(self, key="", shop=""):
        self.page.goto(f"{self.site.address}/board")
        if key:
            self.sign_in(key, shop)
        return self.page

    def sign_in(self, key, shop=""):
        self.page.get_by_label("API key").fill(key)
        self.page.get_by_label("Shop an operator").fill(shop)
        self.page.get_by_role("button", name="Open the board").click()


@pytest.fixture
def window(chromium, site):
    with _window(chromium, site) as window:
        yield window


@contextmanager
def _window(chromium, site, **how):
    context = chromium.new_context(viewport={"width": 1600, "height": 1000}, **how)
    try:
        yield Window(context.new_page(), site)
    finally:
        context.close()
