"""Hostile HTTP: what is no request, or too much of one, or never comes to an end.

Each is answered by what is written here, and the daemon is afterwards as it was (I16).
"""

import os
import resource
import selectors
import shutil
import socket
import ssl
import statistics
import subprocess
import tempfile
import time
import unittest
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from support.authority import Authority
from support.bridge import BINARY, Bridge, SecureBridge
from support.case import BridgeCase
from support.client import NO_ANSWER, Client, expect
from support.wait import wait_until
from support.wire import CUT, ENDED, OPEN, Wire

HOST = b"Host: bridge.example\r\n"
NEXT = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
JSON = b"Content-Type: application/scim+json\r\n"


# ----------------------------------------------------------------------------- framing


@dataclass
class Shape:
    """One that is sent, with what must come back, in that order, and how the connection is then.

    `<own>` stands for the headers Host and Authorization of an honest client.
    """

    name: str
    sent: bytes
    statuses: tuple
    then: str = ENDED


GET = b"GET /scim/v2/Users HTTP/1.1\r\n"
POST = b"POST /scim/v2/Users HTTP/1.1\r\n"
CHUNKED = POST + b"<own>" + JSON + b"Transfer-Encoding: chunked\r\n\r\n"


def target(text):
    return b"GET " + text + b" HTTP/1.1\r\n<own>\r\n" + NEXT


def header(line):
    return GET + b"<own>" + line + b"\r\n\r\n" + NEXT


def framed(lines, body=b""):
    return POST + b"<own>" + JSON + lines + b"\r\n\r\n" + body + NEXT


