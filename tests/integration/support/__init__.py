"""What the integration tests stand on: a real slapd, the real daemon, and clients of both."""

from .bridge import Bridge, Failed
from .case import BridgeCase
from .client import Answer, Client, exchange
from .directory import Directory
from .difference import differences
from .wait import wait_until

__all__ = [
    "Answer",
    "Bridge",
    "BridgeCase",
    "Client",
    "Directory",
    "Failed",
    "differences",
    "exchange",
    "wait_until",
]
