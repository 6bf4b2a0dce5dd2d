"""contrib/quickstart, as somebody would use it."""

import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import Client, wait_until
from support.bridge import BINARY, SOURCE
from support.client import expect, patch
from support.wait import free_port

NAMES = ["SCIM_URL", "ADMIN_URL", "TOKEN", "ADMIN_TOKEN", "LDAP_URI", "LDAP_BASE", "LDAP_BIND_DN",
         "LDAP_PASSWORD_FILE", "CONTROL_SOCKET", "CONFIG", "BRIDGE_PID", "SLAPD_PID"]


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Quickstart(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="rb-quick-", dir="/tmp")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name) / "demo"

    def command(self, *options):
        return [SOURCE / "contrib" / "quickstart", "--dir", self.folder, *options]

    def environment(self):
        return {**os.environ, "ROLEBRIDGE": str(BINARY)}

    def once(self, *options):
        return subprocess.run(
            self.command("--once", *options), env=self.environment(), cwd="/", timeout=180,
            stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def start(self, *options):
        log = open(self.folder.with_suffix(".log"), "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen(self.command(*options), env=self.environment(), cwd="/",
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(self.end, process)
        path = self.folder / "env"
        wait_until(lambda: path.exists() or process.poll() is not None, 120,
                   "the env file is written")
        self.assertIsNone(process.poll(), self.output())
        lines = path.read_text().splitlines()
        return process, dict(line.split("=", 1) for line in lines)

    def output(self):
        return self.folder.with_suffix(".log").read_text()

    def end(self, process):
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)

    def test_the_tour_ends_well_again_and_again_on_one_folder(self):
        port = str(free_port())
        for options in (("--port", port), ()):
            result = self.once(*options)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertIn(f"http://127.0.0.1:{port}", result.stdout)
            self.assertIn("cn=site-harbour: ana@example.com", result.stdout)

    def test_a_site_with_another_name_is_found_again(self):
        process, values = self.start("--empty", "--port", str(free_port()))
        port = int(values["SCIM_URL"].rsplit(":", 1)[1].split("/")[0])
        administrator = Client(port, values["ADMIN_TOKEN"])
        harbour = next(site for site in administrator.resources("/Sites")
                       if site["key"] == "harbour")
        expect(administrator.request("PATCH", f"/Sites/{harbour['id']}",
                                     patch(("replace", "displayName", "Docks"))), 200)
        self.end(process)

        result = self.once("--empty")

        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_an_empty_one_has_sites_an_administrator_and_an_environment(self):
        _, values = self.start("--empty", "--port", str(free_port()))

        self.assertEqual(list(values), NAMES)
        self.assertFalse([value for value in values.values() if not value or " " in value])
        port = int(values["SCIM_URL"].rsplit(":", 1)[1].split("/")[0])
        provider = Client(port, values["TOKEN"])
        self.assertEqual(provider.users(), [])
        sites = sorted(site["displayName"] for site in provider.resources("/Sites"))
        self.assertEqual(sites, ["Harbour", "North Plant"])
        administrators = Client(port, values["ADMIN_TOKEN"]).users()
        self.assertEqual([(user["userName"], user["active"]) for user in administrators],
                         [("admin@example.com", True)])
        status = Client(port, values["ADMIN_TOKEN"], "/admin/v1").get("/status")
        self.assertEqual(expect(status, 200).json["pid"], int(values["BRIDGE_PID"]))
        self.assertFalse(Path(values["LDAP_PASSWORD_FILE"]).read_bytes().endswith(b"\n"))

    def test_it_outlives_its_bridge_and_another_may_take_its_place(self):
        process, values = self.start("--empty", "--port", str(free_port()))
        port = int(values["SCIM_URL"].rsplit(":", 1)[1].split("/")[0])
        provider = Client(port, values["TOKEN"])
        created = provider.create_user("survivor@example.com", "user", "Harbour")

        os.kill(int(values["BRIDGE_PID"]), signal.SIGKILL)
        wait_until(lambda: "all else stays up" in self.output(), 20, self.output)
        self.assertIsNone(process.poll())
        with open(self.folder / "second.log", "wb") as log:
            second = subprocess.Popen([BINARY, "serve", "--config", values["CONFIG"]],
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
        try:
            wait_until(lambda: self.is_ready(port), 20, "the second bridge is ready")
            self.assertEqual(provider.user(created["id"])["userName"], "survivor@example.com")
        finally:
            second.terminate()
            second.wait(timeout=30)

    def is_ready(self, port):
        try:
            return Client(port, prefix="").get("/readyz").status == 200
        except OSError:
            return False

    def test_a_termination_signal_ends_everything(self):
        process, values = self.start("--empty", "--port", str(free_port()))

        process.terminate()

        self.assertEqual(process.wait(timeout=60), 0)
        for name in ("BRIDGE_PID", "SLAPD_PID"):
            self.assertFalse(is_running(int(values[name])), name)

    def test_a_folder_with_a_long_name_and_spaces_will_do(self):
        self.folder = self.folder / ("a long name " * 10)
        self.folder.parent.mkdir()

        result = self.once("--empty", "--port", str(free_port()))

        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
