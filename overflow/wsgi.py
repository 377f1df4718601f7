"""``granian --interface wsgi overflow.wsgi:app``: the API of this process's settings."""

from __future__ import annotations

import gc
import sys

from flask import Flask

from overflow import log
from overflow.app import create_app
from overflow.errors import Fault
from overflow.serve.why import say_why
from overflow.settings import load
from overflow.wiring import build


def _app() -> Flask:
    """One that can serve; else the process ends and says why, a line each."""
    log.configure("info", "json")
    try:
        settings = load()
        log.configure(settings.log_level, settings.log_format)
        return create_app(build(settings))
    except Fault as fault:
        sys.exit(say_why(fault, "overflow.api"))


app = _app()
# Looking through all that is made once, now and then, held every request for 0.1 s.
gc.collect()
gc.freeze()
