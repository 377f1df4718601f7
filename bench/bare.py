"""What the service's intake is held against: a bare Flask handler.

It verifies with the same function, parses with the same JSON, makes the same store call with the
same arguments (prepared, see ``commits``) and answers. Nothing is decided, traced, logged, counted.
"""

import gc
import os
from pathlib import Path

import orjson
from flask import Flask, Response, abort, request

from bench.commits import recorded
from bench.shop import SECRET
from overflow.clock import SystemClock
from overflow.helpdesks.signatures import standard_webhooks
from overflow.store.connect import connect
from overflow.store.scripts import Lua

COMMITS = recorded(Path(os.environ["BENCH_COMMITS"]))  # noqa: TID251
gc.freeze()  # so that the prepared ones are not looked through again and again
commit = Lua(connect(os.environ["OVERFLOW_REDIS_URL"]), "commit")  # noqa: TID251
clock = SystemClock()
app = Flask("bare")


@app.post("/v1/shops/<shop>/events/<connector>")
def receive(shop, connector):
    body = request.get_data(cache=False)
    headers = {name.lower(): value for name, value in request.headers}
    standard_webhooks((SECRET,), headers, body, clock.now())
    ticket = orjson.loads(body)["data"]["ticket"]["id"]
    reply, _situation = commit.along(*COMMITS[ticket])
    if reply[0] != 1:
        abort(500, f"commit.lua answered {reply[0]}")
    answer = {"result": "decided", "ticket": ticket, "entry": reply[2].decode()}
    return Response(orjson.dumps(answer), 200, content_type="application/json")
