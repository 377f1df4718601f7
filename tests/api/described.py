"""The app and its description, made once: each test provides the services that it answers for."""

from overflow.api.docs import description
from overflow.app import describe

APP = describe()
SPEC = description(APP)
