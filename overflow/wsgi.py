"""``granian --interface wsgi overflow.wsgi:app``: the API of this process's settings."""

from __future__ import annotations

import gc

from overflow import log
from overflow.app import create_app
from overflow.settings import load
from overflow.wiring import build

_settings = load()
log.configure(_settings.log_level, _settings.log_format)
app = create_app(build(_settings))
# Looking through all that is made once, now and then, held every request for 0.1 s.
gc.collect()
gc.freeze()
