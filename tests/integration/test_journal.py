"""The journal: what it says, who can read it, and what is noticed when somebody meddles."""

import csv
import io
import json
import unittest

from support import BridgeCase
from support.client import EXTENSION, expect

DONE, FAILED, USAGE = 0, 1, 2
PASSWORD = "Tr0ub4dor-and-3"


class JournalCase(BridgeCase):
    has_directory = False

    def lines(self, *arguments):
        return json.loads(self.bridge.cli("journal", "list", "-o", "json", "--count", "10000",
                                          *arguments))

    def fails(self, *arguments, code=FAILED, words=""):
        result = self.bridge.run("journal", *arguments)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertIn(words, result.stderr)

    def person(self, name):
        """A provider's person, with a password, changed once."""
        created = self.scim.create_user(f"{name}@example.com", "user", "Harbour",
                                        nickName=f"{name}-nick", password=PASSWORD)
        self.scim.change(created["id"], ("replace", "title", f"{name} the first"))
        return created["id"]

    def delete(self, identifier):
        expect(self.scim.delete(f"/Users/{identifier}"), 204)

    def export(self, name):
        """A new export: where it is, and its anchor."""
        path = self.bridge.folder / name
        said = self.bridge.run("journal", "export", path).stderr
        return path, said.split("the anchor is ")[1].strip()


class Reading(JournalCase):
    def test_the_life_of_a_person_reads_as_sentences(self):
        ada = self.person("ada")
        self.scim.change(ada, ("replace", f"{EXTENSION}:site", "North Plant"))
        self.bridge.cli("user", "block", ada, "--reason", "asked to leave")
        self.bridge.cli("user", "unblock", ada)
        self.delete(ada)

        table = self.bridge.cli("journal", "list", "--user", ada).splitlines()

        self.assertEqual(table[0].split()[:4], ["WHEN", "WHO", "DID", "TO"])
        told = [" ".join(line.split()[1:4]) for line in table[1:]]
        self.assertEqual(told, ["demo created ada@example.com", "demo changed ada@example.com",
                                "demo changed ada@example.com", "control blocked ada@example.com",
                                "control unblocked ada@example.com", "demo deleted ada@example.com"])
        self.assertIn("role: - -> user; site: - -> harbour; owner: - -> demo", table[1])
        self.assertIn("title: - -> ada the first", table[2])
        self.assertIn("site: harbour -> north-plant", table[3])
        self.assertIn("blockedBy: - -> control; reason: asked to leave", table[4])
        self.assertIn("nickName: ada-nick -> -", table[6])

    def test_a_list_is_narrowed(self):
        bea = self.person("bea")
        self.person("cleo")

        self.assertEqual({line["id"] for line in self.lines("--user", "bea@example.com")}, {bea})
        events = {line["event"] for line in self.lines("--event", "site")}
        self.assertEqual(events, {"site.create"})
        self.assertEqual(self.lines("--until", "2020-01-31"), [])
        self.assertEqual(self.lines("--since", "2020-01-31T08:00:00Z"), self.lines())
        self.assertEqual(self.lines("--count", "2"), self.lines()[-2:])
        self.fails("list", "--since", "yesterday", words="2026-01-31T08:00:00Z")
        self.fails("list", "--count", "0", code=USAGE)
        self.fails("list", "--user", "nobody@example.com", words="nobody@example.com")

    def test_the_last_fifty_lines_are_listed_newest_last(self):
        for number in range(60):
            self.scim.create_user(f"p{number}@example.com")

        rows = list(csv.reader(io.StringIO(self.bridge.cli("journal", "list", "-o", "csv"))))

        self.assertEqual(len(rows), 51)
        numbers = [int(row[0]) for row in rows[1:]]
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(rows[-1][6], "p59@example.com")

    def test_a_spreadsheet_calculates_nothing_of_it(self):
        self.scim.create_user("=cmd@example.com")
        self.assertIn("'=cmd@example.com", self.bridge.cli("journal", "list", "-o", "csv",
                                                           "--count", "1"))

    def test_pages_follow_each_other(self):
        for number in range(5):
            self.scim.create_user(f"page{number}@example.com")
        seen, after = [], 0
        while after is not None:
            page = expect(self.bridge.admin_api.get("/journal", after=after, count=3), 200).json
            seen += [line["number"] for line in page["lines"]]
            after = page.get("after")
        self.assertEqual(seen, list(range(1, seen[-1] + 1)))

    def test_what_is_no_number_or_time_is_refused(self):
        for query in ({"after": "-1"}, {"count": "many"}, {"since": "now"}, {"before": "1e3"},
                      {"after": "9" * 19}):
            with self.subTest(query):
                self.assert_refused(self.bridge.admin_api.get("/journal", **query), 400,
                                    "invalidValue", list(query)[0])

    def test_a_number_without_its_link_is_no_place_to_verify_from(self):
        self.assert_refused(self.bridge.admin_api.get("/journal/.verify", after="1"), 400,
                            "invalidValue", "link")

    def test_a_provider_reads_nothing_of_it(self):
        token = self.bridge.connection_token("reader")
        for path in ("", "/.verify", "/.export"):
            answer = type(self.scim)(self.bridge.port, token, prefix="/admin/v1").get(
                f"/journal{path}")
            self.assertEqual(answer.status, 403, answer)


