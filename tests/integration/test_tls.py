"""HTTPS from certificate and key files, against another implementation of TLS (OpenSSL's)."""

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import warnings
from concurrent.futures import ThreadPoolExecutor

from support import Bridge, Client
from support.authority import Authority
from support.bridge import BINARY, SecureBridge
from support.client import SCIM_JSON, expect, user

CONNECTIONS = 16
REQUESTS = 100  # on each
SUITES = ["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256",
          "ECDHE-RSA-CHACHA20-POLY1305"]
REFUSED_SUITES = ["AES256-GCM-SHA384", "AES128-SHA", "DHE-RSA-AES256-GCM-SHA384",
                  "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA"]
# The client was willing, the server closed: libmicrohttpd sends no alert before. Which
# of these an end without one is depends on what OpenSSL the client was built with.
BY_THE_SERVER = r"UNEXPECTED_EOF|closed \(EOF\)|ALERT"
V1_1, V1_2, V1_3 = (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="rb-tls-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(cls.folder)
        chain, key = cls.authority.issue("server")
        cls.bridge = SecureBridge([f"certificate: {chain}", f"key: {key}"])
        cls.addClassCleanup(cls.bridge.close)
        cls.bridge.cli("init")
        cls.bridge.start()
        cls.bridge.cli("site", "create", "Harbour")
        cls.token = cls.bridge.connection_token("demo", "user")

    def setUp(self):
        if not self.bridge.process:
            self.bridge.start()

    # ---------------------------------------------------------------- clients

    def context(self, version, suites=None):
        """Of a client that speaks one version, and trusts the root alone."""
        context = ssl.create_default_context(cafile=self.authority.root)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # 1.1 is: that is the point
            context.minimum_version = context.maximum_version = version
        context.set_ciphers(f"{suites or 'ALL'}:@SECLEVEL=0")
        return context

    def connect(self, version, suites=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.bridge.port, timeout=20,
                                                 context=self.context(version, suites))
        connection.connect()
        return connection

    def ask(self, connection, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": SCIM_JSON}
        text = None if body is None else json.dumps(body).encode()
        connection.request(method, path, text, headers)
        response = connection.getresponse()
        return response.status, response.read()

    def assert_serves(self, version=V1_3, suites=None):
        connection = self.connect(version, suites)
        try:
            self.assertEqual(self.ask(connection, "GET", "/readyz")[0], 200)
            return connection.sock.version(), connection.sock.cipher()[0]
        finally:
            connection.close()

    # --------------------------------------------------------------- versions

    def test_1_2_and_1_3_are_spoken_with_the_whole_chain(self):
        for version, name in ((V1_2, "TLSv1.2"), (V1_3, "TLSv1.3")):
            with self.subTest(name):
                self.assertEqual(self.assert_serves(version)[0], name)

    def test_1_1_is_refused(self):
        with self.assertRaisesRegex(ssl.SSLError, BY_THE_SERVER):
            self.connect(V1_1)
        self.assert_serves()

    def test_1_2_has_the_suites_with_forward_secrecy_and_no_others(self):
        for suite in SUITES:
            with self.subTest(suite):
                self.assertEqual(self.assert_serves(V1_2, suite)[1], suite)
        for suite in REFUSED_SUITES:
            with self.subTest(suite), self.assertRaisesRegex(ssl.SSLError, BY_THE_SERVER):
                self.connect(V1_2, suite)

    def test_plain_http_is_not_answered_there(self):
        with socket.create_connection(("127.0.0.1", self.bridge.port), timeout=20) as plain:
            plain.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            got = b""
            try:
                while more := plain.recv(4096):
                    got += more
            except ConnectionResetError:
                pass
        self.assertNotIn(b"HTTP/", got)
        self.assert_serves()

    def test_the_control_socket_stays_plain(self):
        self.assertIn("Harbour", self.bridge.cli("site", "list"))

    # --------------------------------------------------------------- requests

    def create_people(self, number):
        """On one kept connection, each a commit; half of the clients speak 1.2."""
        connection = self.connect(V1_2 if number % 2 else V1_3)
        made = connection.sock
        for i in range(REQUESTS):
            person = user(f"p{number}.{i}@example.com", "user", "Harbour")
            status, body = self.ask(connection, "POST", "/scim/v2/Users", person)
            self.assertEqual(status, 201, body)
            location = json.loads(body)["meta"]["location"]
            self.assertTrue(location.startswith(f"https://127.0.0.1:{self.bridge.port}/scim/v2/"))
            self.assertIs(connection.sock, made)
        connection.close()

    def test_many_commit_at_once_on_kept_connections(self):
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for done in [pool.submit(self.create_people, i) for i in range(CONNECTIONS)]:
                done.result(timeout=120)

        connection = self.connect(V1_3)
        status, body = self.ask(connection, "GET", "/scim/v2/Users?count=200")
        connection.close()
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(body)["totalResults"], CONNECTIONS * REQUESTS)

    def test_a_large_body_arrives_whole(self):
        values = [{}] * 90000
        for version in (V1_2, V1_3):
            connection = self.connect(version)
            for _ in range(3):
                status, body = self.ask(connection, "POST", "/scim/v2/Users", {"unknown": values})
                self.assertEqual(status, 400)
                self.assertIn(b"schemas", body)
            connection.close()

    # ------------------------------------------------------------------- ends

    def test_idle_connections_do_not_hold_up_the_end(self):
        idle = [self.connect(V1_2 if i % 2 else V1_3) for i in range(CONNECTIONS)]
        for connection in idle[:CONNECTIONS // 2]:
            self.assertEqual(self.ask(connection, "GET", "/readyz")[0], 200)
        silent = socket.create_connection(("127.0.0.1", self.bridge.port))

        began = time.monotonic()
        self.bridge.stop()

        self.assertLess(time.monotonic() - began, 5)
        for connection in idle:
            self.assertEqual(connection.sock.recv(1), b"")
            connection.close()
        silent.close()


class Refusals(unittest.TestCase):
    """What serve says, instead of starting."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="rb-tls-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        authority = Authority(cls.folder)
        cls.chain, cls.key = authority.issue("server")
        cls.other = authority.issue("other")[1]

    def assert_refused(self, http, words):
        bridge = SecureBridge(http)
        self.addCleanup(bridge.close)
        if "needs" not in words:  # else the file is of no use to any command
            bridge.cli("init")
        result = subprocess.run([BINARY, "serve", "--config", bridge.config], timeout=60,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(words, result.stderr)
        self.assertNotIn("runtime error", result.stderr)

    def test_the_key_of_another_certificate(self):
        self.assert_refused([f"certificate: {self.chain}", f"key: {self.other}"],
                            f"{self.other} is not the key of the certificate")

    def test_a_key_that_others_can_read(self):
        self.key.chmod(0o644)
        self.addCleanup(self.key.chmod, 0o600)
        self.assert_refused([f"certificate: {self.chain}", f"key: {self.key}"], "chmod 600")

    def test_a_certificate_without_a_key(self):
        self.assert_refused([f"certificate: {self.chain}"], "http.certificate needs http.key")


class PlainAbroad(unittest.TestCase):
    def test_a_foreign_address_needs_a_certificate(self):
        bridge = Bridge()
        self.addCleanup(bridge.close)
        text = bridge.config.read_text()
        bridge.config.write_text(text.replace("address: 127.0.0.1", "address: 192.0.2.1"))
        bridge.cli("init")

        result = bridge.run("serve")

        self.assertEqual(result.returncode, 1)
        for words in ("http.certificate", "http.key", "proxy"):
            self.assertIn(words, result.stderr)


if __name__ == "__main__":
    unittest.main()
