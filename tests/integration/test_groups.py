"""Groups that a provider pushes: kept, served, and projected beside the role groups."""

import unittest
from concurrent.futures import ThreadPoolExecutor

from support import BridgeCase, Directory, wait_until
from support.client import DEACTIVATE, RESTORE, Client, expect, patch


def adds(*people):
    return ("Add", "members", [{"value": person} for person in people])


def removes(*people):
    return ("Remove", "members", [{"value": person} for person in people])


class Groups(BridgeCase):
    def setUp(self):
        self.people = [self.person(f"{self._testMethodName[-20:]}-{name}@example.com")
                       for name in ("ana", "bo", "cy")]

    def tearDown(self):
        for group in self.admin.resources("/Groups"):
            self.scim.delete(f"/Groups/{group['id']}")

    def person(self, name):
        return self.scim.create_user(name, "user", "Harbour")["id"]

    def push(self, name, *members):
        body = {"displayName": name, "members": [{"value": member} for member in members]}
        return expect(self.scim.post("/Groups", body), 201).json["id"]

    def change(self, group, *operations):
        answer = self.scim.request("PATCH", f"/Groups/{group}", patch(*operations))
        self.assertEqual(answer.status, 204, answer)

    def pushed(self, name):
        """Members of cn=NAME below the groups, without the placeholder; None without a group."""
        found = self.directory.search(self.directory.groups_base, f"(cn={name})", "member")
        for attributes in found.values():
            return {dn for dn in attributes["member"] if "placeholder" not in dn}
        return None

    def parked(self):
        """What is parked by name, as soon as nothing else waits."""
        wait_until(lambda: self.bridge.status()["outbox"]["waiting"] == 0, 20,
                   self.bridge.status)
        return {row["name"]: row["detail"] for row in self.bridge.status()["parked"]}

    # ------------------------------------------------------------- projection

    def test_members_come_and_go_with_every_change(self):
        ana, bo, cy = self.people
        group = self.push("Tooling", ana)
        self.assert_converges()
        self.assertEqual(len(self.pushed("Tooling")), 1)

        self.change(group, adds(bo, cy), removes(ana))
        self.assert_converges()
        self.assertEqual(len(self.pushed("Tooling")), 2)

        self.change(group, ("Replace", "members", []))
        self.assert_converges()
        self.assertEqual(self.pushed("Tooling"), set())

    def test_whoever_is_deactivated_leaves_the_group_and_returns_when_restored(self):
        ana, bo, _ = self.people
        self.push("Crew", ana, bo)
        self.assert_converges()

        self.scim.change(ana, DEACTIVATE)
        self.assert_converges()
        self.assertEqual(len(self.pushed("Crew")), 1)

        self.scim.change(ana, RESTORE)
        self.assert_converges()
        self.assertEqual(len(self.pushed("Crew")), 2)

    def test_members_may_be_pushed_before_their_entries_are_there(self):
        self.directory.stop()
        late = self.person("late@example.com")
        group = self.push("Early", late)
        self.directory.start()

        self.assert_converges(30)

        self.assertEqual(len(self.pushed("Early")), 1)
        self.change(group, removes(late))
        self.assert_converges()

    def test_a_group_is_renamed_and_deleted_with_its_entry(self):
        ana, _, _ = self.people
        group = self.push("Before", ana)
        self.assert_converges()

        self.change(group, ("Replace", "displayName", "After"))
        self.assert_converges()
        self.assertIsNone(self.pushed("Before"))
        self.assertEqual(len(self.pushed("After")), 1)

        self.assertEqual(self.scim.delete(f"/Groups/{group}").status, 204)
        self.assert_converges()
        self.assertIsNone(self.pushed("After"))

    def test_a_renamed_person_stays_a_member(self):
        ana, _, _ = self.people
        self.push("Named", ana)
        self.assert_converges()

        self.scim.change(ana, ("Replace", "userName", "renamed-member@example.com"))
        self.assert_converges()

        self.assertEqual(self.pushed("Named"),
                         {self.directory.person("renamed-member@example.com")[0]})

    def test_a_name_that_is_a_role_groups_is_parked_with_the_reason(self):
        ana, _, _ = self.people
        for name in ("admins", "site-harbour", "SITE-anything"):
            with self.subTest(name):
                group = self.push(name, ana)

                self.assertIn("give the group another name", self.parked()[name])
                self.assertIsNone(self.pushed(name))
                self.assertEqual(self.scim.delete(f"/Groups/{group}").status, 204)
        self.assert_converges()

    def test_somebody_elses_group_of_the_same_name_is_left_alone(self):
        ana, _, _ = self.people
        dn = f"cn=Foreign,{self.directory.groups_base}"
        self.directory.modify(f"dn: {dn}\nchangetype: add\nobjectClass: groupOfNames\n"
                              f"cn: Foreign\nmember: {self.directory.people_base}\n")

        group = self.push("Foreign", ana)

        self.assertIn("was not made by the bridge", self.parked()["Foreign"])
        self.assertEqual(self.pushed("Foreign"), {self.directory.people_base})
        self.scim.delete(f"/Groups/{group}")
        self.directory.modify(f"dn: {dn}\nchangetype: delete\n")

    # ------------------------------------------------------------ concurrency

    def test_fifty_additions_at_once_are_all_there(self):
        group = self.push("Many")
        people = [self.person(f"many{number}@example.com") for number in range(50)]

        def add(person):
            client = Client(self.scim.server)
            client.headers = dict(self.scim.headers)
            return client.request("PATCH", f"/Groups/{group}", patch(adds(person))).status

        with ThreadPoolExecutor(max_workers=16) as pool:
            self.assertEqual(set(pool.map(add, people)), {204})

        members = expect(self.scim.get(f"/Groups/{group}"), 200).json["members"]
        self.assertEqual({member["value"] for member in members}, set(people))
        self.assert_converges(30)
        self.assertEqual(len(self.pushed("Many")), 50)

    # -------------------------------------------------------------- isolation

    def test_another_connection_sees_no_group_and_takes_no_name(self):
        other = self.bridge.connect("groups-other", "user")
        group = self.push("Private")

        self.assert_refused(other.get(f"/Groups/{group}"), 404)
        self.assert_refused(other.delete(f"/Groups/{group}"), 404)
        self.assertEqual(other.resources("/Groups"), [])
        self.assert_refused(other.post("/Groups", {"displayName": "private"}), 409, "uniqueness")


