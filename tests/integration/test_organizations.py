"""Several organizations in one daemon, on one slapd: each lives as if it were alone."""

import re
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import Bridge, Directory, differences, wait_until
from support.client import DEACTIVATE, RESTORE, Client, expect, patch, role_is, site_is

ALARM = 5
NAMES = ("default", "acme")
PEOPLE = [f"person{number}@example.com" for number in range(10)]


class Organization:
    """One organization, lived in as a provider and its administrators do."""

    def __init__(self, bridge, directory, name):
        self.bridge = bridge.of(name)
        self.directory = directory
        self.name = name

    def settle(self):
        self.bridge.settle(60)
        found = []

        def is_equal():
            found[:] = differences(self.bridge, self.directory)
            return not found

        wait_until(is_equal, 30, lambda: f"{self.name}: " + "\n".join(found))

    def settled_content(self):
        self.settle()
        return self.directory.content()

    # ------------------------------------------------------------------- life

    def arrive(self):
        """Everybody comes, most at Harbour, and into a group."""
        self.scim = self.bridge.provision().scim
        self.ids = {
            name: self.scim.create_user(name, "user", "Harbour", externalId=f"x-{name}")["id"]
            for name in PEOPLE
        }
        self.group = expect(self.scim.post("/Groups", {
            "displayName": "Staff", "externalId": "x-staff",
            "members": [{"value": identifier} for identifier in self.ids.values()]}), 201).json
        for name in PEOPLE[:5]:
            self.scim.change(self.ids[name], DEACTIVATE)

    def go_on(self):
        """They return, rise, move, get other names, and some leave for good."""
        for name in PEOPLE[:3]:
            self.scim.change(self.ids[name], RESTORE)
        self.scim.change(self.ids[PEOPLE[0]], role_is("admin"))
        self.scim.change(self.ids[PEOPLE[1]], site_is("North Plant"))
        self.scim.change(self.ids[PEOPLE[2]], ("Replace", "userName", "renamed@example.com"))
        expect(self.scim.request("PATCH", f"/Groups/{self.group['id']}", patch(
            ("Remove", f'members[value eq "{self.ids[PEOPLE[0]]}"]', None))), 200, 204)
        self.bridge.cli("user", "block", PEOPLE[5], "--reason", "left")
        expect(self.scim.delete(f"/Users/{self.ids[PEOPLE[6]]}"), 204)
        self.bridge.cli("site", "rename", "Harbour", "--to", "Harbour South")

    def tear_off(self):
        """Access is taken away in every way there is."""
        self.scim.change(self.ids[PEOPLE[7]], DEACTIVATE)
        self.bridge.cli("user", "block", PEOPLE[8])
        expect(self.scim.delete(f"/Users/{self.ids[PEOPLE[9]]}"), 204)
        expect(self.scim.delete(f"/Groups/{self.group['id']}"), 204)
        self.bridge.cli("connection", "delete", "demo", "--deactivate")


class LivesOfTwo(unittest.TestCase):
    """The same life in both at once, with the same names, and a restart in the middle."""

    @classmethod
    def setUpClass(cls):
        directory = Directory()
        cls.addClassCleanup(directory.close)
        directory.start()
        parts = {name: directory.part(name) for name in NAMES}
        cls.bridge = Bridge(parts["default"], organizations={"acme": parts["acme"]})
        cls.addClassCleanup(cls.bridge.close)
        cls.bridge.cli("init")
        cls.bridge.start().cli("organization", "create", "acme")
        cls.both = [Organization(cls.bridge, parts[name], name) for name in NAMES]
        cls.at_once(Organization.arrive)
        cls.bridge.stop()
        cls.bridge.start()
        cls.at_once(Organization.go_on)
        cls.at_once(Organization.settle)

    @classmethod
    def at_once(cls, step):
        with ThreadPoolExecutor(len(cls.both)) as pool:
            list(pool.map(step, cls.both))

    def test_both_have_the_same_people_with_ids_of_their_own(self):
        users = [{user["userName"]: user["id"] for user in one.bridge.admin.users()}
                 for one in self.both]
        self.assertEqual(users[0].keys(), users[1].keys())
        self.assertFalse(set(users[0].values()) & set(users[1].values()))

    def test_the_counts_of_each_are_its_own(self):
        for one in self.both:
            with self.subTest(one.name):
                status = one.bridge.status()
                self.assertEqual(status["organization"], one.name)
                self.assertEqual(status["people"],
                                 {"total": 10, "active": 7, "inactive": 3, "admins": 2})
                self.assertEqual(status["sites"], 2)
                self.assertEqual(status["outbox"]["waiting"], 0)
                self.assertEqual(status["directory"]["state"], "connected")
                self.assertEqual("organizations" in status, one.name == "default")

    def test_the_journal_of_each_tells_of_its_own_alone(self):
        journals = [one.bridge.cli("journal", "export", "-") for one in self.both]
        for text, own, other in zip(journals, self.both, reversed(self.both)):
            with self.subTest(own.name):
                own.bridge.cli("journal", "verify")
                self.assertIn(own.ids[PEOPLE[0]], text)
                for identifier in other.ids.values():
                    self.assertNotIn(identifier, text)
        events = [sorted(re.findall(r'"event":"[^"]+"', text)) for text in journals]
        self.assertIn('"event":"organization.create"', events[1])
        self.assertEqual(*events)

    def test_whoever_loses_access_in_one_keeps_it_in_the_other(self):
        """Once in each direction, and the other's entries are as they were, byte for byte."""
        for leaving, staying in (self.both, reversed(self.both)):
            with self.subTest(leaving.name):
                before = staying.settled_content()
                self.assertIn(f"uid={PEOPLE[7]},ou=people,o={staying.name},", before)
                status = staying.bridge.status()
                status.pop("organizations", None)
                status.pop("store")

                leaving.tear_off()
                leaving.settle()

                self.assertEqual(staying.settled_content(), before)
                after = staying.bridge.status()
                self.assertEqual({name: after[name] for name in status}, status)


