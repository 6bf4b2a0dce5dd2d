"""Commands that ask a daemon on another machine: by HTTPS, with a token, without a configuration."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from support.authority import Authority
from support.bridge import BINARY, REPORTS, SecureBridge

DONE, FAILED, USAGE, UNREACHABLE = 0, 1, 2, 7


class Remote(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="rb-remote-", dir="/tmp"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(cls.folder)
        cls.chain, cls.key = cls.authority.issue("server")
        cls.bridge = SecureBridge([f"certificate: {cls.chain}", f"key: {cls.key}"])
        cls.addClassCleanup(cls.bridge.close)
        cls.bridge.cli("init")
        cls.bridge.start().provision()
        cls.token = cls.folder / "token"
        cls.bridge.cli("token", "create", "laptop", "--save-token", cls.token)
        cls.url = f"https://127.0.0.1:{cls.bridge.port}"

    def ask(self, *arguments, url=None, token=None, ca_file=None, code=DONE):
        """Run a command against the daemon; what it wrote on stdout, and on stderr."""
        line = [BINARY, *arguments, "--url", url or self.url, "--token-file", token or self.token,
                "--ca-file", ca_file or self.authority.root]
        result = subprocess.run(line, capture_output=True, text=True, timeout=60,
                                env={**os.environ, "https_proxy": "", "HTTPS_PROXY": ""})
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertFalse([report for report in REPORTS if report in result.stderr], result.stderr)
        return result.stdout if code == DONE else result.stderr

    def test_an_administrator_works_from_elsewhere(self):
        self.ask("user", "create", "remote@example.com", "--role", "user", "--site", "Harbour")
        self.assertIn("remote@example.com", self.ask("user", "list"))
        self.ask("user", "delete", "remote@example.com")
        self.assertIn("North Plant", self.ask("site", "list", url=self.url + "/"))
        self.assertIn("laptop", self.ask("token", "list",
                                         url=f"https://localhost:{self.bridge.port}"))

    def test_a_new_token_is_kept_beside_the_one_that_is_used(self):
        saved = self.folder / "saved"
        self.ask("token", "create", "second", "--save-token", saved)

        self.assertIn("second", self.ask("token", "list", token=saved))
        self.ask("token", "revoke", "second")

        refused = self.ask("token", "list", token=saved, code=FAILED)
        self.assertIn("rolebridge token create", refused)

    def test_a_connections_token_is_told_what_it_is_not_for(self):
        path = self.folder / "connection"
        self.bridge.cli("connection", "create", "entra", "--save-token", path)

        self.assertIn("NAME", self.ask("user", "list", token=path))
        refused = self.ask("token", "list", token=path, code=FAILED)

        self.assertIn("an administrator's token", refused)

    def test_a_certificate_of_a_stranger_is_refused(self):
        stranger = self.folder / "stranger"
        stranger.mkdir()
        refused = self.ask("user", "list", ca_file=Authority(stranger).root, code=UNREACHABLE)
        self.assertIn("certificate", refused)
        self.assertIn("--ca-file", refused)

    def test_the_system_does_not_vouch_for_our_test_root(self):
        refused = self.ask("user", "list", ca_file="/etc/ssl/certs/ca-certificates.crt",
                           code=UNREACHABLE)
        self.assertIn("is refused, and nothing was asked", refused)

    def test_a_certificate_for_another_host_is_refused(self):
        with Listener("127.0.0.2", self.chain, self.key) as listener:
            refused = self.ask("user", "list", url=f"https://127.0.0.2:{listener.port}",
                               code=UNREACHABLE)
        self.assertIn("certificate", refused)
        self.assertEqual(listener.received, b"")

    def test_a_server_that_never_answers_the_handshake_is_given_up(self):
        with Listener("127.0.0.1") as listener:
            refused = self.ask("user", "list", url=f"https://127.0.0.1:{listener.port}",
                               code=UNREACHABLE)
        self.assertIn("nobody answers at https://127.0.0.1", refused)

    def test_the_doctor_says_until_when_the_certificate_is_valid(self):
        examined = self.bridge.run("doctor", "-o", "json")
        found = {finding["what"]: finding for finding in json.loads(examined.stdout)}
        self.assertEqual(found["certificate"]["state"], "wrong")  # it is for two days
        self.assertIn("renew it", found["certificate"]["detail"])
        others = {what: finding["state"] for what, finding in found.items() if what != "certificate"}
        self.assertEqual(set(others.values()), {"ok"}, found)
        self.assertLessEqual({"http.certificate", "http.key", "store", "keys", "daemon"},
                             set(others))

    def test_a_ca_file_that_is_none_is_named(self):
        nothing = self.folder / "nothing.pem"
        self.assertIn("nothing.pem", self.ask("user", "list", ca_file=nothing, code=FAILED))
        nothing.write_text("no certificate\n")
        self.assertIn("nothing.pem", self.ask("user", "list", ca_file=nothing, code=UNREACHABLE))


class Listener:
    """Takes connections: with a certificate it speaks TLS, without one it says nothing."""

    def __init__(self, address, chain=None, key=None):
        self.socket = socket.create_server((address, 0))
        self.port = self.socket.getsockname()[1]
        self.received = b""
        self.context = None
        if chain:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(chain, key)
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(timeout=20)

    def serve(self):
        kept = []
        try:
            while True:
                connection = self.socket.accept()[0]
                kept.append(connection)
                if self.context:
                    kept.append(self.context.wrap_socket(connection, server_side=True))
                    self.received += kept[-1].recv(4096)
        except OSError:
            pass  # closed, or refused as it should be
        for connection in kept:
            connection.close()


if __name__ == "__main__":
    unittest.main()
