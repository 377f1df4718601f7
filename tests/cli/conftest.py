"""A command decides where its process logs to; a test process is left as it was."""

import logging

import pytest
import structlog

from tests.flows.fake_desk import FakeDesk
from tests.flows.house import House


@pytest.fixture(autouse=True)
def logging_as_before():
    config, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    structlog.configure(**config)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture
def house(store_url, store_client, monkeypatch, tmp_path):
    """A shop open for business in the store that the settings name."""
    monkeypatch.setenv("OVERFLOW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("OVERFLOW_SETTINGS", raising=False)
    monkeypatch.setenv("OVERFLOW_REDIS_URL", store_url)
    made = House(store_url, store_client, FakeDesk())
    made.open()
    yield made
    made.queue.close()
