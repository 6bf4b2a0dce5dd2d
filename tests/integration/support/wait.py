"""Waiting for a condition, with a deadline; and for a port to be had."""

import random
import socket
import time


def wait_until(condition, seconds, what):
    """Poll until condition() is true, and return what it returned."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.05)


def free_port():
    """A port below those that the kernel gives to clients, so that nobody takes it meanwhile."""
    for port in random.sample(range(20000, 32000), 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port on 127.0.0.1")
