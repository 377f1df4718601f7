"""``python -m overflow.serve.checked COMMAND…``: becomes the command once it can do its work.

The API's server starts anew what cannot start, again and again within a second. Where settings are
wrong or the store is away that is said once, here, and whoever started this waits before the next
try.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import NoReturn

from overflow import log
from overflow.errors import Fault
from overflow.serve.why import say_why
from overflow.settings import load
from overflow.store.connect import PATIENT, connect, require_durable


def main(command: list[str]) -> NoReturn:
    """Run it in this process's place, or end and say why not."""
    log.configure("info", "json")
    try:
        settings = load()
        log.configure(settings.log_level, settings.log_format)
        with closing(connect(settings.store_url, retries=PATIENT)) as store:
            require_durable(store, settings.accept_data_loss)
    except Fault as fault:
        sys.exit(say_why(fault, "overflow.api"))
    os.execvp(command[0], command)  # noqa: S606  the image's own command


if __name__ == "__main__":
    main(sys.argv[1:])
