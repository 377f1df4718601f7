"""``granian --interface wsgi overflow.wsgi:app``: the API of this process's settings."""

from __future__ import annotations

import gc
import sys

import structlog
from flask import Flask

from overflow import log
from overflow.app import create_app
from overflow.errors import Fault, Invalid
from overflow.settings import load
from overflow.wiring import build


def _app() -> Flask:
    """One that can serve; else the process ends and says why, a line each."""
    log.configure("info", "json")
    says = structlog.get_logger("overflow.api")
    try:
        settings = load()
        log.configure(settings.log_level, settings.log_format)
        return create_app(build(settings))
    except Invalid as invalid:
        for name, texts in invalid.faults.items():
            says.error("does not start", setting=name, why=" ".join(texts))
        sys.exit(2)
    except Fault as fault:
        says.error("does not start", why=fault.message)
        sys.exit(1)


app = _app()
# Looking through all that is made once, now and then, held every request for 0.1 s.
gc.collect()
gc.freeze()
