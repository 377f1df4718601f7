"""Lists whose pages name the next one."""

from itertools import islice

import orjson

from overflow.helpdesks.http import Reply
from overflow.helpdesks.paging import MOST, listed


def pages(*follows):
    """What such a helpdesk answers: to each cursor a page, which holds it and names the next."""
    following = dict(zip(("", *follows), (*follows, ""), strict=True))

    def ask(method, path, /, *, params):
        at = params.get("cursor", "")
        body = {"data": [{"id": at}], "meta": {"next_cursor": following[at]}}
        return Reply(200, {}, orjson.dumps(body))

    return ask


def onwards(meta):
    return {"cursor": meta["next_cursor"]} if meta["next_cursor"] else None


def test_page_after_page_until_none_is_named():
    found = list(listed(pages("a", "b"), "teams", {}, "data", onwards))
    assert found == [{"id": ""}, {"id": "a"}, {"id": "b"}]


def test_pages_that_name_one_another_come_to_an_end():
    def ask(method, path, /, *, params):
        body = {"data": [{"id": 1}], "meta": {"next_cursor": "again"}}
        return Reply(200, {}, orjson.dumps(body))

    found = islice(listed(ask, "teams", {}, "data", onwards), MOST * 2)

    assert len(list(found)) == MOST
