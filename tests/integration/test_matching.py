"""Entries that somebody else has made: which are taken for a person's, and what becomes of them."""

import secrets
import unittest

from support import BridgeCase, Directory, wait_until
from support.client import DEACTIVATE, RESTORE
from support.difference import LOCKED, is_locked


class Matching(BridgeCase):
    directory_settings = {
        "match": "mail",
        "protected": ["ou=kept,ou=people,dc=example,dc=com", "(employeeType=service)"],
        "on_delete": "remove",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.directory.modify(f"dn: ou=kept,{cls.directory.people_base}\nchangetype: add\n"
                             "objectClass: organizationalUnit\n")

    def name(self):
        return f"{secrets.token_hex(4)}@example.com"

    def foreign(self, mail, rdn="cn=Foreign", **more):
        """An entry of somebody else's: its DN. It has a password and a phone number."""
        dn = f"{rdn} {secrets.token_hex(4)},{more.pop('parent', self.directory.people_base)}"
        attributes = {"objectClass": "inetOrgPerson", "sn": "Foreign", "cn": "Foreign",
                      "mail": mail, "telephoneNumber": "1815", **more}
        lines = "".join(f"{name}: {value}\n" for name, value in attributes.items())
        self.directory.modify(f"dn: {dn}\nchangetype: add\n{lines}")
        self.directory.set_password(dn, "first password")
        return dn

    def entry(self, dn):
        return self.directory.people().get(dn)

    def push(self, user_name):
        return self.scim.create_user(user_name, "user", "Harbour")["id"]

    def refusal(self, identifier):
        """Why a person's work is parked; the person goes then, so that nothing is."""
        wait_until(lambda: self.bridge.status()["outbox"]["waiting"] == 0, 20, self.bridge.status)
        [parked] = self.bridge.status()["parked"]
        self.scim.delete(f"/Users/{identifier}")
        self.bridge.settle()
        return parked["detail"]

    def assert_untouched(self, dn):
        entry = self.entry(dn)
        self.assertEqual(entry["sn"], ["Foreign"])
        self.assertTrue(self.directory.bind_ok(dn, "first password") or is_locked(entry))
        self.assertNotIn(dn, self.directory.members("site-harbour"))

    # -------------------------------------------------------------- one match

    def test_the_one_entry_that_matches_is_taken_and_keeps_its_name(self):
        name = self.name()
        dn = self.foreign(name.upper())
        before = self.entry(dn)

        identifier = self.push(name)
        self.bridge.settle()

        after = self.entry(dn)
        self.assertEqual(after["entryuuid"], before["entryuuid"])
        self.assertEqual(after["sn"], ["Example"])
        self.assertEqual(after["telephonenumber"], ["1815"])  # nobody has said anything about it
        self.assertNotIn("uid", after)
        self.assertEqual(self.directory.person(name), (None, {}))
        self.assertIn(dn, self.directory.members("site-harbour"))
        self.assertTrue(self.directory.bind_ok(dn, "first password"))

        self.scim.change(identifier, ("Replace", "userName", self.name()),
                         ("Replace", "title", "Smith"))
        self.bridge.settle()
        self.assertEqual(self.entry(dn)["title"], ["Smith"])

        self.scim.change(identifier, DEACTIVATE)
        self.bridge.settle()
        self.assertFalse(self.directory.bind_ok(dn, "first password"))
        self.assertNotIn(dn, self.directory.members("site-harbour"))

        self.scim.change(identifier, RESTORE)
        self.bridge.settle()
        self.assertTrue(self.directory.bind_ok(dn, "first password"))

    def test_an_entry_that_was_taken_is_never_removed(self):
        name = self.name()
        dn = self.foreign(name)
        identifier = self.push(name)
        self.bridge.settle()

        self.scim.delete(f"/Users/{identifier}")
        self.bridge.settle()

        self.assertTrue(is_locked(self.entry(dn)))
        self.assertNotIn(dn, self.directory.members("site-harbour"))
        self.push(name)
        self.bridge.settle()
        self.assertTrue(self.directory.bind_ok(dn, "first password"))
        self.assertIn(dn, self.directory.members("site-harbour"))

    def test_who_is_inactive_when_they_come_is_matched_and_locked(self):
        name = self.name()
        dn = self.foreign(name)
        self.scim.create_user(name, "user", "Harbour", active=False)
        self.bridge.settle()
        self.assertTrue(is_locked(self.entry(dn)))

    def test_where_nothing_matches_an_entry_is_made(self):
        name = self.name()
        self.foreign(f"other-{name}")
        self.push(name)
        self.bridge.settle()
        self.assertIsNotNone(self.directory.person(name)[0])

    # ---------------------------------------------------------------- refused

    def test_of_two_that_match_none_is_taken(self):
        name = self.name()
        dns = [self.foreign(name), self.foreign(name)]

        detail = self.refusal(self.push(name))

        self.assertIn("2 entries", detail)
        for dn in dns:
            self.assertIn(dn, detail)
            self.assert_untouched(dn)

    def test_a_protected_entry_is_not_taken(self):
        for more in ({"parent": f"ou=kept,{self.directory.people_base}"},
                     {"employeeType": "service"}):
            with self.subTest(more):
                name = self.name()
                dn = self.foreign(name, **more)
                self.assertIn("is protected by", self.refusal(self.push(name)))
                self.assert_untouched(dn)

    def test_an_entry_that_has_somebody_already_is_not_taken_again(self):
        name = self.name()
        dn = self.foreign(name)
        first = self.push(name)
        self.bridge.settle()
        mail = [{"value": name, "type": "work", "primary": True}]

        second = self.scim.create_user(self.name(), "user", "North Plant", emails=mail)["id"]
        self.assertIn("of another account", self.refusal(second))

        self.assertIn(dn, self.directory.members("site-harbour"))
        self.scim.delete(f"/Users/{first}")
        self.bridge.settle()
        third = self.scim.create_user(self.name(), "user", "North Plant", emails=mail)["id"]
        self.assertIn("or of a deleted one", self.refusal(third))

    def test_two_at_once_do_not_share_an_entry(self):
        name = self.name()
        mail = [{"value": name, "type": "work", "primary": True}]
        self.directory.stop()
        people = [self.scim.create_user(self.name(), "user", "Harbour", emails=mail)["id"]
                  for _ in range(2)]
        self.directory.start()
        dn = self.foreign(name)

        wait_until(lambda: self.bridge.status()["outbox"]["waiting"] == 0, 30, self.bridge.status)

        [parked] = self.bridge.status()["parked"]
        self.assertTrue("of another account" in parked["detail"] or
                        self.directory.person(parked["name"])[0] is None)
        self.assertIsNotNone(self.entry(dn))
        for person in people:
            self.scim.delete(f"/Users/{person}")
        self.bridge.settle()

    def test_an_entry_that_somebody_else_has_locked_stays_locked(self):
        name = self.name()
        dn = self.foreign(name)
        self.directory.modify(f"dn: {dn}\nchangetype: modify\nadd: pwdAccountLockedTime\n"
                              f"pwdAccountLockedTime: {LOCKED}\n")

        self.assertIn("locked by somebody else", self.refusal(self.push(name)))

        self.assertFalse(self.directory.bind_ok(dn, "first password"))

    def test_an_entry_in_the_way_that_does_not_match_is_left_alone(self):
        name = self.name()
        dn = f"uid={name},{self.directory.people_base}"
        self.directory.modify(f"dn: {dn}\nchangetype: add\nobjectClass: inetOrgPerson\n"
                              "sn: Foreign\ncn: Foreign\n")

        self.assertIn("was not made by the bridge", self.refusal(self.push(name)))

        self.assertEqual(self.entry(dn)["sn"], ["Foreign"])

    # --------------------------------------------------------------- deletion

    def test_the_entry_of_who_is_deleted_goes_with_every_membership(self):
        name = self.name()
        identifier = self.push(name)
        group = self.scim.post("/Groups", {"displayName": f"Crew {name}",
                                           "members": [{"value": identifier}]}).json["id"]
        self.bridge.settle()
        dn, _ = self.directory.person(name)

        self.scim.delete(f"/Users/{identifier}")
        self.bridge.settle()

        self.assertIsNone(self.entry(dn))
        for base in (self.directory.roles_base, self.directory.groups_base):
            self.assertEqual(self.directory.search(base, f"(member={dn})"), {})
        self.scim.delete(f"/Groups/{group}")

        self.push(name)
        self.bridge.settle()
        self.assertIsNotNone(self.directory.person(name)[0])

    def test_who_comes_back_before_the_entry_has_gone_keeps_it(self):
        name = self.name()
        identifier = self.push(name)
        self.bridge.settle()
        _, before = self.directory.person(name)

        self.directory.stop()
        self.scim.delete(f"/Users/{identifier}")
        self.push(name)
        self.directory.start()
        self.bridge.settle(30)

        dn, after = self.directory.person(name)
        self.assertEqual(after["entryuuid"], before["entryuuid"])
        self.assertFalse(is_locked(after))
        self.assertIn(dn, self.directory.members("site-harbour"))

    def test_who_is_deactivated_only_keeps_the_entry(self):
        name = self.name()
        identifier = self.push(name)
        self.bridge.settle()
        self.scim.change(identifier, DEACTIVATE)
        self.bridge.settle()
        self.assertTrue(is_locked(self.directory.person(name)[1]))


class ByName(BridgeCase):
    directory_settings = {"match": "uid"}

    def test_the_entry_of_the_same_uid_is_taken_wherever_it_is(self):
        below = f"ou=below,{self.directory.people_base}"
        dn = f"uid=by*name,{below}"
        self.directory.modify(f"dn: {below}\nchangetype: add\nobjectClass: organizationalUnit\n\n"
                              f"dn: {dn}\nchangetype: add\nobjectClass: inetOrgPerson\n"
                              "sn: Foreign\ncn: Foreign\n")
        other = f"uid=bypass name,{self.directory.people_base}"
        self.directory.modify(f"dn: {other}\nchangetype: add\nobjectClass: inetOrgPerson\n"
                              "sn: Foreign\ncn: Foreign\n")

        self.scim.create_user("BY*name", "user", "Harbour")
        self.bridge.settle()

        self.assertEqual(self.directory.people()[dn]["sn"], ["Example"])
        self.assertEqual(self.directory.people()[other]["sn"], ["Foreign"])
        self.assertIn(dn, self.directory.members("site-harbour"))


class Disable(BridgeCase):
    """What happens unless something else is said."""

    def test_whose_account_is_made_again_has_the_entry_again(self):
        identifier = self.scim.create_user("again@example.com", "user", "Harbour")["id"]
        self.bridge.settle()
        dn, before = self.directory.person("again@example.com")

        self.scim.delete(f"/Users/{identifier}")
        self.bridge.settle()
        self.assertTrue(is_locked(self.directory.people()[dn]))
        self.assertNotIn(dn, self.directory.members("site-harbour"))

        self.scim.create_user("again@example.com", "user", "North Plant")
        self.assert_converges()
        self.assertEqual(self.directory.people()[dn]["entryuuid"], before["entryuuid"])

    def test_another_connection_does_not_get_the_entry(self):
        identifier = self.scim.create_user("theirs@example.com", "user", "Harbour")["id"]
        self.bridge.settle()
        self.scim.delete(f"/Users/{identifier}")
        self.bridge.settle()

        other = self.bridge.connect("matching-other", "user")
        other.create_user("theirs@example.com", "user", "Harbour")
        wait_until(lambda: self.bridge.status()["parked"], 20, self.bridge.status)

        [parked] = self.bridge.status()["parked"]
        self.assertIn("exists already", parked["detail"])
        self.assertTrue(is_locked(self.directory.person("theirs@example.com")[1]))
        other.delete(f"/Users/{other.find_user('theirs@example.com')['id']}")
        self.bridge.settle()


class OwnAccount(BridgeCase):
    directory_settings = {"match": "mail"}

    @classmethod
    def setUpClass(cls):
        own = Directory.people_base
        Directory.people_base = Directory.base
        cls.addClassCleanup(setattr, Directory, "people_base", own)
        super().setUpClass()

    def test_the_bridges_own_account_is_nobodys(self):
        dn = self.directory.bind_dn
        self.directory.modify(f"dn: {dn}\nchangetype: modify\nadd: objectClass\n"
                              "objectClass: extensibleObject\n-\nadd: mail\nmail: svc@example.com\n")

        self.scim.create_user("svc@example.com", "user", "Harbour", active=False)
        wait_until(lambda: self.bridge.status()["parked"], 20, self.bridge.status)

        [parked] = self.bridge.status()["parked"]
        self.assertIn(f"is protected by {dn}", parked["detail"])
        self.assertTrue(self.directory.answers())


class Blind(BridgeCase):
    """A service account that may not search shows nobody; that proves nothing."""

    directory_settings = {"match": "mail"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.directory.stop()
        text = cls.directory.configuration.read_text()
        rule = (f'access to dn.subtree="{cls.directory.people_base}" attrs=entryUUID,mail\n'
                f'    by dn.exact="{cls.directory.bind_dn}" =wrcd\n\n')
        at = text.index("access to")
        cls.directory.configuration.write_text(text[:at] + rule + text[at:])
        cls.directory.start()

    def test_nobody_found_is_not_taken_for_nobody_there(self):
        self.scim.create_user("unseen@example.com", "user", "Harbour")

        wait_until(lambda: any("proves nothing" in parked["detail"]
                               for parked in self.bridge.status()["parked"]), 30,
                   self.bridge.status)

        self.assertEqual(self.directory.person("unseen@example.com"), (None, {}))


if __name__ == "__main__":
    unittest.main()
