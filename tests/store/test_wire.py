"""The short way to the store: answers in order, and never somebody else's."""

import os
import socket
import threading
from collections import Counter

import pytest
from redis.exceptions import NoScriptError, ResponseError

from overflow.errors import BadInput, StoreAway
from overflow.store.connect import connect
from overflow.store.scripts import Lua
from overflow.store.wire import Wire, wire_of
from tests.serve.procs import until


@pytest.fixture
def wire(store_client):
    return wire_of(store_client)


def test_commands_sent_together_are_answered_in_order(wire):
    assert wire.ask(("SET", "a", 1), ("GET", "a"), ("HGETALL", "none")) == [b"OK", b"1", []]
    assert wire.ask() == []


def test_everything_made_from_one_client_shares_its_wire(store_client):
    assert wire_of(store_client) is wire_of(store_client)


def test_an_error_is_raised_and_the_other_answers_are_not_left_over(wire):
    with pytest.raises(ResponseError):
        wire.ask(("SET", "a", 1), ("INCR", "a", "b"), ("GET", "a"))

    assert wire.ask(("GET", "a")) == [b"1"]


def test_a_text_that_is_no_utf8_is_bad_input_and_nothing_is_sent(wire):
    with pytest.raises(BadInput):
        wire.ask(("SET", "a", 1), ("SET", "b", "\ud800"))

    assert wire.ask(("EXISTS", "a")) == [0]


def test_a_connection_that_broke_is_made_again(wire, store_client):
    wire.ask(("PING",))
    store_client.client_kill_filter(_type="normal", skipme=True)

    assert wire.ask(("PING",)) == [b"PONG"]


def test_a_store_that_never_answers_is_away_and_its_late_answer_is_nobodys(tmp_path):
    """A server that answers the first call only after the second was sent."""
    path = str(tmp_path / "slow.sock")
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    wire = Wire(connect(f"unix://{path}", timeout=1.0, retries=0))
    accepted = []

    def serve():
        for answer in (b"", b"+second\r\n"):
            connection = server.accept()[0]
            accepted.append(connection)
            while b"PING" not in (said := connection.recv(4096)) and said:
                connection.sendall(b"+OK\r\n" * said.count(b"*"))
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(StoreAway):
        wire.ask(("PING",))
    accepted[0].close()
    assert wire.ask(("PING",)) == [b"second"]
    thread.join()
    for each in (*accepted[1:], server):
        each.close()


def test_a_connection_to_a_store_that_became_a_replica_is_not_kept(wire, store_client):
    wire.ask(("PING",))
    store_client.replicaof("127.0.0.1", "1")
    try:
        with pytest.raises(StoreAway):
            wire.ask(("SET", "a", 1))
        assert not wire._idle[-1].is_connected
    finally:
        store_client.replicaof("NO", "ONE")
    assert wire.ask(("SET", "a", 1)) == [b"OK"]


def test_threads_get_their_own_answers(wire):
    wrong = Counter()

    def work(name):
        for n in range(200):
            if wire.ask(("ECHO", f"{name}-{n}")) != [f"{name}-{n}".encode()]:
                wrong[name] += 1

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not wrong


def test_as_many_threads_as_a_worker_may_have_ask_at_once(store_url, store_client):
    count = 300
    client = connect(store_url, timeout=30.0)
    answers = []

    def ask():
        try:
            answers.append(client.wire.ask(("BLPOP", "go", 30))[0])
        except StoreAway as away:
            answers.append(away.message)

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    until(lambda: len(answers) + store_client.info("clients")["blocked_clients"] == count)
    store_client.rpush("go", *[1] * count)
    for thread in threads:
        thread.join()

    assert answers == [[b"go", b"1"]] * count
    assert client.get("anything") is None  # there is one left for what goes another way
    client.close()


def test_a_forked_process_has_connections_of_its_own(wire):
    wire.ask(("PING",))
    pid = os.fork()
    if pid == 0:
        os._exit(0 if wire.ask(("ECHO", "child")) == [b"child"] else 1)

    assert wire.ask(("ECHO", "parent")) == [b"parent"]
    assert os.waitpid(pid, 0)[1] == 0


def test_a_script_is_loaded_when_the_store_does_not_know_it(store_client):
    script = Lua(store_client, "heard")
    store_client.script_flush()
    with pytest.raises(NoScriptError):
        store_client.evalsha(script._sha, 1, "key", "helpdesk", "1")

    assert script(["key"], ["helpdesk", "1"]) == 1
    assert script.along(["key"], ["helpdesk", "1"], ("HGET", "key", "n:helpdesk")) == [0, b"1"]
