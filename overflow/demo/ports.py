"""Free ports of this machine for what is started a moment later."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from itertools import count
from typing import Final

_NEXT: Final = count(10_000 + os.getpid() % 200 * 100)
"""Below the ports that systems give out by themselves, and other ones than those next to it use."""


def free_port() -> int:
    """One that no other process is given until it is used, and this one is given once."""
    while True:
        port = next(_NEXT)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
