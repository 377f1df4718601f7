"""A command decides where its process logs to; a test process is left as it was."""

import logging

import pytest
import structlog


@pytest.fixture(autouse=True)
def logging_as_before():
    config, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    structlog.configure(**config)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
