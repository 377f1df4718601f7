"""A throttle that all processes share, as this process meets it: waits, and lets others wait.

Where nothing limits calls and none failed of late, the store is asked now and then only: a helpdesk
without limits costs no call of the store for each of its own. A store that is away stops nobody:
what has to be remembered then fails by itself.
"""

from __future__ import annotations

import math
import threading
from contextlib import suppress
from typing import Final

from overflow.clock import Clock, new_id
from overflow.errors import StoreAway, Throttled
from overflow.helpdesks.gate import SOON, is_to_stop, moves_what_was_read
from overflow.helpdesks.limits import Budget, Told
from overflow.store.throttle import Answer, Asked, Breaker, Outcome, Rank, State, Throttle, Whose

PATIENCE: Final = 8.0
"""Seconds that a call waits for its turn; who would have to wait longer comes again later."""
STEP: Final = 0.25
"""Seconds after which it is seen that it is to wait no longer."""
LOOK: Final = 0.5
"""Seconds for which is taken for true what was seen last."""
TELLS: Final = 5.0
"""Seconds after which the next call tells the store of those that went out unasked."""
_CALM: Final = State(Breaker.CLOSED, 0.0, None, 0, None, 0)


class Turnstile:
    """One shop's throttle, or that of a part of its calls. Thread-safe."""

    def __init__(
        self,
        throttle: Throttle,
        of: Whose,
        budget: Budget | None,
        clock: Clock,
        patience: float = PATIENCE,
    ) -> None:
        self._throttle = throttle
        self._of = of
        self._budget = budget
        self._patience = patience
        self._clock = clock
        self._lock = threading.Lock()
        self._state = _CALM
        self._seen = -math.inf
        self._unasked = 0
        """Calls that went out since the store was last asked."""
        self._asked = -math.inf

    def enter(self, *, is_urgent: bool) -> None:
        """Return when a call may go out. Raises ``Throttled`` where that is too late."""
        read = moves_what_was_read()
        left = self._patience if read is None else self._left_to_move(read)
        if self._may_pass_unasked():
            return
        rank = Rank.MOVE if read is not None else Rank.URGENT if is_urgent else Rank.LATER
        call = new_id(6)
        while True:
            asked = self._ask(call, rank, left)
            match asked.answer:
                case Answer.GO:
                    return
                case Answer.NO:
                    raise Throttled(_why(asked.state), asked.wait)
                case Answer.WAIT:
                    left = max(0.0, left - asked.wait) if self._waited(asked.wait) else 0.0

    def _left_to_move(self, read: float) -> float:
        """Seconds for which what was read then may still be taken for what is there."""
        left = read + SOON - self._clock.now()
        if left < 0.0:
            raise Throttled("It was read too long ago to be moved: it has to be read again.")
        return min(left, self._patience)

    def _waited(self, seconds: float) -> bool:
        """False: it is to stop before that is over."""
        while seconds > 0.0 and not is_to_stop():
            self._clock.sleep(min(STEP, seconds))
            seconds -= STEP
        return seconds <= 0.0

    def left(self, outcome: Outcome, told: Told, retry_after: float | None = None) -> None:
        """What came of a call."""
        is_quiet = not self._state.failures and self._state.breaker is Breaker.CLOSED
        if outcome == "ok" and is_quiet and told == Told():
            return
        with suppress(StoreAway):
            self._throttle.left(self._of, self._budget, outcome, told, retry_after)
        self._seen = -math.inf

    def state(self) -> State:
        """How it stands, or stood within ``LOOK`` seconds."""
        if not self._is_fresh():
            with suppress(StoreAway):
                self._remember(self._throttle.state(self._of, self._budget))
        return self._state

    def _may_pass_unasked(self) -> bool:
        with self._lock:
            if not (self._state.is_calm and self._is_fresh() and self._has_told()):
                return False
            self._unasked += 1
            return True

    def _ask(self, call: str, rank: Rank, left: float) -> Asked:
        with self._lock:
            count, self._unasked = self._unasked + 1, 0
            self._asked = self._clock.now()
        try:
            asked = self._throttle.enter(
                self._of,
                self._budget,
                rank=rank,
                most=left,
                call=call,
                count=count,
            )
        except StoreAway:
            return Asked(Answer.GO, 0.0, self._state)
        self._remember(asked.state)
        return asked

    def _has_told(self) -> bool:
        """Looks alone keep the state fresh, and would have the calls go uncounted."""
        return 0 <= self._clock.now() - self._asked < TELLS

    def _is_fresh(self) -> bool:
        return 0 <= self._clock.now() - self._seen < LOOK

    def _remember(self, state: State) -> None:
        self._state, self._seen = state, self._clock.now()


def _why(state: State) -> str:
    if state.breaker is not Breaker.CLOSED:
        return "The helpdesk failed again and again: it is left alone for a while."
    if state.rest:
        return "The helpdesk wants to be left alone for a while."
    return "The helpdesk's budget of calls is used up."
