"""Lists that come in pages."""

from itertools import islice

import httpx
import orjson
import pytest

from overflow.errors import Refused
from overflow.helpdesks import paging
from overflow.helpdesks.http import HelpdeskHttp, Reply
from overflow.helpdesks.paging import LONGEST, listed, numbered
from overflow.helpdesks.rt.search import PAGE, Search
from overflow.helpdesks.rt.ticket import Lexicon


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


def test_pages_that_name_one_another_come_to_an_end(monkeypatch):
    monkeypatch.setattr(paging, "LONGEST", 3)
    asked = []

    def ask(method, path, /, *, params):
        asked.append(params)
        body = {"data": [{"id": 1}], "meta": {"next_cursor": "again"}}
        return Reply(200, {}, orjson.dumps(body))

    with pytest.raises(Refused, match="GET teams: the list has no end"):
        list(listed(ask, "teams", {}, "data", onwards))
    assert len(asked) == 3


def test_the_pages_of_an_endless_list_are_counted_to_an_error():
    pages = numbered("GET teams")
    assert list(islice(pages, LONGEST)) == list(range(1, LONGEST + 1))
    with pytest.raises(Refused, match="GET teams: the list has no end"):
        next(pages)


@pytest.mark.parametrize("look", [Search.queues, lambda search: search.gone("1.0.0.0")])
def test_a_list_of_request_tracker_that_has_no_end_is_refused(monkeypatch, look):
    monkeypatch.setattr(paging, "LONGEST", 3)
    asked = []

    def again(request):
        asked.append(request.url)
        return httpx.Response(200, json={"items": [{"ObjectId": 1, "Name": "inhouse"}] * PAGE})

    http = HelpdeskHttp("http://rt.example", transport=httpx.MockTransport(again))
    with pytest.raises(Refused, match="no end"):
        look(Search(http, Lexicon({}, None, {})))
    assert len(asked) == 3
