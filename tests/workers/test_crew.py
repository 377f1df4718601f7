"""Many jobs at once in one process, those that compute one after the other."""

import threading

import pytest

from overflow import jobs
from tests.serve.procs import until
from workers.crew import PATIENCE, Crew


@pytest.fixture
def crew():
    """Two threads for what waits."""
    crew = Crew(2)
    yield crew
    crew.close()


def test_jobs_that_wait_are_done_at_once(crew):
    both = threading.Barrier(2, timeout=20.0)
    met = []

    def meet():
        met.append(both.wait())

    crew.do("one", meet)
    crew.do("two", meet)

    until(lambda: len(met) == 2)


def test_who_has_a_thread_hears_that_another_waits_for_it(crew):
    done = []

    def make_way(name):
        until(crew.is_wanted)
        done.append(name)

    crew.do("one", lambda: make_way("one"))
    crew.do("two", lambda: make_way("two"))
    assert not crew.is_wanted()

    crew.do("three", lambda: done.append("three"))  # returns when it has a thread

    until(lambda: "three" in done)
    assert done[0] in {"one", "two"}


def test_a_thread_is_free_again_after_a_fault(crew):
    done = threading.Event()
    for number in range(5):
        crew.do(f"job {number}", lambda: 1 / 0)

    crew.do("last", done.set)

    assert done.wait(20.0)


@pytest.mark.parametrize("kind", ["do", "poll"])
def test_what_takes_long_has_one_thread_however_often_it_is_asked_for(kind):
    crew = Crew(2, polls=2)
    begin = getattr(crew, kind)
    go_on, done = threading.Event(), threading.Event()
    begun = []

    def hang():
        begun.append(threading.get_ident())
        go_on.wait(20.0)

    begin("one", hang)
    until(lambda: begun)
    for _ in range(5):
        begin("one", hang)
    begin("two", done.set)
    assert done.wait(20.0)
    assert len(begun) == 1
    go_on.set()

    until(lambda: len(begun) == 2)  # it was asked for when it may have had that behind it
    crew.close()
    assert len(begun) == 2


def test_polls_that_hang_hold_up_nothing_that_tickets_wait_for():
    crew = Crew(1, polls=2)
    is_over, done = threading.Event(), threading.Event()
    for number in range(10):
        crew.poll(f"poll {number}", lambda: is_over.wait(20.0))

    crew.do("a drain", done.set)

    assert done.wait(10.0)
    crew.end()
    is_over.set()
    crew.close()


def test_a_poll_that_waits_in_line_is_done_once():
    crew = Crew(1, polls=1)
    is_over, done = threading.Event(), []
    crew.poll("one", lambda: is_over.wait(20.0))
    for _ in range(3):
        crew.poll("two", lambda: done.append("two"))
    crew.poll("three", lambda: done.append("three"))
    is_over.set()

    until(lambda: "three" in done)
    crew.close()
    assert done == ["two", "three"]


def test_what_ends_with_a_fault_is_done_again_where_it_was_asked_for():
    crew = Crew(1)
    go_on, done = threading.Event(), threading.Event()
    begun = []

    def fail():
        begun.append("one")
        go_on.wait(20.0)
        raise ZeroDivisionError

    crew.do("one", fail)
    crew.do("one", fail)
    go_on.set()
    crew.do("two", lambda: begun.append("two"))  # returns when it has a thread
    crew.do("one", done.set)

    assert done.wait(20.0)
    assert begun == ["one", "one", "two"]
    crew.close()


def test_where_no_thread_comes_free_it_is_said_so_and_it_can_be_asked_for_again():
    crew = Crew(1, patience=0.01)
    is_over, done = threading.Event(), threading.Event()
    crew.do("one", lambda: is_over.wait(20.0))

    assert not crew.do("two", done.set)
    assert not crew.is_wanted()
    is_over.set()
    until(lambda: crew.do("two", done.set))

    assert done.wait(20.0)
    crew.close()


def test_no_job_waits_for_a_thread_until_rq_ends_it():
    """Its alarm raises in the main thread, wherever that is: in the midst of a lock, too."""
    assert PATIENCE < jobs.TIMEOUT / 2


def test_what_computes_is_done_one_after_the_other_in_order(crew):
    lock, done = threading.Lock(), []

    def compute(number):
        assert lock.acquire(blocking=False)
        done.append(number)
        lock.release()

    for number in range(50):
        crew.compute(f"job {number}", lambda number=number: compute(number))

    until(lambda: len(done) == 50)
    assert done == sorted(done)


def test_what_computes_holds_up_nothing_that_waits(crew):
    is_answered = threading.Event()
    heard = []
    crew.compute("a plan", lambda: heard.append(is_answered.wait(20.0)))

    crew.do("a drain", is_answered.set)

    until(lambda: heard == [True])


def test_what_is_lined_up_is_so_once_and_again_from_its_beginning_on(crew):
    begun, go_on = threading.Event(), threading.Event()
    done = []

    def sweep():
        begun.set()
        go_on.wait(20.0)
        done.append("sweep")

    crew.compute("sweep", sweep)
    assert begun.wait(20.0)
    for _ in range(3):  # the first of them may be about what the one under way has missed
        crew.compute("sweep", sweep)
    crew.compute("last", lambda: done.append("last"))
    go_on.set()

    until(lambda: len(done) == 3)
    assert done == ["sweep", "last", "sweep"]


def test_at_the_end_it_waits_for_what_is_done_and_begins_nothing_more():
    crew = Crew(1)
    begun, done = [], []

    def make_way(name):
        begun.append(name)
        until(crew.is_wanted)
        done.append(name)

    crew.compute("a sweep", lambda: make_way("a sweep"))
    crew.compute("a plan", lambda: done.append("a plan"))
    crew.do("a drain", lambda: make_way("a drain"))
    until(lambda: len(begun) == 2)

    crew.close()

    assert sorted(done) == ["a drain", "a sweep"]


def test_what_waits_for_a_thread_when_it_is_to_end_is_not_begun():
    crew = Crew(1)
    is_over, done = threading.Event(), []
    crew.do("one", lambda: is_over.wait(20.0))
    waits = threading.Thread(target=lambda: crew.do("two", lambda: done.append("two")))
    waits.start()
    until(crew.is_wanted)

    crew.end()
    is_over.set()
    waits.join(20.0)
    crew.close()

    assert done == []
