"""One tree of errors. Anything not in it is a bug: logged, answered with 500, never swallowed.

    Fault                     the root: a message a person can act on
    |-- BadInput              what was given is wrong: 4xx, exit status 2
    |   |-- Invalid           a document or body with faults, each with its path
    |   |-- Unauthorised      no key, or one that does not fit: 401
    |   |-- Forbidden         the key is good, its scope is not: 403
    |   |-- Unknown           no such shop, ticket, key: 404
    |   |-- Conflict          somebody else was first: 409, 412, 422
    |   `-- TooLarge          more than is taken: 413
    |-- NotNow                try again later: 503 with Retry-After
    |   |-- StoreAway         the store cannot be reached
    |   |-- Busy              refused as often as we try in one request
    |   `-- HelpdeskAway      the helpdesk cannot be reached, is slow or fails
    |       `-- Throttled     it is to be asked less, or left alone: waiting for that is no failure
    `-- Refused               the helpdesk said no, and will say no again: a dead letter

"Try again?", "after how long?" and "may it have been done all the same?" are facts on the error:
``is_permanent``, ``retry_after``, ``is_undone``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Fault(Exception):
    """The root; ``message`` says what, where and how to mend it."""

    is_permanent = True
    retry_after: float | None = None
    """Seconds to wait before trying again; None: the caller's own backoff."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(Fault):
    """What was given is wrong; the same again fails again."""

    status = 400
    title = "Bad request"


class Invalid(BadInput):
    """A document or body with faults, every one named by its path (``partners.0.hours``)."""

    status = 422
    title = "Invalid"

    def __init__(self, message: str, faults: Mapping[str, Sequence[str]]) -> None:
        super().__init__(message)
        self.faults = faults


class Unauthorised(BadInput):
    """No valid key, token or signature."""

    status = 401
    title = "Unauthorised"


class Forbidden(BadInput):
    """A valid key whose scope does not reach this."""

    status = 403
    title = "Forbidden"


class Unknown(BadInput):
    """No such thing, or not for this key (which is not told apart)."""

    status = 404
    title = "Not found"


class Conflict(BadInput):
    """Somebody else was first, or the version is another one."""

    status = 409
    title = "Conflict"

    def __init__(self, message: str, *, status: int = 409, **facts: object) -> None:
        super().__init__(message)
        self.status = status
        self.facts = facts
        """What the caller may want to know, e.g. ``claimed_by`` and ``until``."""


class TooLarge(BadInput):
    """More bytes than are taken."""

    status = 413
    title = "Too large"


class NotNow(Fault):
    """Nothing is wrong with the request; it cannot be done at the moment."""

    is_permanent = False

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreAway(NotNow):
    """The store cannot be reached or refuses to write."""


class Busy(NotNow):
    """Others were faster as often as we try within one request."""


class HelpdeskAway(NotNow):
    """The helpdesk cannot be reached, is too slow or fails.

    ``is_undone``: what was asked for has certainly not been done, and never will be by that call.
    """

    def __init__(
        self, message: str, retry_after: float | None = None, *, is_undone: bool = False
    ) -> None:
        super().__init__(message, retry_after)
        self.is_undone = is_undone


class Throttled(HelpdeskAway):
    """The helpdesk's budget of calls is used up, or it is left alone for a while.

    Waiting for that is no failure: no attempt is counted for it.
    """

    def __init__(
        self, message: str, retry_after: float | None = None, *, is_undone: bool = True
    ) -> None:
        super().__init__(message, retry_after, is_undone=is_undone)


class Refused(Fault):
    """The helpdesk refused for good: no such group, not allowed, immutable ticket."""


class NotLetIn(Refused):
    """The helpdesk does not accept our credentials: no ticket is to blame, a person mends it."""


def by_path(messages: object, path: str = "") -> dict[str, list[str]]:
    """Marshmallow's nested messages as faults by their dotted path (``partners.1.hours``)."""
    if not isinstance(messages, Mapping):
        texts = messages if isinstance(messages, list) else [messages]
        return {path: [str(text).rstrip(".") for text in texts]}
    found: dict[str, list[str]] = {}
    for key, inner in messages.items():
        name = "" if key == "_schema" else str(key)
        below = f"{path}.{name}" if path and name else path or name
        for where, texts in by_path(inner, below).items():
            found.setdefault(where, []).extend(texts)
    return found


def unreadable(error: OSError | ValueError) -> str:
    """Why a file of texts could not be read, in the words of a person."""
    why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
    return f"cannot be read: {why or type(error).__name__}"
