"""Every command, end to end: what it does, what it prints, how it ends."""

import csv
import io
import json
import os
import stat
import shutil
import subprocess
import unittest

from support import Bridge, BridgeCase, Client, Directory, wait_until
from support.bridge import BINARY
from support.client import EXTENSION, RESTORE

DONE, FAILED, USAGE, ALARM, UNREACHABLE = 0, 1, 2, 5, 7


class Commands(BridgeCase):
    has_directory = False

    def json(self, *arguments):
        return json.loads(self.bridge.cli(*arguments, "-o", "json"))

    def csv(self, *arguments):
        return list(csv.reader(io.StringIO(self.bridge.cli(*arguments, "-o", "csv"))))

    def fails(self, *arguments, code=FAILED, words=""):
        """A command that fails says why on stderr, in a sentence, and nothing on stdout."""
        result = self.bridge.run(*arguments)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertIn(words, result.stderr)
        self.assertEqual(result.stdout, "")

    # ----------------------------------------------------------------- people

    def person(self, name):
        found = self.admin.find_user(name)
        association = found.get(EXTENSION, {})
        return found["active"], association.get("role"), association.get("site")

    def create(self, name, *options):
        self.bridge.cli("user", "create", name, "--given-name", "Ada", "--family-name", "Byron",
                        *options)

    def test_a_user_is_created_shown_and_listed(self):
        self.create("ada@example.com", "--role", "user", "--site", "Harbour")
        self.assertEqual(self.person("ada@example.com"), (True, "user", "Harbour"))

        shown = self.bridge.cli("user", "show", "ada@example.com")
        for words in ("ada@example.com", "Ada", "Byron", "Harbour"):
            self.assertIn(words, shown)
        self.assertEqual(self.json("user", "show", "ada@example.com")["userName"],
                         "ada@example.com")
        self.assertIn("ada@example.com", self.bridge.cli("user", "list"))
        self.assertIn("ada@example.com", {cell for row in self.csv("user", "list")
                                          for cell in row})
        self.fails("user", "show", "nobody@example.com", words="nobody@example.com")

    def test_a_local_user_is_deactivated_and_reactivated_with_a_new_site(self):
        self.create("leaves@example.com", "--role", "user", "--site", "Harbour")

        self.bridge.cli("user", "deactivate", "leaves@example.com")
        self.assertEqual(self.person("leaves@example.com"), (False, None, None))

        self.bridge.cli("user", "reactivate", "leaves@example.com", "--role", "user",
                        "--site", "North Plant")
        self.assertEqual(self.person("leaves@example.com"), (True, "user", "North Plant"))

    def test_a_block_outranks_the_provider_and_says_who_and_why(self):
        blocked = self.scim.create_user("blocked@example.com", "user", "Harbour")["id"]

        self.bridge.cli("user", "block", "blocked@example.com", "--reason", "device was stolen")
        self.scim.change(blocked, RESTORE)
        self.assertEqual(self.person("blocked@example.com"), (False, None, None))
        shown = self.bridge.cli("user", "show", "blocked@example.com")
        self.assertRegex(shown, r"blocked: by control since \S+: device was stolen")

        self.bridge.cli("user", "unblock", "blocked@example.com")
        self.assertEqual(self.person("blocked@example.com"), (True, "user", "Harbour"))

    def test_a_user_is_deleted(self):
        self.create("deleted@example.com", "--role", "user", "--site", "Harbour")

        self.bridge.cli("user", "delete", "deleted@example.com")

        self.assertIsNone(self.admin.find_user("deleted@example.com"))
        self.fails("user", "delete", "deleted@example.com", words="no user")

    def test_a_user_is_edited(self):
        self.create("edited@example.com", "--role", "user", "--site", "Harbour")

        self.bridge.cli("user", "edit", "edited@example.com", "--site", "North Plant")
        self.assertEqual(self.person("edited@example.com"), (True, "user", "North Plant"))

        self.addCleanup(self.bridge.cli, "user", "deactivate", "edited@example.com")
        self.bridge.cli("user", "edit", "edited@example.com", "--role", "admin")
        self.assertEqual(self.person("edited@example.com"), (True, "admin", None))

    def test_role_and_site_must_fit(self):
        self.fails("user", "create", "x@example.com", "--role", "user", "--site", "Atlantis",
                   words="Atlantis")
        self.fails("user", "create", "x@example.com", "--role", "user", words="site")
        self.fails("user", "create", "x@example.com", "--role", "owner", "--site", "Harbour",
                   code=USAGE, words="owner")
        self.assertIsNone(self.admin.find_user("x@example.com"))

    def test_the_last_administrator_is_named(self):
        self.fails("user", "deactivate", "admin@example.com", words="admin@example.com")

    # ------------------------------------------------------------------ sites

    def test_a_site_is_created_and_listed_under_a_key_of_its_own(self):
        self.bridge.cli("site", "create", "West Dock")
        self.bridge.cli("site", "create", "Quay", "--key", "pier", "--description", "By the sea")

        keys = {site["displayName"]: site["key"] for site in self.admin.resources("/Sites")}
        self.assertEqual((keys["West Dock"], keys["Quay"]), ("west-dock", "pier"))
        listed = {row[0]: row[1] for row in self.csv("site", "list")}
        self.assertEqual((listed["West Dock"], listed["Quay"]), ("west-dock", "pier"))

    def test_a_connection_is_shown_with_what_it_may_and_owns(self):
        self.bridge.connect("shown", "admin")

        shown = self.bridge.cli("connection", "show", "shown")

        self.assertIn("name: shown", shown)
        self.assertIn("grants: admin", shown)
        self.fails("connection", "show", "nobody", words="nobody")

    def test_a_site_is_renamed_and_goes_on_under_its_old_name_too(self):
        self.bridge.cli("site", "create", "Old Mill")
        self.create("miller@example.com", "--role", "user", "--site", "Old Mill")

        self.bridge.cli("site", "rename", "old mill", "--to", "New Mill")

        self.assertEqual(self.person("miller@example.com"), (True, "user", "New Mill"))
        self.create("late-miller@example.com", "--role", "user", "--site", "Old Mill")
        self.assertEqual(self.person("late-miller@example.com"), (True, "user", "New Mill"))
        self.fails("site", "rename", "New Mill", code=USAGE, words="--to")

    def test_a_site_is_deleted_when_nobody_refers_to_it(self):
        self.bridge.cli("site", "create", "Short Lived")
        self.create("short@example.com", "--role", "user", "--site", "Short Lived")
        self.fails("site", "delete", "Short Lived", words="1 people")

        self.bridge.cli("user", "delete", "short@example.com")
        self.bridge.cli("site", "delete", "Short Lived")

        self.fails("site", "delete", "Short Lived", words="no site")

    def test_a_site_of_the_same_name_is_refused(self):
        self.fails("site", "create", "harbour", words="arbour")

    # ---------------------------------------------------- connections, tokens

    def token_file(self, name):
        path = self.bridge.folder / name
        return path, lambda: path.read_text().strip()

    def test_a_connection_is_created_listed_rotated_and_deleted(self):
        path, token = self.token_file("token")
        self.bridge.cli("connection", "create", "entra", "--grant", "admin", "--save-token", path)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        first = Client(self.bridge.port, token())
        first.create_user("pushed@example.com", "admin")
        self.assertIn("entra", self.bridge.cli("connection", "list"))
        self.assertNotIn(token(), self.bridge.cli("connection", "list", "-o", "json"))

        path, token = self.token_file("second")
        self.bridge.cli("connection", "rotate", "entra", "--save-token", path)
        second = Client(self.bridge.port, token())
        self.assertEqual([first.get("/Users").status, second.get("/Users").status], [200, 200])

        self.fails("connection", "delete", "entra", words="1")
        self.bridge.cli("connection", "delete", "entra", "--deactivate")
        self.assertEqual(second.get("/Users").status, 401)
        self.assertEqual(self.person("pushed@example.com"), (False, None, None))

    def test_a_token_is_created_listed_and_revoked(self):
        path, token = self.token_file("admin-token")
        self.bridge.cli("token", "create", "job", "--save-token", path)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        job = Client(self.bridge.port, token(), "/admin/v1")
        self.assertEqual(job.get("/status").status, 200)
        self.assertIn("job", self.bridge.cli("token", "list"))

        self.bridge.cli("token", "revoke", "job")

        self.assertEqual(job.get("/status").status, 401)
        self.fails("token", "revoke", "job", words="job")

    # ------------------------------------------------------- daemon and config

    def test_status_says_how_things_are(self):
        self.assertEqual(self.json("status")["pid"], self.bridge.process.pid)
        self.assertIn("directory", self.bridge.cli("status"))

    def test_init_does_not_touch_a_store_that_is_there(self):
        self.fails("init", words=str(self.bridge.store))

    def test_a_second_daemon_on_the_same_store_is_refused(self):
        result = self.bridge.run("serve")
        self.assertEqual(result.returncode, FAILED, result.stderr)

    def test_the_sample_configuration_is_one_that_can_be_used(self):
        sample = self.bridge.cli("config", "sample")
        path = self.bridge.folder / "sample.yaml"
        path.write_text(sample)

        checked = subprocess.run([BINARY, "config", "check", "--config", path],
                                 capture_output=True, text=True, timeout=60)

        self.assertEqual(checked.returncode, DONE, checked.stderr)
        self.assertIn("socket", sample)

    # ------------------------------------------------------------------ usage

    def test_a_command_that_is_not_there_is_a_matter_of_usage(self):
        for arguments in (("frobnicate",), ("user", "lst"), ("user", "list", "--colour"),
                          ("user", "create"), ("status", "-o", "xml")):
            with self.subTest(arguments):
                self.fails(*arguments, code=USAGE)

    def test_every_command_has_help(self):
        for arguments in ((), ("user",), ("user", "create"), ("status",), ("site", "create")):
            with self.subTest(arguments):
                self.assertIn("Usage", self.bridge.run(*arguments, "--help").stdout)

    def test_control_characters_of_others_do_not_reach_the_terminal(self):
        self.scim.create_user("esc@example.com", displayName="\x1b[31mRed\x07")
        for arguments in (("user", "list"), ("user", "show", "esc@example.com")):
            self.assertNotIn("\x1b", self.bridge.cli(*arguments))