class Standing(unittest.TestCase):
    """How organizations come to be, and that each stands by itself."""

    def start(self, default, **organizations):
        bridge = Bridge(default, organizations=organizations)
        self.addCleanup(bridge.close)
        bridge.cli("init")
        return bridge.start()

    def make_directory(self):
        directory = Directory()
        self.addCleanup(directory.close)
        return directory.start()

    def state_of(self, bridge, name):
        return next(one["directory"]["state"] for one in bridge.status()["organizations"]
                    if one["name"] == name)

    def await_state(self, bridge, name, state):
        wait_until(lambda: self.state_of(bridge, name) == state, 20,
                   lambda: f"{name} is {state}: {bridge.status()['organizations']}")

    def test_one_that_nobody_has_made_is_told_of_and_served_as_soon_as_it_is_made(self):
        part = self.make_directory().part("later")
        bridge = self.start(None, later=part)
        self.await_state(bridge, "later", "absent")
        command = "rolebridge organization create later"
        self.assertIn(command, bridge.cli("status", code=ALARM))
        self.assertIn(command, bridge.log.read_text())
        self.assertIn("absent", bridge.cli("organization", "list"))

        bridge.cli("organization", "create", "later")

        self.await_state(bridge, "later", "connected")
        wait_until(lambda: part.search(part.roles_base, "(cn=admins)"), 20, "cn=admins is there")
        bridge.cli("status")

    def test_one_without_a_directory_keeps_what_it_is_told(self):
        bridge = self.start(None)
        bridge.cli("organization", "create", "acme")
        acme = bridge.of("acme")

        acme.cli("site", "create", "Harbour")

        self.assertEqual(acme.status()["directory"]["state"], "none")
        self.assertEqual(acme.status()["outbox"]["waiting"], 2)
        self.assertEqual(bridge.status()["outbox"]["waiting"], 1)

    def test_a_directory_that_is_away_holds_up_its_own_organization_alone(self):
        away = Directory()
        self.addCleanup(away.close)
        here = self.make_directory()
        bridge = self.start(here, away=away)
        bridge.cli("organization", "create", "away")
        bridge.of("away").cli("site", "create", "Harbour")

        bridge.cli("site", "create", "Harbour")

        bridge.settle()
        self.assertIsNotNone(here.members("site-harbour"))
        self.await_state(bridge, "away", "unavailable")
        self.assertIn("organization: away: unavailable", bridge.cli("status", code=ALARM))
        self.assertEqual(bridge.of("away").status()["outbox"]["waiting"], 2)

        away.start()

        bridge.of("away").settle(30)
        self.assertIsNotNone(away.members("site-harbour"))

    def test_a_name_is_given_once_and_must_be_one(self):
        bridge = self.start(None)
        bridge.cli("organization", "create", "acme")

        for name, words in (("acme", "there is an organization acme already"),
                            ("default", "there is an organization default already"),
                            ("Acme", "cannot name an organization")):
            with self.subTest(name):
                result = bridge.run("organization", "create", name)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertIn(words, result.stderr)
        names = [one["name"] for one in bridge.status()["organizations"]]
        self.assertEqual(names, ["default", "acme"])

    def test_a_crash_behind_the_answer_loses_no_organization(self):
        bridge = self.start(None)
        answer = bridge.admin_api.post("/organizations", {"name": "acme"})
        bridge.kill()
        self.assertEqual(answer.status, 201, answer)

        bridge.start()

        self.assertEqual(bridge.of("acme").status()["outbox"]["waiting"], 1)

    def test_a_token_works_in_its_organization_alone_whatever_the_header_says(self):
        bridge = self.start(None)
        bridge.cli("organization", "create", "acme")
        for name, other in (("acme", "default"), ("default", "acme")):
            token = bridge.of(name).admin_api.post("/tokens", {"name": "job"}).json["token"]
            job = Client(bridge.port, token, "/admin/v1")
            self.assertEqual(job.get("/status").json["organization"], name)
            for wanted, status in ((name, 200), (other, 404), ("nowhere", 404), ("", 404)):
                with self.subTest(token=name, header=wanted):
                    answer = job.request("GET", "/status",
                                         headers={"Rolebridge-Organization": wanted})
                    self.assertEqual(answer.status, status, answer)
                    if status == 404:
                        self.assertEqual(answer.json["detail"], f"there is no organization {wanted}")
        answer = bridge.admin_api.request("GET", "/status",
                                          headers={"Rolebridge-Organization": "nowhere"})
        self.assertEqual((answer.status, answer.json["detail"]), (404, "there is no organization nowhere"))


if __name__ == "__main__":
    unittest.main()
