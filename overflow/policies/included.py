"""A helpdesk that a file of its own describes is taken into the policy that names the file.

What is stored, sent and shown is the whole: a stored policy names no file of any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from overflow.errors import Invalid
from overflow.policies.plain import Document

_CONNECTOR: Final = "rest"
_PATH: Final = "helpdesk.options.file"


def included(document: Document, folder: Path, read: Callable[[Path], Document]) -> Document:
    """The policy with ``helpdesk.options.file`` replaced by what stands in that file.

    The file is looked for beside the policy, in ``folder``; what else stands in ``options`` wins
    over the file's own. Raises ``Invalid`` with what ``read`` finds wrong with the file.
    """
    desk = document.get("helpdesk")
    options = desk.get("options") if isinstance(desk, Mapping) else None
    if not isinstance(desk, Mapping) or not isinstance(options, Mapping):
        return document
    named = options.get("file")
    if desk.get("connector") != _CONNECTOR or not isinstance(named, str):
        return document
    try:
        described = read(folder / named)
    except Invalid as error:
        told = [
            f"{path}: {text}".removeprefix(": ")
            for path, texts in error.faults.items()
            for text in texts
        ]
        raise Invalid(error.message, {_PATH: told}) from None
    own = {name: value for name, value in options.items() if name != "file"}
    return {**document, "helpdesk": {**desk, "options": {**described, **own}}}
