"""An organization moves from one installation to another: store export, store import."""

import json
import os
import stat
import unittest

from support import Bridge, BridgeCase
from support.client import EXTENSION, expect

FAILED, USAGE = 1, 2


class Dump(BridgeCase):
    has_directory = False

    def setUp(self):
        self.other = Bridge()
        self.addCleanup(self.other.close)
        self.other.cli("init")
        if not self.bridge.process:
            self.bridge.start()

    def export(self, *options):
        self.bridge.stop()
        path = self.bridge.folder / "export.jsonl"
        self.bridge.cli("store", "export", "--file", path, *options)
        return path

    def fails(self, bridge, *arguments, code=FAILED, words=""):
        result = bridge.run(*arguments)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertIn(words, result.stderr)
        self.assertEqual(result.stdout, "")

    def is_well(self, bridge, words):
        checked = bridge.run("store", "check", "-o", "json")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertEqual(json.loads(checked.stdout), [])
        self.assertIn(f"default: looked at {words}", checked.stderr)
        self.assertIn(": 0 wrong", checked.stderr)
        self.assertEqual(bridge.cli("store", "check"), "")

    def people(self, bridge):
        """Whoever is there, without what depends on the installation."""
        found = {}
        for person in bridge.admin.resources("/Users"):
            person["meta"].pop("location")
            person[EXTENSION].pop("directory")
            for group in person.get("groups", []):
                group.pop("$ref")
            found[person["userName"]] = person
        return found

    def test_an_organization_moves_with_everybody_in_it(self):
        ada = self.scim.create_user("ada@example.com", "user", "Harbour")["id"]
        self.scim.create_user("bob@example.com", "user", "North Plant")
        self.bridge.cli("user", "block", "bob@example.com", "--reason", "left his badge")
        self.bridge.cli("site", "rename", "Harbour", "--to", "Old Harbour")
        group = {"displayName": "Divers", "members": [{"value": ada}]}
        expect(self.scim.post("/Groups", group), 201)
        before = self.people(self.bridge)

        path = self.export()
        told = self.other.run("store", "import", path)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("3 users, 1 groups, 2 sites, 1 connections", told.stderr)
        for one in (self.bridge, self.other):
            self.is_well(one, "3 users, 1 groups, 2 sites, 1 connections and")
        self.other.start()

        self.assertEqual(self.people(self.other), before)
        self.assertIn("left his badge", self.other.cli("user", "show", "bob@example.com"))
        self.other.cli("user", "create", "cleo@example.com", "--role", "user", "--site", "harbour")
        connection = json.loads(self.other.cli("connection", "show", "demo", "-o", "json"))
        self.assertEqual((connection["accounts"], connection["tokens"]), (2, []))
        self.assertTrue(self.other.cli("connection", "rotate", "demo").startswith("rb_"))

    def test_the_file_is_for_its_owner_and_made_of_lines_of_json(self):
        path = self.export()
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual(lines[0]["type"], "rolebridge")
        self.assertEqual(lines[-1]["type"], "end")
        self.assertNotIn("rb_", path.read_text())
        shown = self.bridge.cli("store", "export").splitlines()
        self.assertEqual([json.loads(line) for line in shown][1:], lines[1:])

    def test_the_store_is_the_daemons_alone_to_change_while_it_runs(self):
        self.fails(self.bridge, "store", "export", words="another process has the store")
        self.fails(self.bridge, "store", "import", self.bridge.config, words="stop it first")
        self.assertEqual(self.bridge.run("store", "check").returncode, 0)  # it only reads

    def test_a_file_that_was_cut_is_refused_and_the_organization_stays_empty(self):
        path = self.export()
        whole = path.read_text()
        path.write_text(whole[:len(whole) // 2])
        self.fails(self.other, "store", "import", path, words=f"{path}: line ")
        path.write_text(whole)
        self.assertEqual(self.other.run("store", "import", path).returncode, 0)
        self.fails(self.other, "store", "import", path, words="there is something in")

    def test_what_cannot_be_read_is_named(self):
        self.fails(self.other, "store", "import", "/nowhere/file", words="/nowhere/file")
        self.fails(self.other, "store", "import", code=USAGE, words="FILE is missing")
        self.fails(self.other, "store", "export", "--organization", "acme",
                   words="no organization acme")
        self.fails(self.other, "store", "export", "--file", self.other.folder, code=USAGE,
                   words="not a regular file")


if __name__ == "__main__":
    unittest.main()