class Keeping(JournalCase):
    def test_a_sound_journal_and_its_export_fit_their_chain(self):
        self.person("dora")
        path, anchor = self.export("sound")

        self.assertIn(anchor, self.bridge.cli("journal", "verify"))
        self.assertIn(anchor, self.bridge.cli("journal", "verify", "--file", path))
        self.bridge.cli("journal", "verify", "--anchor", anchor)
        self.bridge.cli("journal", "verify", "--file", path, "--anchor", anchor)
        self.assertEqual(self.bridge.run("journal", "export", "-").stdout.splitlines()[:-1],
                         path.read_text().splitlines()[:-1])
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.fails("export", path, words="is there already")

    def test_whoever_meddles_with_an_export_is_found_out(self):
        self.person("emil")
        whole, _ = self.export("whole")
        lines = whole.read_text().splitlines(keepends=True)
        altered = lines[3].replace('"event":"', '"event":"x')
        relinked = lines[4].replace('"link":"', '"link":"x')
        edits = {
            "altered": (lines[:3] + [altered] + lines[4:], "at number 3:"),
            "another link": (lines[:4] + [relinked] + lines[5:], "at number 4:"),
            "removed": (lines[:3] + lines[4:], "at number 3:"),
            "reordered": (lines[:3] + [lines[4], lines[3]] + lines[5:], "at number 3:"),
            "twice": (lines[:4] + lines[3:], "at number 4:"),
            "written anew": ([line.replace(":", ": ") for line in lines], "does not begin"),
            "a space more": (lines[:2] + [lines[2].replace("{", "{ ", 1)] + lines[3:],
                             "at number 2:"),
            "another beginning": ([lines[0].replace('"after":0', '"after":5')] + lines[1:],
                                  "at number 6:"),
            "cut within a line": (lines[:3] + [lines[3][:40]], "at number 3:"),
            "cut behind a line": (lines[:4], "behind number 3 without its last line"),
            "the last line removed": (lines[:-2] + lines[-1:], f"at number {len(lines) - 2}:"),
            "more behind the end": (lines + lines[1:2], "goes on behind its end"),
            "nothing": ([], "does not begin"),
        }
        for what, (meddled, words) in edits.items():
            with self.subTest(what):
                path = self.bridge.folder / "meddled"
                path.write_text("".join(meddled))
                self.fails("verify", "--file", path, words=words)

    def test_an_anchor_finds_what_the_chain_alone_does_not(self):
        self.person("finn")
        _, old = self.export("old")
        number, link = old.split(":")
        other = link[:-2] + ("AA" if link[-2:] != "AA" else "BA")

        self.fails("verify", "--anchor", f"{number}:{other}", words="another link than the anchor")
        self.fails("verify", "--anchor", f"{int(number) + 9}:{link}", words="its end was cut off")
        self.fails("verify", "--anchor", number, code=USAGE, words="NUMBER:LINK")

    def test_no_value_of_a_person_and_no_password_is_in_an_export(self):
        gerd = self.person("gerd")
        self.delete(gerd)
        path, _ = self.export("sealed")
        text = path.read_text()

        self.assertIn(gerd, text)
        for value in ("gerd", "Gerd", PASSWORD):
            self.assertNotIn(value, text.replace(gerd, ""))
        self.assertIn("gerd the first", json.dumps(self.lines("--user", gerd)))
        self.assertNotIn(PASSWORD, json.dumps(self.lines("--user", gerd)))

    def test_a_password_is_not_in_the_store(self):
        self.person("hugo")
        self.bridge.stop()
        try:
            for file in self.bridge.store.iterdir():
                self.assertNotIn(PASSWORD.encode(), file.read_bytes(), file)
        finally:
            self.bridge.start()

    def test_an_erased_person_is_erased_in_exports_too_and_the_chain_stays(self):
        ines = self.person("ines")
        jan = self.person("jan")
        self.fails("erase", ines, words="delete it first")
        self.delete(ines)
        path, anchor = self.export("before-erasing")

        self.bridge.cli("journal", "erase", ines)

        lines = self.lines("--user", ines)
        self.assertEqual([line["event"] for line in lines],
                         ["user.create", "user.update", "user.delete", "person.erase"])
        self.assertTrue(all(line.get("erased") for line in lines[:3]), lines)
        self.assertNotIn("ines", json.dumps(lines))
        self.assertIn("(erased)", self.bridge.cli("journal", "list", "--user", ines))
        self.assertIn("jan the first", json.dumps(self.lines("--user", jan)))
        self.bridge.cli("journal", "verify", "--anchor", anchor)
        self.bridge.cli("journal", "verify", "--file", path, "--anchor", anchor)
        self.fails("erase", ines, words=ines)

        self.bridge.stop()
        self.bridge.start()
        self.bridge.cli("journal", "verify", "--anchor", anchor)
        self.assertNotIn("ines", json.dumps(self.lines("--user", ines)))


