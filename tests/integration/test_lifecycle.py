"""People come, move, rise, leave and return: the provider's view, the store and the directory."""

import secrets
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from replay import Replay, load
from support import BridgeCase
from support.client import DEACTIVATE, EXTENSION, RESTORE, role_is, site_is

SCENARIOS = Path(__file__).resolve().parents[1] / "cases" / "idp-traffic"


class Lifecycle(BridgeCase):
    def replay(self, name):
        """Replay a scenario; after every change the directory must equal the store."""
        base = f"http://127.0.0.1:{self.bridge.port}/scim/v2"
        token = self.scim.headers["Authorization"].removeprefix("Bearer ")
        for result in Replay(self.bridge.port, base, token).run(load(SCENARIOS / name)):
            with self.subTest(step=result.step["name"]):
                self.assertEqual(result.failures, [])
                if result.changes_something:
                    self.assert_converges()

    def test_entra_replayed_twice_leaves_the_directory_equal_to_the_store_at_every_step(self):
        for _ in range(2):
            self.replay("entra-user-lifecycle.json")

    def test_the_traffic_of_other_providers_is_answered_as_it_should_be(self):
        for name in ("entra-user-lifecycle-compliant.json", "entra-group-lifecycle.json",
                     "okta-user-lifecycle.json", "okta-group-push.json", "okta-import.json",
                     "onelogin-user-lifecycle.json", "jumpcloud-activate-and-sync.json",
                     "google-user-lifecycle.json", "ping-user-and-group.json", "discovery.json",
                     "protocol-edges.json"):
            self.replay(name)

    def test_people_who_are_gone_in_the_same_instant_leave_no_open_account(self):
        def come_and_go(number):
            for i in range(60):
                identifier = self.scim.create_user(f"brief{number}-{i}@example.com", "user",
                                                   "Harbour")["id"]
                time.sleep(0.002 * (i % 10))
                self.scim.delete(f"/Users/{identifier}")

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(come_and_go, range(6)))

        self.assert_converges()

    # ----------------------------------------------------------------- binds

    def person_with_password(self, user_name, **association):
        """A user whose entry was given a password by others than the bridge; (id, DN, password)."""
        user = self.scim.create_user(user_name, **association)
        self.assert_converges()
        dn, _ = self.directory.person(user_name)
        password = secrets.token_urlsafe(12)
        self.directory.set_password(dn, password)
        return user["id"], dn, password

    def test_a_deactivated_person_cannot_bind_and_a_restored_one_can(self):
        identifier, dn, password = self.person_with_password(
            "bind@example.com", role="user", site="Harbour")
        self.assertTrue(self.directory.bind_ok(dn, password))

        self.scim.change(identifier, DEACTIVATE)
        self.assert_converges()
        self.assertFalse(self.directory.bind_ok(dn, password))
        self.assertNotIn(dn, self.directory.members("site-harbour"))

        self.scim.change(identifier, RESTORE)
        self.assert_converges()
        self.assertTrue(self.directory.bind_ok(dn, password))
        self.assertIn(dn, self.directory.members("site-harbour"))

    def test_a_deleted_person_cannot_bind_and_is_in_no_group(self):
        identifier, dn, password = self.person_with_password("gone@example.com", role="admin")

        self.assertEqual(self.scim.delete(f"/Users/{identifier}").status, 204)
        self.assert_converges()

        self.assertFalse(self.directory.bind_ok(dn, password))
        self.assertNotIn(dn, self.directory.members("admins"))

    def test_a_person_without_a_role_can_bind_and_is_in_no_group(self):
        _, dn, password = self.person_with_password("plain@example.com")

        self.assertTrue(self.directory.bind_ok(dn, password))
        for group in ("admins", "site-harbour", "site-north-plant"):
            self.assertNotIn(dn, self.directory.members(group))

    # ------------------------------------------------------------------ rules

    def association(self, identifier):
        user = self.scim.user(identifier)
        extension = user.get(EXTENSION, {})
        return user["active"], extension.get("role"), extension.get("site")

    def test_deactivation_takes_role_and_site_and_a_bare_restore_brings_them_back(self):
        identifier = self.scim.create_user("there@example.com", "user", "Harbour")["id"]

        self.scim.change(identifier, DEACTIVATE)
        self.assertEqual(self.association(identifier), (False, None, None))

        self.scim.change(identifier, RESTORE)
        self.assertEqual(self.association(identifier), (True, "user", "Harbour"))
        self.assert_converges()

    def test_what_is_asserted_while_inactive_counts_when_the_person_returns(self):
        identifier = self.scim.create_user("moved@example.com", "user", "Harbour")["id"]
        self.scim.change(identifier, DEACTIVATE)

        self.scim.change(identifier, site_is("North Plant"))
        self.scim.change(identifier, RESTORE)

        self.assertEqual(self.association(identifier), (True, "user", "North Plant"))
        self.assert_converges()

    def test_a_promotion_drops_the_site_and_a_demotion_takes_it_up_again(self):
        identifier = self.scim.create_user("rises@example.com", "user", "Harbour")["id"]

        self.scim.change(identifier, role_is("admin"))
        self.assertEqual(self.association(identifier), (True, "admin", None))
        self.assert_converges()

        self.scim.change(identifier, role_is("user"))
        self.assertEqual(self.association(identifier), (True, "user", "Harbour"))
        self.assert_converges()

    def test_repeating_a_deactivation_makes_no_new_version(self):
        identifier = self.scim.create_user("twice@example.com", "user", "Harbour")["id"]
        self.scim.change(identifier, DEACTIVATE)
        before = self.scim.user(identifier)["meta"]

        self.scim.change(identifier, DEACTIVATE)

        self.assertEqual(self.scim.user(identifier)["meta"], before)

    def test_a_renamed_person_keeps_the_entry_and_the_groups(self):
        identifier, dn, password = self.person_with_password(
            "before@example.com", role="user", site="Harbour")
        identity = self.directory.people()[dn]["entryuuid"]

        self.scim.change(identifier, ("Replace", "userName", "after@example.com"))
        self.assert_converges()

        renamed, entry = self.directory.person("after@example.com")
        self.assertEqual(entry["entryuuid"], identity)
        self.assertEqual(self.directory.person("before@example.com"), (None, {}))
        self.assertTrue(self.directory.bind_ok(renamed, password))

    def test_names_that_mean_something_to_ldap_are_only_names(self):
        for name in ("a,b+c@example.com", "x=y\\z@example.com", "*)(uid=*@example.com",
                     "#né \"q\"@example.com"):
            with self.subTest(name):
                mail = [{"value": "plain@example.com", "primary": True}]
                self.scim.create_user(name, "user", "Harbour", emails=mail)
                self.assert_converges()
                self.assertIsNotNone(self.directory.person(name)[0])

    # ---------------------------------------------------------------- secrets

    def test_a_pushed_password_stands_in_no_answer_no_log_and_no_file_of_the_store(self):
        password = "Xq7-" + secrets.token_urlsafe(18)

        answer = self.scim.post("/Users", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "secret@example.com", "password": password})
        self.assertEqual(answer.status, 201, answer)
        identifier = answer.json["id"]
        self.scim.change(identifier, ("Replace", "password", password))
        self.assert_converges()

        self.assertNotIn(password, answer.text)
        self.assertNotIn(password, self.scim.get(f"/Users/{identifier}").text)
        for path in self.bridge.folder.rglob("*"):
            if path.is_file():
                with self.subTest(path):
                    self.assertNotIn(password.encode(), path.read_bytes())


if __name__ == "__main__":
    unittest.main()
