"""Names that mean something to LDAP, to JSON or to a terminal are only names."""

import json
import unittest

from support import BridgeCase, wait_until
from support.client import DEACTIVATE, EXTENSION, expect, patch

SPECIAL = '*()\\,+"<>;#='

SENTENCES = (
    "*)(uid=*", "admin)(|(cn=*", "x)(&(objectClass=*)", "\\2a", "\\00", "#0401", "a;binary",
    "cn=admins,ou=roles,dc=example,dc=com", "a, b", "uid=a+cn=b", '"quoted"', "dn: cn=x", "%s%n",
    "${jndi:ldap://x}", "'; drop table users; --", "..", "-", "{userName}", "<script>",
)

# One letter three times: Latin, Cyrillic, Greek.
LOOK_ALIKES = ("ao", "\u0430o", "\u03b1o", "a\u043e", "a\u03bf")

COMBINING = ("q\u0301", "a\u0323\u0302z", "o\u0308\u0304", "n\u0334\u0335\u0336\u0337")

BEYOND_THE_BMP = ("\U0001F600", "\U0001F469\u200d\U0001F469\u200d\U0001F467", "\U00010400",
                  "\U00020000", "\U0010FFFD", "\u202eevil", "\u05e2\u05d1\u05e8\u05d9\u05ea")

NAMES = (
    *SPECIAL,
    *(first + second for first in SPECIAL for second in SPECIAL),
    *(f"x{character}y" for character in SPECIAL),
    *(f" {character}s " for character in SPECIAL),
    *SENTENCES, *LOOK_ALIKES, *COMBINING, *BEYOND_THE_BMP,
)


def escaped(value):
    """As it may stand in a search filter (RFC 4515): every octet in hexadecimal."""
    return "".join(f"\\{octet:02x}" for octet in value.encode())


def mail_of(name):
    return f"{name}@example.com" if name.isascii() else "plain@example.com"


