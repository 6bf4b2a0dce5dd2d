"""A connection over its life: its tokens, and what may be changed of it."""

import unittest

from support import BridgeCase
from support.client import EXTENSION, Client, user


class Tokens(BridgeCase):
    has_directory = False

    def token_of(self, name, *options):
        return self.bridge.cli("connection", "create", name, *options).strip()

    def tokens(self, name):
        return self.bridge.admin_api.get(f"/connections/{name}").json["tokens"]

    def test_last_use_is_told_at_once_and_outlives_the_daemon(self):
        scim = Client(self.bridge.port, self.token_of("used"))
        self.assertIsNone(self.tokens("used")[0]["lastUsed"])

        self.assertEqual(scim.get("/Users").status, 200)

        used = self.tokens("used")[0]["lastUsed"]
        self.assertRegex(used, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.bridge.stop()
        self.bridge.start()
        self.assertEqual(self.tokens("used")[0]["lastUsed"], used)
        self.assertIn(used, self.bridge.cli("connection", "list"))

    def test_a_refused_token_is_not_used(self):
        token = self.token_of("refused")
        wrong = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
        self.assert_refused(Client(self.bridge.port, wrong).get("/Users"), 401)
        self.assertIsNone(self.tokens("refused")[0]["lastUsed"])

    def test_a_token_that_ends_soon_is_an_alarm_until_it_is_rotated(self):
        self.token_of("calm", "--expires", "15d")
        self.token_of("brief", "--expires", "14d")
        [alarm] = self.bridge.status()["alarms"]
        self.assertEqual((alarm["name"], alarm["subject"]), ("expiring", "brief"))
        out = self.bridge.cli("status", code=5)
        self.assertIn("alarm: the last token of the connection brief ends at", out)
        self.assertIn("rolebridge connection rotate brief", out)

        self.bridge.cli("connection", "rotate", "brief")

        self.assertEqual(self.bridge.status()["alarms"], [])
        self.bridge.cli("status")

    def test_rotation_ends_the_token_before_it_when_told_to(self):
        old = Client(self.bridge.port, self.token_of("leaked"))
        self.assertEqual(old.get("/Users").status, 200)

        new = self.bridge.cli("connection", "rotate", "leaked", "--grace", "0s").strip()

        self.assert_refused(old.get("/Users"), 401)
        self.assertEqual(Client(self.bridge.port, new).get("/Users").status, 200)
        self.assertEqual(len(self.tokens("leaked")), 1)

    def test_times_that_no_token_may_have_are_refused(self):
        api = self.bridge.admin_api
        for body in ({"lifetime": 0}, {"lifetime": -1}, {"lifetime": 366 * 86400},
                     {"lifetime": "90d"}, {"grace": -1}, {"grace": 1.5}):
            with self.subTest(body):
                answer = api.post("/connections/demo/.rotate", body)
                self.assert_refused(answer, 400, "invalidValue")
        self.assertEqual(len(self.tokens("demo")), 1)

    def test_a_programs_token_has_an_end_of_its_own(self):
        self.bridge.cli("token", "create", "nightly", "--expires", "100d")
        found = self.bridge.admin_api.get("/tokens").json["tokens"]
        self.assertEqual([token["name"] for token in found], ["nightly"])
        self.assertAlmostEqual(found[0]["expiresIn"], 100 * 86400, delta=300)
        self.assertRegex(self.bridge.cli("token", "list"), "in (99|100) days")


class Rights(BridgeCase):
    has_directory = False

    def test_a_right_that_is_taken_away_is_refused_from_then_on(self):
        scim = self.bridge.connect("waning", "user", "admin")
        kept = scim.create_user("kept@example.com", "admin")

        self.bridge.cli("connection", "edit", "waning", "--grant", "user")

        self.assert_refused(scim.post("/Users", user("late@example.com", "admin")), 403,
                            words="connection edit waning --grant admin")
        self.assertEqual(scim.user(kept["id"])[EXTENSION]["role"], "admin")
        scim.change(kept["id"], ("Replace", "displayName", "Still Here"))

    def test_domains_are_shown_folded_and_belong_to_one_connection(self):
        self.bridge.connect("first", "user")
        self.bridge.connect("second", "user")
        out = self.bridge.cli("connection", "edit", "first", "--domains", "Bücher.example, B.org")
        self.assertIn("domains: xn--bcher-kva.example b.org\n", out)

        answer = self.bridge.admin_api.request("PATCH", "/connections/second",
                                               {"domains": ["b.ORG"]})

        self.assert_refused(answer, 409, "uniqueness", words="connection first")
        for domains in ("b.org", [1], ["a@b.org"]):
            answer = self.bridge.admin_api.request("PATCH", "/connections/second",
                                                   {"domains": domains})
            self.assert_refused(answer, 400, "invalidValue")
        answer = self.bridge.admin_api.request("PATCH", "/connections/nobody", {"grants": []})
        self.assert_refused(answer, 404)


if __name__ == "__main__":
    unittest.main()
