"""Helpdesks that tests describe: the imagined one, with parts of it replaced."""

from copy import deepcopy

from overflow.clock import SystemClock
from overflow.core.model import HelpdeskConfig, Words
from overflow.helpdesks import check_options, open_helpdesk
from tests.helpdesks.rest.example_server import OPTIONS, SECRET, TOKEN

SOMEWHERE = "https://desk.example/api"
GONE = object()
"""Stands for a part that is taken out."""


def options(changes=None, url=SOMEWHERE):
    """The imagined helpdesk's file, with what stands at some paths replaced."""
    made = {"url": url, **deepcopy(OPTIONS)}
    for path, value in (changes or {}).items():
        *parents, last = path.split(".")
        part = made
        for name in parents:
            part = part.setdefault(name, {})
        if value is GONE:
            del part[last]
        else:
            part[last] = value
    return made


def opened(changes=None, url=SOMEWHERE, **secrets):
    """That helpdesk, ready for use."""
    known = {"token": (TOKEN,), "webhook": ("older", SECRET), **secrets}
    config = HelpdeskConfig("rest", options(changes, url), known)
    return open_helpdesk(config, Words(), str, SystemClock())


def faults(changes=None):
    """What is wrong with it, by path."""
    found = check_options("rest", options(changes))
    return {path.removeprefix("options."): texts for path, texts in found.items()}
