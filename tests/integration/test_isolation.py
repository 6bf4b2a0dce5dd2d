"""A connection sees and reaches what is its own, as long as its token lives."""

import unittest

from support import BridgeCase
from support.client import DEACTIVATE, SITE, Client, user


class Isolation(BridgeCase):
    has_directory = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.bridge.connect("other", "user")
        cls.person = cls.scim.create_user("mine@example.com", "user", "Harbour", externalId="x-1")
        cls.path = f"/Users/{cls.person['id']}"

    def test_another_connections_person_is_not_there(self):
        self.assert_refused(self.other.get(self.path), 404)
        self.assert_refused(self.other.patch(self.person["id"], DEACTIVATE), 404)
        self.assert_refused(self.other.put(self.path, user("mine@example.com")), 404)
        self.assert_refused(self.other.delete(self.path), 404)
        self.assertEqual(self.scim.user(self.person["id"]), self.person)

    def test_lists_and_filters_hold_nothing_of_others(self):
        for text in ('userName eq "mine@example.com"', 'externalId eq "x-1"', "active eq true",
                     f'id eq "{self.person["id"]}"', 'emails[type eq "work"].value co "mine"'):
            with self.subTest(text):
                names = [found["userName"] for found in self.other.users(filter=text)]
                self.assertNotIn("mine@example.com", names)
        self.assertNotIn("mine@example.com", [found["userName"] for found in self.other.users()])

    def test_a_name_that_another_connection_has_is_taken_all_the_same(self):
        answer = self.other.post("/Users", user("mine@example.com"))
        self.assert_refused(answer, 409, "uniqueness")

    def test_external_ids_are_each_connections_own(self):
        created = self.other.create_user("theirs@example.com", externalId="x-1")
        self.assertEqual(created["externalId"], "x-1")
        found = self.scim.users(filter='externalId eq "x-1"')
        self.assertEqual([person["userName"] for person in found], ["mine@example.com"])

    def test_a_role_that_the_connection_may_not_grant_is_refused(self):
        answer = self.other.post("/Users", user("climber@example.com", "admin"))
        self.assertIn(answer.status, (400, 403), answer)
        self.assertIsNone(self.other.find_user("climber@example.com"))

    def test_a_connections_token_opens_no_admin_interface_and_writes_no_site(self):
        api = Client(self.bridge.port, prefix="/admin/v1")
        api.headers = self.scim.headers
        for method, path in (("GET", "/status"), ("GET", "/connections"), ("POST", "/tokens"),
                             ("DELETE", "/connections/demo"), ("GET", "/tokens")):
            with self.subTest(f"{method} {path}"):
                answer = api.request(method, path, {"name": "x"} if method == "POST" else None)
                self.assertIn(answer.status, (403, 404), answer)
        site = {"schemas": [SITE], "displayName": "Annex"}
        self.assertIn(self.scim.post("/Sites", site).status, (403, 404, 405))
        names = [found["displayName"] for found in self.scim.resources("/Sites")]
        self.assertEqual(sorted(names), ["Harbour", "North Plant"])

    def test_a_rotated_token_lives_beside_the_new_one_until_the_next_rotation(self):
        oldest = self.bridge.connect("rotating", "user")
        older = Client(self.bridge.port, self.rotate("rotating"))
        self.assertEqual([oldest.get("/Users").status, older.get("/Users").status], [200, 200])

        newest = Client(self.bridge.port, self.rotate("rotating"))

        self.assert_refused(oldest.get("/Users"), 401)
        self.assertEqual([older.get("/Users").status, newest.get("/Users").status], [200, 200])

    def rotate(self, name):
        return self.bridge.admin_api.post(f"/connections/{name}/.rotate").json["token"]

    def test_a_deleted_connections_token_stops_at_once(self):
        short = self.bridge.connect("short", "user")
        self.assertEqual(short.get("/Users").status, 200)

        answer = self.bridge.admin_api.delete("/connections/short")

        self.assertEqual(answer.status, 204, answer)
        self.assert_refused(short.get("/Users"), 401)

    def test_a_revoked_administrators_token_stops_at_once(self):
        token = self.bridge.admin_api.post("/tokens", {"name": "job"}).json["token"]
        job = Client(self.bridge.port, token, "/admin/v1")
        self.assertEqual(job.get("/status").status, 200)

        self.assertEqual(self.bridge.admin_api.delete("/tokens/job").status, 204)

        self.assert_refused(job.get("/status"), 401)


if __name__ == "__main__":
    unittest.main()
