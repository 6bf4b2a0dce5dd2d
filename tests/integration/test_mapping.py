"""The configuration says what of a person becomes which attribute, and what names the entry."""

import unittest

from support import BridgeCase
from support.client import RESTORE, DEACTIVATE

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class Mapping(BridgeCase):
    directory_settings = {
        "person_rdn": "cn={name.givenName} {name.familyName} ({userName})",
        "attributes": {
            "mail": "emails.value",
            "description": f"{{title}} of {{{ENTERPRISE}:department}}",
            "employeeType": "userType",
            "departmentNumber": "",
        },
    }

    def entry(self, user_name):
        return self.directory.person(user_name)

    def test_attributes_come_from_where_the_configuration_says(self):
        mails = [{"value": "m1@example.com", "type": "work", "primary": True},
                 {"value": "m2@example.com", "type": "home"},
                 {"value": "M1@example.com", "type": "other"}]
        identifier = self.scim.create_user(
            "mapped@example.com", "user", "Harbour", emails=mails, title="Smith",
            **{ENTERPRISE: {"department": "Iron"}})["id"]
        self.bridge.settle()

        dn, entry = self.entry("mapped@example.com")
        self.assertEqual(dn, f"cn=Mapped Example (mapped@example.com),{self.directory.people_base}")
        self.assertEqual(set(entry["mail"]), {"m1@example.com", "m2@example.com"})
        self.assertEqual(entry["description"], ["Smith of Iron"])
        self.assertEqual(entry["title"], ["Smith"])
        self.assertNotIn("departmentnumber", entry)
        self.assertNotIn("employeetype", entry)

        self.scim.change(identifier, ("Replace", 'emails[type eq "home"].value', "m3@example.com"),
                         ("Add", "userType", "Staff"), ("Remove", "title", None),
                         ("Replace", "name.familyName", "Renamed"))
        self.bridge.settle()

        dn, entry = self.entry("mapped@example.com")
        self.assertEqual(dn, f"cn=Mapped Renamed (mapped@example.com),{self.directory.people_base}")
        self.assertEqual(entry["cn"], ["Mapped Renamed (mapped@example.com)"])
        self.assertEqual(set(entry["mail"]), {"m1@example.com", "m3@example.com"})
        self.assertEqual(entry["description"], ["of Iron"])
        self.assertEqual(entry["employeetype"], ["Staff"])
        self.assertNotIn("title", entry)
        self.assertIn(dn, self.directory.members("site-harbour"))

    def test_what_is_no_longer_mapped_is_left_alone(self):
        identifier = self.scim.create_user("alone@example.com", "user", "Harbour")["id"]
        self.bridge.settle()
        dn, _ = self.entry("alone@example.com")
        self.directory.modify(f"dn: {dn}\nchangetype: modify\nadd: departmentNumber\n"
                              "departmentNumber: 7\n")

        self.scim.change(identifier, DEACTIVATE)
        self.scim.change(identifier, RESTORE)
        self.bridge.settle()

        self.assertEqual(self.entry("alone@example.com")[1]["departmentnumber"], ["7"])

    def test_the_map_is_shown_as_it_is_written(self):
        shown = self.bridge.cli("config", "show")
        self.assertIn('{mail: "emails.value", description: ', shown)

    def test_a_mistake_in_the_map_is_named_with_its_line(self):
        good = self.bridge.config.read_text()
        self.addCleanup(self.bridge.config.write_text, good)
        mapped = good.replace('"userType"', '"shoeSize"')
        self.bridge.config.write_text(mapped)

        result = self.bridge.run("config", "check")

        line = mapped[:mapped.index("shoeSize")].count("\n") + 1
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{self.bridge.config}:{line}:", result.stderr)
        self.assertIn("employeeType: shoeSize: User has no attribute shoeSize", result.stderr)


if __name__ == "__main__":
    unittest.main()