class OtherNames(BridgeCase):
    """Role groups under names that the configuration gives them."""

    directory_settings = {"admins_group": "App Admins", "site_group": "team-{key}-people"}

    def test_people_are_in_the_groups_of_these_names(self):
        self.scim.create_user("named@example.com", "user", "Harbour")
        self.bridge.settle()
        dn, _ = self.directory.person("named@example.com")

        self.assertIn(dn, self.directory.members("team-harbour-people"))
        self.assertEqual(len(self.directory.members("App Admins")), 2)
        self.assertIsNone(self.directory.members("admins"))

        self.scim.change(self.scim.find_user("named@example.com")["id"], DEACTIVATE)
        self.bridge.settle()
        self.assertNotIn(dn, self.directory.members("team-harbour-people"))

    def test_their_names_are_kept_from_pushed_groups_and_the_others_are_not(self):
        for name, is_free in (("app admins", False), ("Team-x-People", False), ("admins", True),
                              ("site-harbour", True)):
            with self.subTest(name):
                group = expect(self.scim.post("/Groups", {"displayName": name}), 201).json["id"]
                wait_until(lambda: self.bridge.status()["outbox"]["waiting"] == 0, 20,
                           self.bridge.status)
                self.assertEqual(self.bridge.status()["parked"] == [], is_free)
                self.scim.delete(f"/Groups/{group}")
                self.bridge.settle()


class SameContainer(BridgeCase):
    """Pushed groups and role groups side by side below one base."""

    @classmethod
    def setUpClass(cls):
        own = Directory.groups_base
        Directory.groups_base = Directory.roles_base
        cls.addClassCleanup(setattr, Directory, "groups_base", own)
        super().setUpClass()

    def setUp(self):
        self.person = self.scim.create_user(f"{self._testMethodName[-20:]}@example.com", "user",
                                            "Harbour")["id"]

    def push(self, name):
        body = {"displayName": name, "members": [{"value": self.person}]}
        return expect(self.scim.post("/Groups", body), 201).json["id"]

    def test_no_pushed_name_reaches_a_role_group_or_the_placeholder(self):
        self.bridge.settle()
        before = {name: self.directory.members(name) for name in ("admins", "site-harbour")}
        for name in ("admins", " ADMINS ", "\uff41dmins", "site-harbour", "Site-Harbour",
                     "site-\uff48arbour", "site-not-yet", "rolebridge-placeholder"):
            with self.subTest(name):
                group = self.push(name)
                wait_until(lambda: self.bridge.status()["parked"], 20, self.bridge.status)

                [parked] = self.bridge.status()["parked"]
                self.assertIn("the bridge keeps the name", parked["detail"])
                for role_group, members in before.items():
                    self.assertEqual(self.directory.members(role_group), members)
                self.assertEqual(self.scim.delete(f"/Groups/{group}").status, 204)
        self.bridge.settle()
        for role_group, members in before.items():
            self.assertEqual(self.directory.members(role_group), members)

    def test_a_pushed_group_of_another_name_comes_and_goes_beside_them(self):
        group = self.push("Beside")
        self.bridge.settle()
        self.assertEqual(len(self.directory.members("Beside")), 2)

        self.scim.change(self.person, DEACTIVATE)
        self.bridge.settle()
        self.assertEqual(len(self.directory.members("Beside")), 1)

        self.assertEqual(self.scim.delete(f"/Groups/{group}").status, 204)
        self.bridge.settle()
        self.assertIsNone(self.directory.members("Beside"))
        self.assertIsNotNone(self.directory.members("site-harbour"))


if __name__ == "__main__":
    unittest.main()
