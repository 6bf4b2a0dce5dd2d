"""Local people whom a provider takes over, and people who change hands by an administrator."""

import unittest

from support import BridgeCase
from support.client import DEACTIVATE, EXTENSION, RESTORE, expect, site_is, user


class Adoption(BridgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entra = cls.bridge.connect("entra", "user")
        cls.okta = cls.bridge.connect("okta", "user")
        cls.bridge.cli("connection", "edit", "entra", "--domains", "adopt.example")

    def local(self, name, *options):
        self.bridge.cli("user", "create", name, "--email", name, "--given-name", "Ada",
                        "--family-name", "King", "--role", "user", "--site", "Harbour", *options)
        return self.admin.find_user(name)["id"]

    def identity(self, name):
        """What an entry keeps for life, and its place in the groups."""
        dn, entry = self.directory.person(name)
        groups = self.directory.search(self.directory.base, f"(member={dn})", "cn")
        return dn, entry["entryuuid"], sorted(groups)

    def move(self, identifier, to):
        return self.bridge.admin.post(f"/Users/{identifier}/.move", {"to": to})

    def test_entra_finds_a_local_person_and_takes_them_over(self):
        name = "ada@adopt.example"
        identifier = self.local(name)
        self.assert_converges()
        before = self.identity(name)

        # As Entra does it: a filter, the resource, the differences, then the reference.
        found = expect(self.entra.get("/Users", filter=f'userName eq "{name}"'), 200).json
        self.assertEqual([person["id"] for person in found["Resources"]], [identifier])
        self.assertEqual(self.entra.get(f"/Users/{identifier}").status, 200)
        self.assertNotIn("managedBy", self.admin.user(identifier)[EXTENSION])
        self.entra.change(identifier, ("Add", "externalId", "e-1"),
                          ("Replace", "displayName", "Ada Entra"))

        adopted = self.admin.user(identifier)
        self.assertEqual(adopted[EXTENSION]["managedBy"], "entra")
        self.assertEqual(adopted[EXTENSION]["site"], "Harbour")
        self.assert_converges()
        self.assertEqual(self.identity(name), before)
        self.assertEqual(self.directory.person(name)[1]["displayname"], ["Ada Entra"])

        # From now on it is a person of Entra like any other.
        self.assertEqual([person["id"] for person in self.entra.users()
                          if person["userName"] == name], [identifier])
        self.assert_refused(self.admin.patch(identifier, ("Replace", "title", "x")), 403,
                            words="entra")
        self.entra.change(identifier, site_is("North Plant"))
        self.assert_converges()
        self.assertNotEqual(self.identity(name)[2], before[2])
        self.assertEqual(self.identity(name)[1], before[1])
        self.entra.change(identifier, DEACTIVATE)
        self.entra.change(identifier, RESTORE)
        self.assertEqual(self.entra.user(identifier)[EXTENSION]["site"], "North Plant")

    def test_a_put_takes_over_as_well(self):
        name = "put@adopt.example"
        identifier = self.local(name)
        answer = self.entra.put(f"/Users/{identifier}", user(name, externalId="e-2"))
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json[EXTENSION]["managedBy"], "entra")
        self.assertEqual(answer.json["externalId"], "e-2")

    def test_a_post_is_a_conflict_and_takes_nobody_over(self):
        name = "post@adopt.example"
        identifier = self.local(name)
        self.assert_refused(self.entra.post("/Users", user(name)), 409, "uniqueness")
        self.assertNotIn("managedBy", self.admin.user(identifier)[EXTENSION])

    def test_who_is_not_asked_for_is_not_shown(self):
        name = "hidden@adopt.example"
        identifier = self.local(name)
        for filters in ({}, {"filter": "active eq true"}, {"filter": 'userName co "hidden"'},
                        {"filter": f'{EXTENSION}:site eq "Harbour"'}):
            with self.subTest(filters):
                self.assertNotIn(identifier, [found["id"] for found in self.entra.users(**filters)])

    def test_others_are_out_of_reach(self):
        inside = self.local("okta@adopt.example")
        outside = self.local("eve@elsewhere.example")
        self.bridge.cli("user", "create", "chief@adopt.example", "--email", "chief@adopt.example",
                        "--role", "admin")
        self.bridge.cli("user", "create", "glass@adopt.example", "--email", "glass@adopt.example",
                        "--break-glass")
        chief = self.admin.find_user("chief@adopt.example")["id"]
        glass = self.admin.find_user("glass@adopt.example")["id"]
        for client, identifier in ((self.okta, inside), (self.entra, outside), (self.entra, chief),
                                   (self.entra, glass)):
            self.assert_refused(client.get(f"/Users/{identifier}"), 404)
            self.assert_refused(client.patch(identifier, DEACTIVATE), 404)
            self.assert_refused(client.delete(f"/Users/{identifier}"), 404)
            self.assertEqual(client.users(filter=f'id eq "{identifier}"'), [])
            self.assertTrue(self.admin.user(identifier)["active"])
        self.assert_converges()
        self.assertIsNone(self.directory.person("glass@adopt.example")[0])
        self.assertIn("break-glass", self.bridge.cli("user", "show", "glass@adopt.example"))

    def test_a_moved_person_keeps_the_entry_and_leaves_the_groups_of_the_owner_before(self):
        name = "mover@example.com"
        identifier = self.entra.create_user(name, "user", "Harbour", externalId="m-1")["id"]
        group = expect(self.entra.post("/Groups", {"displayName": "Tooling",
                                                   "members": [{"value": identifier}]}), 201).json
        self.assert_converges()
        before = self.identity(name)
        self.assertEqual(len(before[2]), 2)

        self.bridge.cli("user", "move", name, "--to", "okta")

        self.assert_refused(self.entra.get(f"/Users/{identifier}"), 404)
        self.assertEqual(self.entra.users(filter='externalId eq "m-1"'), [])
        members = self.entra.get(f"/Groups/{group['id']}").json.get("members", [])
        self.assertEqual(members, [])
        moved = self.okta.user(identifier)
        self.assertEqual(moved[EXTENSION]["managedBy"], "okta")
        self.assertNotIn("externalId", moved)
        self.assert_converges()
        after = self.identity(name)
        self.assertEqual(after[:2], before[:2])
        self.assertEqual(after[2], [dn for dn in before[2] if "tooling" not in dn.lower()])

        expect(self.move(identifier, "local"), 200)
        self.assert_refused(self.okta.get(f"/Users/{identifier}"), 404)
        self.admin.change(identifier, ("Replace", "title", "Ours"))
        self.assert_converges()
        self.assertEqual(self.identity(name), after)

    def test_a_move_that_cannot_be_is_refused(self):
        identifier = self.local("stays@example.com")
        self.assert_refused(self.move(identifier, "nowhere"), 400, "invalidValue")
        self.assert_refused(self.bridge.admin.post(f"/Users/{identifier}/.move", {}), 400,
                            "invalidValue")
        self.assert_refused(self.entra.post(f"/Users/{identifier}/.move", {"to": "entra"}), 403)
        answer = self.bridge.admin.request("POST", f"/Users/{identifier}/.move", {"to": "okta"},
                                           {"If-Match": 'W/"99"'})
        self.assert_refused(answer, 412)
        self.assertNotIn("managedBy", self.admin.user(identifier)[EXTENSION])


if __name__ == "__main__":
    unittest.main()
