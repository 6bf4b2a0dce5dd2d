"""Names that pass from one person to another while the directory is away."""

import unittest

from support import BridgeCase, wait_until
from support.client import expect


class Swap(BridgeCase):
    def setUp(self):
        self.prefix = self._testMethodName[5:9]

    def person(self, name, site):
        return self.scim.create_user(self.named(name), "user", site)["id"]

    def named(self, name):
        return f"{self.prefix}{name}@example.com"

    def rename(self, identifier, name):
        self.scim.change(identifier, ("Replace", "userName", self.named(name)))

    def push(self, name, *members):
        body = {"displayName": name, "members": [{"value": member} for member in members]}
        return expect(self.scim.post("/Groups", body), 201).json["id"]

    def identity(self, name):
        """What the entry keeps when it is renamed."""
        found = self.directory.search(self.directory.people_base, f"(uid={self.named(name)})",
                                      "entryUUID")
        return [attributes["entryuuid"] for attributes in found.values()]

    def pass_round(self, people):
        """Each gets the name of the next; {name: identifier} before. A name is one person's."""
        names = list(people)
        self.rename(people[names[-1]], "between")
        for name, following in reversed(list(zip(names, names[1:]))):
            self.rename(people[name], following)
        self.rename(people[names[-1]], names[0])

    def assert_passed_round(self, people, before):
        self.assert_converges(30)
        self.assertEqual(self.bridge.status()["outbox"]["parked"], 0, self.bridge.status())
        names = list(people)
        for name, following in zip(names, names[1:] + names[:1]):
            self.assertEqual(self.identity(following), before[name])

    def check(self, names, disturb=lambda: None):
        sites = ("Harbour", "North Plant", "Harbour")
        people = {name: self.person(name, site) for name, site in zip(names, sites)}
        self.push(f"{self.prefix} first", people[names[0]])
        self.push(f"{self.prefix} all", *people.values())
        self.assert_converges()
        before = {name: self.identity(name) for name in names}

        self.directory.stop()
        self.pass_round(people)
        self.directory.start()
        disturb()
        self.assert_passed_round(people, before)

    def test_two_swap(self):
        self.check(["ana", "bo"])

    def test_three_pass_their_names_round(self):
        self.check(["ana", "bo", "cy"])

    def test_killed_while_many_swap(self):
        pairs = [(f"a{number}", f"b{number}") for number in range(60)]
        people = {name: self.person(name, site) for pair in pairs
                  for name, site in zip(pair, ("Harbour", "North Plant"))}
        self.push(f"{self.prefix} all", *[people[first] for first, _ in pairs])
        self.assert_converges(30)
        before = {name: self.identity(name) for name in people}

        self.directory.stop()
        for first, second in pairs:
            self.pass_round({first: people[first], second: people[second]})
        self.directory.start()
        wait_until(lambda: self.has_begun(before), 30, self.bridge.status)
        self.bridge.kill()
        self.bridge.start()

        for first, second in pairs:
            self.assert_passed_round({first: people[first], second: people[second]}, before)

    def has_begun(self, before):
        """Whether some entry is no longer where it was."""
        return any(self.identity(name) != before[name] for name in list(before)[:1])


if __name__ == "__main__":
    unittest.main()