SHAPES = (
    # What is honest, so that the refusals below are of what they seem to be.
    Shape("a request", GET + b"<own>\r\n", (200,), OPEN),
    Shape("two, pipelined", GET + b"<own>\r\n" + NEXT, (200, 200), OPEN),
    Shape("a body", framed(b"Content-Length: 2", b"{}"), (400, 200), OPEN),
    Shape("chunks", CHUNKED + b"2\r\n{}\r\n0\r\n\r\n" + NEXT, (400, 200), OPEN),
    Shape("a refused path, then another", target(b"/nowhere"), (404, 200), OPEN),
    Shape("HTTP/1.0", b"GET /healthz HTTP/1.0\r\n\r\n", (200,)),
    Shape("one that says close", GET + b"<own>Connection: close\r\n\r\n" + NEXT, (200,)),

    # How long the body is.
    Shape("two lengths", framed(b"Content-Length: 0\r\nContent-Length: 2", b"{}"), (400,)),
    Shape("one length twice", framed(b"Content-Length: 2\r\nContent-Length: 2", b"{}"), (400,)),
    Shape("lengths in a list", framed(b"Content-Length: 2, 2", b"{}"), (400,)),
    Shape("a length with a sign", framed(b"Content-Length: +2", b"{}"), (400,)),
    Shape("a negative length", framed(b"Content-Length: -2", b"{}"), (400,)),
    Shape("a length in hexadecimal", framed(b"Content-Length: 0x2", b"{}"), (400,)),
    Shape("a length with a fraction", framed(b"Content-Length: 2.0", b"{}"), (400,)),
    Shape("an empty length", framed(b"Content-Length: ", b"{}"), (400,)),
    Shape("a length beyond 64 bits", framed(b"Content-Length: 18446744073709551618", b"{}"),
          (413,)),
    Shape("a blank before the colon", framed(b"Content-Length : 2", b"{}"), (400,)),
    Shape("a tab before the colon", framed(b"Content-Length\t: 2", b"{}"), (400,)),
    Shape("a length beside chunks",
          framed(b"Content-Length: 2\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"), (400,)),
    Shape("chunks beside a length",
          framed(b"Transfer-Encoding: chunked\r\nContent-Length: 2", b"0\r\n\r\n"), (400,)),
    Shape("an unknown coding", framed(b"Transfer-Encoding: cow", b"{}"), (400,)),
    Shape("an unknown coding beside chunks",
          framed(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow", b"0\r\n\r\n"), (400,)),
    Shape("codings in a list", framed(b"Transfer-Encoding: gzip, chunked", b"0\r\n\r\n"), (400,)),
    Shape("identity", framed(b"Transfer-Encoding: identity", b"{}"), (400,)),
    Shape("chunks by another name", framed(b"Transfer-Encoding: xchunked", b"0\r\n\r\n"), (400,)),
    Shape("chunks in HTTP/1.0", CHUNKED.replace(b"/1.1", b"/1.0") + b"0\r\n\r\n" + NEXT, (400,)),

    # Chunks.
    Shape("a size that is none", CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n" + NEXT, (400,)),
    Shape("a negative size", CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n" + NEXT, (400,)),
    Shape("a size with 0x", CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n" + NEXT, (400,)),
    Shape("a size with a blank", CHUNKED + b"2 \r\n{}\r\n0\r\n\r\n" + NEXT, (400,)),
    Shape("a size beyond 64 bits", CHUNKED + b"10000000000000002\r\n{}\r\n0\r\n\r\n", (413,)),
    Shape("a chunk that is longer", CHUNKED + b"2\r\n{}x\r\n0\r\n\r\n" + NEXT, (400,)),
    Shape("an extension", CHUNKED + b"2;a=b\r\n{}\r\n0\r\n\r\n" + NEXT, (400, 200), OPEN),
    Shape("a trailer that frames",
          CHUNKED + b"2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n" + NEXT, (400, 200), OPEN),
    Shape("a trailer that authorizes", POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
          b"0\r\n<authorization>\r\n" + NEXT, (401,)),
    Shape("very many trailers", CHUNKED + b"0\r\n" + b"X: y\r\n" * 10000 + b"\r\n", (431,)),

    # The request line.
    Shape("no version", b"GET /scim/v2/Users\r\n\r\n", (400,)),
    Shape("HTTP/1.3", GET.replace(b"1.1", b"1.3") + b"<own>\r\n" + NEXT, (400,)),
    Shape("HTTP/1.10", GET.replace(b"1.1", b"1.10") + b"<own>\r\n" + NEXT, (400,)),
    # The one status of the server's side: it is what RFC 9110 section 15.6.6 has for this.
    Shape("HTTP/2.0", GET.replace(b"1.1", b"2.0") + b"<own>\r\n" + NEXT, (505,)),
    Shape("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (505,)),
    Shape("http/1.1", GET.replace(b"HTTP", b"http") + b"<own>\r\n" + NEXT, (400,)),
    Shape("a blank behind the version", GET.replace(b"1.1", b"1.1 ") + b"<own>\r\n", (400,)),
    Shape("tabs between", GET.replace(b" ", b"\t") + b"<own>\r\n" + NEXT, ()),
    Shape("a blank before the method", b" " + GET + b"<own>\r\n" + NEXT, ()),
    Shape("a method with a control", b"G\x01T /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + NEXT,
          (400,)),
    Shape("a method with a colon", b"GET: /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + NEXT, (400,)),
    Shape("an unknown method", GET.replace(b"GET", b"BREW") + b"<own>\r\n" + NEXT, (405, 200),
          OPEN),
    Shape("a method in lower case", GET.replace(b"GET", b"get") + b"<own>\r\n" + NEXT, (405, 200),
          OPEN),
    Shape("TRACE", GET.replace(b"GET", b"TRACE") + b"<own>\r\n" + NEXT, (405, 200), OPEN),
    Shape("a very long method", b"G" * 9000 + b" /healthz HTTP/1.1\r\n" + HOST + b"\r\n", (405,),
          OPEN),
    Shape("the absolute form", target(b"http://bridge.example/scim/v2/Users"), (400,)),
    Shape("the authority form", target(b"bridge.example:80"), (400,)),
    Shape("CONNECT", b"CONNECT a:80 HTTP/1.1\r\n<own>\r\n" + NEXT, (400,)),
    Shape("OPTIONS of all", b"OPTIONS * HTTP/1.1\r\n<own>\r\n" + NEXT, (400,)),
    Shape("a blank in the target", target(b"/scim/v2/Users x"), (400,)),
    Shape("two blanks before the target", target(b" /scim/v2/Users"), (200, 200), OPEN),
    Shape("two blanks behind the target", target(b"/scim/v2/Users "), (400,)),
    Shape("an escaped NUL in the target", target(b"/scim/v2/Users%00"), (400,)),
    Shape("a NUL in the target", target(b"/scim/v2/Users\0x"), (400,)),
    Shape("a control in the target", target(b"/scim/v2/Users\x01"), (400,)),
    Shape("dots in the target", target(b"/scim/../scim/v2/Users"), (400,)),
    Shape("an escaped letter", target(b"/scim/v2/%55sers"), (400,)),
    Shape("half an escape in the query", target(b"/scim/v2/Users?filter=%"), (400,)),
    Shape("a NUL in the query", target(b"/scim/v2/Users?filter=%00"), (400,)),

    # Headers.
    Shape("no host", GET + b"<authorization>\r\n" + NEXT, (400,)),
    Shape("two hosts", header(b"Host: other.example"), (400,)),
    Shape("a host with a path", GET + b"Host: a/b\r\n<authorization>\r\n" + NEXT, (400,)),
    Shape("two authorizations", GET + b"<own><authorization>\r\n" + NEXT, (400,)),
    Shape("two types", framed(b"Content-Type: text/plain\r\nContent-Length: 2", b"{}"), (400,)),
    Shape("a control in a name", header(b"X\x01Y: a"), (400,)),
    Shape("a NUL in a name", header(b"X\0Y: a"), (400,)),
    Shape("a name that is none", header(b"X(Y): a"), (400,)),
    Shape("a name in UTF-8", header("Naïve: a".encode()), (400,)),
    Shape("no colon", header(b"nonsense"), (400,)),
    Shape("a control in a value", header(b"X: a\x08b"), (400,)),
    Shape("a delete in a value", header(b"X: a\x7fb"), (400,)),
    Shape("a bare CR in a value", header(b"X: a\rSet: b"), (400,)),
    Shape("a blank line folded in front", GET + b" X: a\r\n<own>\r\n" + NEXT, (400,)),

    # What is no HTTP.
    Shape("every byte there is", bytes(range(256)) * 8, (400,)),
)


class Framing(BridgeCase):
    has_directory = False

    def sent(self, shape):
        token = f"Authorization: {self.scim.headers['Authorization']}\r\n".encode()
        return shape.sent.replace(b"<own>", HOST + token).replace(b"<authorization>", token)

    def test_each_shape_gets_its_answer_and_nothing_more(self):
        for shape in SHAPES:
            with self.subTest(shape.name), Wire(self.bridge.port) as wire:
                wire.send(self.sent(shape))
                replies = [wire.read() for _ in shape.statuses]
                self.assertEqual(tuple(reply.status for reply in replies), shape.statuses)
                if shape.then == OPEN:
                    self.assertEqual(wire.ask(NEXT).status, 200)
                else:
                    self.assertFalse(wire.read().status)
                    self.assertIn(wire.state, (ENDED, CUT))


# ------------------------------------------------------------------------------- sizes

MIB = 1 << 20


class Sizes(BridgeCase):
    has_directory = False

    def ask(self, head, body=b""):
        """An honest client's POST to Users, with these headers and as much of the body."""
        token = self.scim.headers["Authorization"].encode()
        with Wire(self.bridge.port) as wire:
            reply = wire.ask(POST + HOST + b"Authorization: " + token + b"\r\n" + JSON + head
                             + b"\r\n\r\n" + body)
            return reply, wire.state

    def test_a_body_is_refused_before_a_byte_of_it(self):
        for length, status in ((MIB + 1, 413), (50 * MIB, 413), (10 ** 17, 413)):
            for head in (b"", b"\r\nExpect: 100-continue"):
                reply, state = self.ask(b"Content-Length: %d" % length + head)
                self.assertEqual((reply.status, state), (status, ENDED))

    def test_without_a_token_not_a_byte_of_the_body_is_read(self):
        for token in (b"", b"Authorization: Bearer wrong\r\n", b"Authorization: Basic YTpi\r\n"):
            for head in (b"Content-Length: 1000", b"Content-Length: 1000\r\nExpect: 100-continue",
                         b"Content-Length: 99999999", b"Transfer-Encoding: chunked"):
                with self.subTest(token=token, head=head), Wire(self.bridge.port) as wire:
                    reply = wire.ask(POST + HOST + token + JSON + head + b"\r\n\r\n")
                    self.assertEqual((reply.status, wire.state), (401, ENDED))

    def test_whoever_sends_it_all_the_same_can_read_why_not(self):
        reply, _ = self.ask(b"Content-Length: %d" % (3 * MIB), b" " * (3 * MIB))
        self.assertEqual(reply.status, 413)
        self.assertIn(b"1048576", reply.body)

    def test_the_largest_body_is_taken_and_one_more_byte_is_not(self):
        for size, status in ((MIB - 1, 400), (MIB, 400), (MIB + 1, 413)):
            reply, _ = self.ask(b"Content-Length: %d" % size, b" " * size)
            self.assertEqual(reply.status, status)

    def test_chunks_without_end_are_cut(self):
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        with Wire(self.bridge.port) as wire:
            token = self.scim.headers["Authorization"].encode()
            wire.send(POST + HOST + b"Authorization: " + token + b"\r\n" + JSON
                      + b"Transfer-Encoding: chunked\r\n\r\n")
            with self.assertRaises(OSError):
                for _ in range(4096):  # 256 MiB
                    wire.socket.sendall(chunk)

    def test_bombs_in_json_are_duds(self):
        keys = b",".join(b'"k%d":1' % number for number in range(60000))
        bombs = {
            "arrays": b"[" * 100000, "objects": b'{"a":' * 100000,
            "closed arrays": b"[" * 100000 + b"]" * 100000, "keys": b"{" + keys + b"}",
            "numbers": b"[" + b"1," * 400000 + b"1]", "a number": b"1" * 900000,
            "escapes": b'{"userName":"' + b"\\u0000" * 100000 + b'"}',
            "no UTF-8": b'{"userName":"' + b"\xff" * 900000 + b'"}',
        }
        for name, bomb in bombs.items():
            with self.subTest(name):
                reply, _ = self.ask(b"Content-Length: %d" % len(bomb), bomb)
                self.assertIn(reply.status, (400, 413), reply.body[:300])
        expect(self.scim.get("/Users"), 200)


# ----------------------------------------------------------------- slow and idle clients

IDLE, DRIBBLING = 2000, 200
RESERVE = 300  # descriptors of the test itself, and of the daemon besides connections
GROWTH = 48 * MIB  # of the daemon's memory by all of this, where no sanitizer keeps what is freed

BEGINNINGS = (
    b"", b"G", b"GET /scim/v2/Users HTTP/1.1\r\n", GET + b"X: ",
    POST + b"<own>" + JSON + b"Content-Length: 100000\r\n\r\n{",
    CHUNKED, CHUNKED + b"ffff\r\n", CHUNKED + b"0\r\nX: ",
)


class Daemon:
    """What the kernel says of the daemon's process."""

    def __init__(self, process):
        self.folder = f"/proc/{process.pid}"

    def memory(self):
        """Bytes that are resident."""
        with open(f"{self.folder}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def descriptors(self):
        return len(os.listdir(f"{self.folder}/fd"))

    def is_sanitized(self):
        with open(f"{self.folder}/maps", encoding="utf-8") as maps:
            return any("libasan" in line or "libtsan" in line for line in maps)


def most_connections():
    """As many as both sides have descriptors for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(IDLE + DRIBBLING, hard - RESERVE), soft, hard


class Crowd:
    """Many connections that say nothing, or a byte now and then, until the daemon ends them."""

    def __init__(self, connect, beginnings):
        self.selector = selectors.DefaultSelector()
        self.beginnings = beginnings
        self.connect = connect
        self.dribblers = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()

    def come(self, idle, dribbling):
        for number in range(idle + dribbling):
            one = self.connect()
            self.selector.register(one, selectors.EVENT_READ)
            if number < dribbling:
                one.sendall(self.beginnings[number % len(self.beginnings)])
                self.dribblers.append(one)

    def count(self):
        return len(self.selector.get_map())

    def go_on(self):
        """A byte of each that dribbles; and see who has been ended."""
        for one in self.dribblers:
            try:
                one.send(b"0")
            except OSError:
                pass  # seen below
        for key, _ in self.selector.select(0):
            if self.has_ended(key.fileobj):
                self.selector.unregister(key.fileobj)
                if key.fileobj in self.dribblers:
                    self.dribblers.remove(key.fileobj)
                key.fileobj.close()

    @staticmethod
    def has_ended(one):
        try:
            return not one.recv(65536)
        except OSError:
            return True


class Slowness(unittest.TestCase):
    http = ("header_timeout: 2s", "body_timeout: 2s", "idle_timeout: 2s", "answer_timeout: 2s",
            "connections: 3000")

    @classmethod
    def setUpClass(cls):
        cls.most, soft, hard = most_connections()
        cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        cls.bridge = SecureBridge(cls.http)
        cls.addClassCleanup(cls.bridge.close)
        cls.bridge.cli("init")
        cls.bridge.start()
        cls.token = cls.bridge.connection_token("demo", "user")
        cls.daemon = Daemon(cls.bridge.process)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.bridge.port), timeout=20)

    def ordinary_seconds(self):
        """How long an ordinary client waits for its answer, on a connection of its own."""
        client = Client(self.bridge.port, self.token)
        began = time.monotonic()
        expect(client.get("/Users"), 200)
        return time.monotonic() - began

    def beginnings(self):
        own = HOST + f"Authorization: Bearer {self.token}\r\n".encode()
        return [text.replace(b"<own>", own) for text in BEGINNINGS]

    def test_a_slow_crowd_is_ended_in_time_and_hinders_nobody(self):
        before = statistics.median(self.ordinary_seconds() for _ in range(30))
        memory, descriptors = self.daemon.memory(), self.daemon.descriptors()
        during = []
        with Crowd(self.connect, self.beginnings()) as crowd:
            crowd.come(self.most - DRIBBLING, DRIBBLING)
            until = time.monotonic() + 60
            while crowd.count() > 0:
                self.assertLess(time.monotonic(), until, f"{crowd.count()} were never ended")
                crowd.go_on()
                during.append(self.ordinary_seconds())
        after = statistics.median(self.ordinary_seconds() for _ in range(30))
        print(f"an ordinary GET: {statistics.median(during) / before:.2f} times as long during, "
              f"{after / before:.2f} times after, {self.most} slow connections")
        wait_until(lambda: self.daemon.descriptors() <= descriptors, 20, "descriptors are back")
        if not self.daemon.is_sanitized():
            self.assertLess(self.daemon.memory() - memory, GROWTH)

    def test_whoever_does_not_read_is_ended(self):
        """Of many requests in one go: the answers stay in the way."""
        descriptors = self.daemon.descriptors()
        request = GET + HOST + f"Authorization: Bearer {self.token}\r\n\r\n".encode()
        with self.connect() as one:
            one.settimeout(20)
            with self.assertRaises(OSError):
                for _ in range(1000):
                    one.sendall(request * 1000)
            wait_until(lambda: self.daemon.descriptors() <= descriptors, 20, "it is closed")


class SecureSlowness(unittest.TestCase):
    """The same where there is TLS: before, in and behind the handshake."""

    def setUp(self):
        folder = Path(tempfile.mkdtemp(prefix="rb-tls-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, folder)
        authority = Authority(folder)
        chain, key = authority.issue("server")
        self.bridge = SecureBridge((*Slowness.http, f"certificate: {chain}", f"key: {key}"))
        self.addCleanup(self.bridge.close)
        self.bridge.cli("init")
        self.bridge.start()
        self.trust = ssl.create_default_context(cafile=authority.root)
        token = self.bridge.connection_token("demo", "user")
        self.own = HOST + f"Authorization: Bearer {token}\r\n".encode()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.bridge.port), timeout=20)

    def connect_securely(self):
        return self.trust.wrap_socket(self.connect(), server_hostname="127.0.0.1")

    def test_a_slow_crowd_is_ended_in_time(self):
        descriptors = Daemon(self.bridge.process).descriptors()
        beginnings = [text.replace(b"<own>", self.own) for text in BEGINNINGS]
        with Crowd(self.connect, (b"", b"\x16\x03\x01\x02\x00\x01")) as plain, \
                Crowd(self.connect_securely, beginnings) as secure:
            plain.come(100, 2)
            secure.come(20, 2 * len(beginnings))
            until = time.monotonic() + 60
            while plain.count() + secure.count() > 0:
                self.assertLess(time.monotonic(), until)
                plain.go_on()
                secure.go_on()
                with self.connect_securely() as ordinary:
                    ordinary.sendall(GET + self.own + b"\r\n")
                    self.assertIn(b" 200 ", ordinary.recv(65536))
        wait_until(lambda: Daemon(self.bridge.process).descriptors() <= descriptors, 20,
                   "descriptors are back")

    def test_one_address_has_so_many_connections(self):
        """Which counts with TLS alone: without it everybody comes by the proxy."""
        self.bridge.stop()
        text = self.bridge.config.read_text()
        self.bridge.config.write_text(text.replace(
            "  connections: 3000\n", "  connections: 3000\n  connections_per_address: 5\n"))
        self.bridge.start()
        with ExitStack() as stack:
            for _ in range(5):
                stack.enter_context(self.connect_securely())
            with self.assertRaises(OSError):
                self.connect_securely()
            self.assertEqual(self.bridge.status()["parked"], [])


# --------------------------------------------------------------------------- descriptors


def limited(soft, hard):
    """What runs a program that may have so many files open."""
    return ["/bin/bash", "-c", f"ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$@\"", "-"]


class Descriptors(unittest.TestCase):
    def setUp(self):
        self.bridge = Bridge()
        self.addCleanup(self.bridge.close)
        self.bridge.cli("init")

    def test_the_soft_limit_is_raised_to_what_is_needed(self):
        self.bridge.start(limited(256, 6000))
        soft, _ = resource.prlimit(self.bridge.process.pid, resource.RLIMIT_NOFILE)
        self.assertGreater(soft, 4096)
        self.assertNotIn("fewer connections", self.bridge.log.read_text())

    def test_connections_are_lowered_to_what_fits_and_it_is_said(self):
        self.bridge.start(limited(400, 400))
        log = self.bridge.log.read_text()
        self.assertIn('warning "fewer connections than http.connections" wanted="4096"', log)
        self.assertIn("LimitNOFILE=", log)
        address = ("127.0.0.1", self.bridge.port)
        with Crowd(lambda: socket.create_connection(address), ()) as crowd:
            crowd.come(500, 0)
            # while many are being shown out, a newcomer may have to come again
            wait_until(self.is_served, 20, "somebody is served beside the crowd")
            self.assertEqual(self.bridge.status()["parked"], [])

    def is_served(self):
        try:
            return Client(self.bridge.port, prefix="").get("/healthz").status == 200
        except NO_ANSWER:
            return False

    def test_with_hardly_any_it_does_not_start(self):
        result = subprocess.run(
            [*limited(100, 100), BINARY, "serve", "--config", self.bridge.config],
            capture_output=True, text=True, timeout=30)
        self.assertEqual(result.returncode, 1)
        self.assertIn("only 100 files may be open", result.stderr)
        self.assertIn("LimitNOFILE=", result.stderr)


if __name__ == "__main__":
    unittest.main()