class Names(BridgeCase):
    def converge(self):
        self.assert_converges(60)

    def found(self, path, attribute, name):
        """By SCIM filter: ids of who has exactly this name."""
        condition = f"{attribute} eq {json.dumps(name)}"
        return [one["id"] for one in self.admin.resources(path, filter=condition)]

    def entries(self, base, attribute, value):
        """By LDAP filter: attributes of the entries that have this value."""
        return list(self.directory.search(base, f"({attribute}={escaped(value)})", "*").values())

    def assert_found_by_scim(self, people, groups):
        for path, attribute, resources in (("/Users", "userName", people),
                                           ("/Groups", "displayName", groups)):
            for name, identifier in resources.items():
                with self.subTest(path=path, name=name):
                    self.assertEqual(self.found(path, attribute, name), [identifier])

    def assert_found_by_ldap(self, people, groups):
        for name in people:
            with self.subTest(person=name):
                [entry] = self.entries(self.directory.people_base, "uid", name)
                self.assertEqual((entry["uid"], entry["displayname"], entry["mail"]),
                                 ([name], [name], [mail_of(name)]))
        for name in groups:
            with self.subTest(group=name):
                [entry] = self.entries(self.directory.groups_base, "cn", name)
                self.assertEqual(entry["cn"], [name])

    def assert_sites(self, sites):
        found = self.directory.search(self.directory.roles_base, "(cn=site-odd*)").values()
        described = {entry["cn"][0]: entry["description"] for entry in found}
        expected = {f"site-odd{number}": [name.strip()] for number, name in enumerate(sites)}
        self.assertEqual(described, expected)

    def create_site(self, number, name):
        body = {"displayName": name, "key": f"odd{number}"}
        return expect(self.admin.post("/Sites", body), 201).json["id"]

    def create_person(self, name):
        return self.scim.create_user(
            name, "user", name, displayName=name,
            emails=[{"value": mail_of(name), "type": "work", "primary": True}])["id"]

    def create_group(self, name, member):
        body = {"displayName": name, "members": [{"value": member}]}
        return expect(self.scim.post("/Groups", body), 201).json["id"]

    def rename_site(self, identifier, name):
        change = patch(("replace", "displayName", name))
        self.assertLess(self.admin.request("PATCH", f"/Sites/{identifier}", change).status, 300)

    def rename(self, people, groups):
        for name, identifier in people.items():
            self.scim.change(identifier, *(("replace", attribute, name)
                                           for attribute in ("userName", "displayName")),
                             ("replace", 'emails[type eq "work"].value', mail_of(name)))
        for name, identifier in groups.items():
            change = patch(("replace", "displayName", name))
            self.assertLess(self.scim.request("PATCH", f"/Groups/{identifier}", change).status, 300)

    def test_hostile_names_are_created_found_renamed_and_taken_away(self):
        self.assertGreaterEqual(len(NAMES), 200)
        sites = {name: self.create_site(number, name) for number, name in enumerate(NAMES)}
        people = {name: self.create_person(name) for name in NAMES}
        groups = {name: self.create_group(name, people[name]) for name in NAMES}
        self.converge()
        self.assert_found_by_scim(people, groups)
        self.assert_found_by_ldap(people, groups)
        self.assert_sites(sites)

        people, groups, sites = ({f"{name}~": identifier for name, identifier in resources.items()}
                                 for resources in (people, groups, sites))
        self.rename(people, groups)
        for name, identifier in sites.items():
            self.rename_site(identifier, name)
        self.converge()
        self.assert_found_by_scim(people, groups)
        self.assert_sites(sites)
        for name, identifier in people.items():
            self.assertEqual(self.admin.user(identifier)[EXTENSION]["site"], name.strip())

        for number, (name, identifier) in enumerate(people.items()):
            if number % 2:
                self.scim.change(identifier, DEACTIVATE)
            else:
                self.assertEqual(self.scim.delete(f"/Users/{identifier}").status, 204)
        for identifier in groups.values():
            self.assertEqual(self.scim.delete(f"/Groups/{identifier}").status, 204)
        self.converge()

    def test_names_that_a_directory_takes_for_one_are_taken_already(self):
        self.scim.create_user("Twin K")
        for name in ("twin k", " TWIN  K ", "\uff34win K", "Twin \u212a"):
            with self.subTest(name):
                answer = self.scim.post("/Users", {"userName": name})
                self.assert_refused(answer, 409, "uniqueness")
        group = expect(self.scim.post("/Groups", {"displayName": "Twin Crew"}), 201).json["id"]
        for name in ("twin crew", "Twin  Crew ", "\uff34win Crew"):
            with self.subTest(name):
                answer = self.scim.post("/Groups", {"displayName": name})
                self.assert_refused(answer, 409, "uniqueness")
        self.scim.delete(f"/Groups/{group}")
        self.converge()

    # ---------------------------------------------------------------- refused

    def test_a_name_with_a_control_character_is_refused_with_words(self):
        for control in ("\x01", "\t", "\r\n", "\x1b[2J", "\x7f", "\x85", "\x9b"):
            name = f"a{control}b"
            with self.subTest(repr(name)):
                for client, path, body in (
                        (self.scim, "/Users", {"userName": name}),
                        (self.scim, "/Groups", {"displayName": name}),
                        (self.admin, "/Sites", {"displayName": name, "key": "control"})):
                    self.assert_refused(client.post(path, body), 400, "invalidValue", "control")

    def test_a_nul_byte_in_a_name_is_no_json_that_is_taken(self):
        for path, body in (("/Users", {"userName": "a\0b"}), ("/Groups", {"displayName": "a\0b"})):
            self.assert_refused(self.scim.post(path, body), 400, "invalidSyntax")

    def test_a_name_is_at_most_1024_bytes_long(self):
        for path, attribute in (("/Users", "userName"), ("/Groups", "displayName")):
            answer = self.scim.post(path, {attribute: "\u00e9" * 513})
            self.assert_refused(answer, 400, "invalidValue", "1024 bytes")

    def test_a_name_that_is_longer_than_the_directory_keeps_is_parked_and_can_be_mended(self):
        """slapd keeps RDNs of up to 245 bytes: uid= and 241 more."""
        longest = self.scim.create_user("l" * 241, "user", "Harbour")["id"]
        self.converge()
        self.assertIsNotNone(self.directory.person("l" * 241)[0])

        for name in ("m" * 242, "m" * 1024):
            self.scim.change(longest, ("replace", "userName", name))
            wait_until(lambda: self.bridge.status()["parked"], 20, self.bridge.status)
            [parked] = self.bridge.status()["parked"]
            self.assertIn("longer than the server can keep", parked["detail"])
        self.assertEqual(self.scim.user(longest)["userName"], "m" * 1024)

        self.scim.change(longest, ("replace", "userName", "short"))
        self.converge()
        self.assertIsNotNone(self.directory.person("short")[0])


if __name__ == "__main__":
    unittest.main()
