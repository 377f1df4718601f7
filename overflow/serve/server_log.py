"""The web server's own lines, in the form of all others: ``granian --log-config``."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from overflow import log
from overflow.errors import Invalid
from overflow.settings import load

CONFIG: Final = Path(__file__).with_name("server_log.json")
"""Names ``formatter``."""


def formatter() -> logging.Formatter:
    """As this process's settings say; with faulty ones, which the application reports: JSON."""
    try:
        return log.formatter(load().log_format)
    except Invalid:
        return log.formatter("json")
