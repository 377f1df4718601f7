"""Jobs of one worker process, which has few threads here."""

import threading

import pytest

from overflow.flows import shops
from overflow.store import keys
from tests.flows.house import SHOP, document
from tests.flows.routing import arrivals
from tests.serve.procs import until
from workers import jobs
from workers.crew import Crew


@pytest.fixture
def crew(shop, monkeypatch):
    crew = Crew(2, polls=2)
    monkeypatch.setattr(jobs, "crew", lambda: crew)
    monkeypatch.setattr(jobs, "services", lambda: shop.services)
    yield crew
    crew.close()


@pytest.mark.usefixtures("crew")
def test_a_page_that_outlasts_its_lease_takes_one_thread_and_no_more(shop, desk):
    shops.put_policy(shop.services, "candles", document())
    is_over = threading.Event()
    asked = []

    def hang(call, ticket_id):
        if call == "walk_open":
            asked.append(threading.get_ident())
            is_over.wait(20.0)

    desk.fault = hang
    arrivals(shop, desk, 5)
    try:
        for _ in range(2):
            jobs.import_open(shop="candles")
            until(lambda: asked)
            shop.services.redis.delete(keys.shop_lease("candles", "import"))
        jobs.drain(shop=SHOP)

        until(lambda: not shop.services.marks.counts(SHOP).dirty)
        assert len(asked) == 1
    finally:
        is_over.set()
