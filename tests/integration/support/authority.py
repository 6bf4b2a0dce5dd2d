"""Certificates for a test, made by openssl: a root, one below it, and servers' below that."""

import subprocess
from pathlib import Path


class Authority:
    """Writes into a folder. Clients trust `root`; a server's file holds its chain without it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.root = self.folder / "root.pem"
        self._openssl("req", "-x509", *self._request("root", "/CN=Test root"), "-out", self.root,
                      "-addext", "keyUsage=keyCertSign")
        self._sign("middle", "/CN=Test intermediate", "root", "basicConstraints=critical,CA:TRUE")

    def issue(self, name):
        """A server's certificate for localhost with its chain, and its key: two paths."""
        alone = self._sign(name, "/CN=localhost", "middle",
                           "subjectAltName=DNS:localhost,IP:127.0.0.1")
        chain = self.folder / f"{name}-chain.pem"
        chain.write_bytes(alone.read_bytes() + (self.folder / "middle.pem").read_bytes())
        return chain, self.folder / f"{name}.key"

    def _sign(self, name, subject, issuer, extensions):
        request, path = self.folder / f"{name}.csr", self.folder / f"{name}.pem"
        self._openssl("req", *self._request(name, subject), "-out", request)
        self._openssl("x509", "-req", "-in", request, "-out", path, "-days", "2",
                      "-CA", self.folder / f"{issuer}.pem", "-CAkey", self.folder / f"{issuer}.key",
                      "-CAcreateserial", "-extfile", "/dev/stdin", text=extensions)
        return path

    def _request(self, name, subject):
        key = self.folder / f"{name}.key"
        return "-newkey", "rsa:2048", "-noenc", "-keyout", key, "-subj", subject, "-batch"

    @staticmethod
    def _openssl(*arguments, text=""):
        result = subprocess.run(["openssl", *arguments], input=text, capture_output=True,
                                text=True, timeout=60)
        if result.returncode != 0:
            raise AssertionError(f"openssl {arguments[0]}: {result.stderr}")
