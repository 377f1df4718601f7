"""A shop on the standard connector, as tests open it."""

from contextlib import closing

from overflow.clock import SystemClock
from overflow.core.model import HelpdeskConfig, Words
from overflow.helpdesks import open_helpdesk

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + "QUJD" * 8


def opened(url, *secrets, **names):
    """The connector with secrets as given: ``webhook``'s by position, others by name."""
    references = {"webhook": secrets or (SECRET,)} | names
    config = HelpdeskConfig("standard", {"url": url}, references)
    return closing(open_helpdesk(config, Words(), lambda secret: secret, SystemClock()))