class Pruning(JournalCase):
    """In the order of their names: each takes away what the next does not find any more."""

    def test_1_nothing_goes_without_an_export_that_has_it(self):
        self.person("kai")
        path, _ = self.export("whole")
        lines = path.read_text().splitlines(keepends=True)
        broken = self.bridge.folder / "broken"
        broken.write_text("".join(lines[:3] + lines[4:]))

        self.fails("prune", code=USAGE, words="--exported FILE")
        self.fails("prune", "--exported", broken, words="at number 3:")
        self.fails("prune", "--exported", self.bridge.folder / "nowhere", words="nowhere")
        self.fails("prune", "--exported", path, "--before", "2020-01-31", words="no line")
        self.fails("prune", "--exported", path, "--before", "soon", code=USAGE)
        self.assertEqual(self.lines()[0]["number"], 1)

    def test_2_another_journals_export_takes_nothing_away(self):
        other = type(self.bridge)()
        self.addCleanup(other.close)
        other.cli("init")
        other.start().provision()
        other.cli("journal", "export", self.bridge.folder / "other")

        self.fails("prune", "--exported", self.bridge.folder / "other", words="another link")
        self.assertEqual(self.lines()[0]["number"], 1)

    def test_3_a_pruned_journal_is_verified_from_where_it_begins(self):
        path, anchor = self.export("first")

        self.bridge.cli("journal", "prune", "--exported", path, "--before", "4")

        lines = self.lines()
        self.assertEqual(lines[0]["number"], 4)
        self.assertEqual(lines[-1]["event"], "journal.prune")
        self.assertEqual(lines[-1]["anchor"], "3:" + json.loads(
            path.read_text().splitlines()[3])["link"])
        self.assertIn("first: 4", self.bridge.cli("journal", "verify", "--anchor", anchor))
        self.bridge.cli("journal", "verify", "--file", path)

    def test_4_the_rest_is_exported_and_pruned_and_work_goes_on(self):
        path, anchor = self.export("second")
        self.assertIn('"after":3', path.read_text().splitlines()[0])
        self.bridge.cli("journal", "verify", "--file", path, "--anchor", anchor)

        self.bridge.cli("journal", "prune", "--exported", path)
        self.person("lena")
        self.bridge.stop()
        self.bridge.start()

        self.assertEqual([line["event"] for line in self.lines()],
                         ["journal.prune", "user.create", "user.update"])
        self.bridge.cli("journal", "verify", "--anchor", anchor)
        self.fails("verify", "--anchor", f"2:{anchor.split(':')[1]}", words="was pruned up to")
        self.fails("prune", "--exported", path, words="pruned already")

    def test_5_an_export_that_leaves_out_a_beginning_takes_nothing_away(self):
        path, _ = self.export("third")
        lines = path.read_text().splitlines(keepends=True)
        after = json.loads(lines[1])
        head = json.dumps({"journal": "rolebridge", "after": after["number"],
                           "link": after["link"]}, separators=(",", ":"))
        partial = self.bridge.folder / "partial"
        partial.write_text("".join([head + "\n"] + lines[2:]))

        self.bridge.cli("journal", "verify", "--file", partial)
        self.fails("prune", "--exported", partial, words="export it from the beginning")


if __name__ == "__main__":
    unittest.main()
