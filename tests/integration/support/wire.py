"""A client that sends exactly the bytes it is told to, and tells exactly what came back."""

import socket
from dataclasses import dataclass, field

ENDED, CUT, OPEN = "ended", "cut", "open"  # by the other side; cut: without its ending it


@dataclass
class Reply:
    """One answer; status 0: none came."""

    status: int = 0
    headers: dict = field(default_factory=dict)  # by their names in lower case
    body: bytes = b""


class Wire:
    """A connection that is made when it is needed, and again when the other side has ended it."""

    def __init__(self, port, timeout=20):
        self.port = port
        self.timeout = timeout
        self.socket = None
        self.data = b""
        self.state = ENDED

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def open(self):
        if self.state != OPEN:
            self.close()
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=self.timeout)
            self.data, self.state = b"", OPEN
        return self

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket, self.state = None, ENDED

    def send(self, data):
        try:
            self.open().socket.sendall(data)
        except OSError:
            pass  # what the other side said before it went can still be read

    def fill(self):
        """False when there is no more, or nothing in time."""
        try:
            got = self.socket.recv(65536)
        except TimeoutError:
            return False
        except OSError:
            self.state = CUT
            return False
        if not got:
            self.state = ENDED
        self.data += got
        return bool(got)

    def read(self, has_body=True):
        while b"\r\n\r\n" not in self.data:
            if not self.fill():
                return Reply()
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        reply = Reply(int(first.split(" ")[1]),
                      {name.lower(): value.strip() for name, _, value in pairs})
        size = int(reply.headers.get("content-length", 0)) if has_body else 0
        while len(self.data) < size and self.fill():
            pass
        reply.body, self.data = self.data[:size], self.data[size:]
        if reply.headers.get("connection") == "close":
            while self.fill():
                pass
        return reply

    def ask(self, request):
        self.send(request)
        return self.read(not request.startswith(b"HEAD "))
