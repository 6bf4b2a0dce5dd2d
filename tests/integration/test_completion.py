"""What bash completes, asked as bash asks; held against what --help says."""

import re
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

from support.bridge import BINARY

ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_rolebridge
printf '%s\\n' "${COMPREPLY[@]}"
"""


def run(*arguments):
    result = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="rb-completion-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.script = cls.folder / "rolebridge"
        cls.script.write_text(run("completion", "bash"))

    def complete(self, line):
        """What is offered for the last word of a line; it ends with a space if that is empty."""
        words = shlex.split(line) + ([""] if line.endswith(" ") else [])
        words = [part for word in words for part in re.split("(=)", word, maxsplit=1)
                 if part or not word]
        result = subprocess.run(["bash", "--norc", "-c", ASK, "bash", self.script, *words],
                                capture_output=True, text=True, timeout=60, cwd=self.folder)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.split()

    def commands(self):
        """Noun and verb of every command, from --help."""
        for line in run("--help").splitlines():
            call = re.match("  ([a-z]+)( [a-z]+)?( [A-Z]+)? ", line)
            if call:
                yield call[0].lower().split()[:2] if call[2] else [call[1]]

    def test_nouns_and_verbs_are_those_of_the_overview(self):
        nouns = {words[0] for words in self.commands()}
        self.assertLessEqual({"user", "site", "status", "config"}, nouns)
        self.assertEqual(set(self.complete("rolebridge ")), nouns | {"--help", "--version"})
        for noun in nouns:
            verbs = {words[1] for words in self.commands() if words[0] == noun and words[1:]}
            if verbs:
                self.assertEqual(set(self.complete(f"rolebridge {noun} ")), verbs | {"--help"})

    def test_options_are_those_of_the_help_of_every_command(self):
        for words in self.commands():
            with self.subTest(words):
                told = set(re.findall(r"^  (?:-\w, |    )?(--[a-z-]+)", run(*words, "--help"), re.M))
                line = "rolebridge " + " ".join(words)
                self.assertIn("--help", told)
                self.assertEqual(set(self.complete(line + " --")), told)
                self.assertEqual(set(self.complete(line + " NAME --")), told)

    def test_what_has_begun_is_finished(self):
        self.assertEqual(self.complete("rolebridge us"), ["user"])
        self.assertEqual(self.complete("rolebridge user deac"), ["deactivate"])
        self.assertEqual(self.complete("rolebridge user list --sta"), ["--status"])
        self.assertEqual(self.complete("rolebridge nothing "), [])
        self.assertEqual(self.complete("rolebridge user nothing --"), [])

    def test_choices_follow_their_option(self):
        for line in ("-o ", "--output ", "--output="):
            self.assertEqual(self.complete("rolebridge user list " + line),
                             ["table", "json", "csv"])
        self.assertEqual(self.complete("rolebridge user list --role ad"), ["admin"])
        self.assertEqual(self.complete("rolebridge user list --role=ad"), ["admin"])
        self.assertEqual(self.complete("rolebridge user list --site "), [])

    def test_files_follow_what_takes_a_file(self):
        (self.folder / "some.yaml").write_text("")
        self.assertEqual(self.complete("rolebridge status --config so"), ["some.yaml"])
        self.assertEqual(self.complete("rolebridge status --config=so"), ["some.yaml"])
        self.assertEqual(self.complete("rolebridge status so"), [])


if __name__ == "__main__":
    unittest.main()