class WithoutDaemon(unittest.TestCase):
    def test_a_command_says_that_the_daemon_does_not_run(self):
        bridge = Bridge()
        self.addCleanup(bridge.close)
        bridge.cli("init")

        result = bridge.run("user", "list")

        self.assertEqual(result.returncode, UNREACHABLE, result.stderr)
        self.assertIn(str(bridge.socket), result.stderr)

    def test_serve_without_a_store_says_what_to_do(self):
        bridge = Bridge()
        self.addCleanup(bridge.close)

        result = bridge.run("serve")

        self.assertEqual(result.returncode, FAILED)
        self.assertIn("init", result.stderr)

    def test_serve_without_its_keys_asks_for_their_backup(self):
        bridge = Bridge()
        self.addCleanup(bridge.close)
        bridge.cli("init")
        shutil.rmtree(bridge.keys)

        for what in ("serve", "init"):
            result = bridge.run(what)
            self.assertEqual(result.returncode, FAILED)
            self.assertFalse(bridge.keys.exists())
        self.assertIn("backup", bridge.run("serve").stderr)

    def test_serve_refuses_a_key_that_others_can_read(self):
        bridge = Bridge()
        self.addCleanup(bridge.close)
        bridge.cli("init")
        key = bridge.keys / "1.key"
        key.chmod(0o640)

        result = bridge.run("serve")

        self.assertEqual(result.returncode, FAILED)
        self.assertIn(f"{key} can be reached by others than its owner: chmod 600 it", result.stderr)

    def test_a_directory_without_a_policy_is_an_alarm_with_the_remedy(self):
        directory = Directory()
        self.addCleanup(directory.close)
        text = directory.configuration.read_text()
        directory.configuration.write_text(
            "\n".join(line for line in text.splitlines() if "ppolicy_default" not in line))
        directory.start()
        bridge = Bridge(directory)
        self.addCleanup(bridge.close)
        bridge.cli("init")
        bridge.start()

        status = self.unusable(bridge)

        self.assertIn("pwdLockout", status["detail"])
        self.assertEqual(bridge.run("status").returncode, ALARM)

    def unusable(self, bridge):
        def state():
            directory = bridge.status()["directory"]
            return directory if directory["state"] == "unusable" else None

        return wait_until(state, 20, lambda: f"unusable: {bridge.status()}")


if __name__ == "__main__":
    unittest.main()
