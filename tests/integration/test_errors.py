"""Every refusal is a SCIM error with the right status, and leaves nothing half applied."""

import json
import unittest

from support import Bridge, BridgeCase
from support.client import PATCH, SCIM_JSON, USER, exchange, patch, role_is, site_is, user


class Errors(BridgeCase):
    has_directory = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.scim.create_user("kept@example.com", "user", "Harbour")
        cls.path = f"/Users/{cls.person['id']}"

    def send(self, method, path, text, content_type=SCIM_JSON):
        return self.scim.request(method, path, headers={"Content-Type": content_type},
                                 raw=text.encode())

    def assert_unchanged(self):
        self.assertEqual(self.scim.user(self.person["id"]), self.person)

    # ---------------------------------------------------------------- bodies

    def test_a_body_that_is_no_json_object_is_invalid_syntax(self):
        for text in ("", "{", "[]", "null", '"user"', "{'a': 1}", '{"userName": "x"} x',
                     '{"userName": "\\ud800"}', "\xff", "[" * 5000):
            with self.subTest(text[:20]):
                self.assert_refused(self.send("POST", "/Users", text), 400, "invalidSyntax")

    def test_a_body_is_as_deep_as_wide_and_as_long_as_the_limits_say(self):
        def body(value):
            return f'{{"schemas": ["{USER}"], "unknown": {value}}}'

        for value, words in (("[" * 32 + "]" * 32, "32 levels"),
                             ("[" + "0," * 99996 + "0]", "100000 values"),
                             ('"' + "a" * 65537 + '"', "65536 bytes")):
            with self.subTest(words):
                answer = self.send("POST", "/Users", body(value))
                self.assert_refused(answer, 400, "invalidSyntax", words)
        for value in ("[" * 31 + "]" * 31, "[" + "0," * 99995 + "0]", '"' + "a" * 65536 + '"',
                      '"' + '\\"' * 32768 + '"'):
            with self.subTest(value[:10]):
                answer = self.send("POST", "/Users", body(value))
                self.assert_refused(answer, 400, "invalidValue", "userName")

    def test_a_user_needs_a_user_name(self):
        for body in ({"schemas": [USER]}, {"schemas": [USER], "userName": ""},
                     {"schemas": [USER], "userName": 7}):
            with self.subTest(body):
                self.assert_refused(self.scim.post("/Users", body), 400, "invalidValue",
                                    "userName")

    def test_an_unknown_site_or_role_is_an_invalid_value_that_is_named(self):
        for change, words in ((site_is("Atlantis"), "Atlantis"), (role_is("owner"), "owner")):
            with self.subTest(words):
                self.assert_refused(self.scim.patch(self.person["id"], change), 400,
                                    "invalidValue", words)
        for body in (user("new@example.com", "user", "Atlantis"),
                     user("new@example.com", "owner", "Harbour")):
            self.assert_refused(self.scim.post("/Users", body), 400, "invalidValue")
        self.assertIsNone(self.scim.find_user("new@example.com"))
        self.assert_unchanged()

    def test_a_name_that_is_taken_is_a_conflict_in_any_letter_case(self):
        for name in ("kept@example.com", "KEPT@Example.COM"):
            self.assert_refused(self.scim.post("/Users", user(name)), 409, "uniqueness", name)

    def test_a_patch_is_applied_whole_or_not_at_all(self):
        good = ("Replace", "displayName", "Changed")
        for bad, scim_type in ((site_is("Atlantis"), "invalidValue"),
                               (("Replace", "active", "perhaps"), "invalidValue"),
                               (("Replace", "id", "1"), "mutability"),
                               (("Replace", "emails[type eq", "x"), "invalidPath"),
                               (("Destroy", "title", "x"), "invalidSyntax")):
            with self.subTest(bad):
                answer = self.scim.patch(self.person["id"], good, bad)
                self.assert_refused(answer, 400, scim_type)
                self.assert_unchanged()

    def test_many_patches_make_no_person_without_end(self):
        wide = [{"value": f"{i}@example.com"} for i in range(1000)]
        large = [(attribute, "x" * 60000) for attribute in (
            "title", "displayName", "nickName", "userType", "locale", "timezone", "profileUrl",
            "preferredLanguage", "name.formatted", "name.middleName", "name.honorificPrefix",
            "name.honorificSuffix", "name.givenName", "name.familyName")]
        person = self.scim.create_user("large@example.com", "user", "Harbour")["id"]

        self.scim.change(person, ("Replace", "emails", wide))
        one_more = [{"value": "more@example.com"}]
        self.assert_refused(self.scim.patch(person, ("Add", "emails", one_more)), 400, "tooMany",
                            "emails")
        self.assert_refused(
            self.scim.patch(person, ("Replace", "emails.display", "y" * 60000)), 413)
        self.scim.change(person, *(("Replace", *pair) for pair in large))
        certificates = [{"value": f"{i}" * 60000} for i in range(4)]
        self.scim.change(person, ("Add", "x509Certificates", certificates[:2]))
        self.assert_refused(self.scim.patch(person, ("Add", "x509Certificates", certificates)), 413)
        self.scim.change(person, ("Replace", "active", "False"))

    def test_a_request_whose_answer_cannot_be_shaped_changes_nothing(self):
        query = "?attributes=userName&excludedAttributes=title"
        self.assert_refused(self.scim.post("/Users" + query, user("new@example.com")), 400,
                            "invalidValue")
        self.assert_refused(self.send("PATCH", self.path + query, json.dumps(
            patch(("Replace", "displayName", "Changed")))), 400, "invalidValue")
        self.assertIsNone(self.scim.find_user("new@example.com"))
        self.assert_unchanged()

    def test_a_patch_without_operations_is_refused(self):
        for body in ({"schemas": [PATCH]}, {"schemas": [PATCH], "Operations": []},
                     {"schemas": [PATCH], "Operations": {}}, patch()):
            with self.subTest(body):
                answer = self.scim.request("PATCH", self.path, body)
                self.assertEqual(answer.status, 400, answer)

    def test_a_filter_that_cannot_be_read_is_an_invalid_filter(self):
        for text in ("userName", "userName eq", "userName like \"a\"", "(userName pr",
                     "userName eq \"a", "(" * 500 + "userName pr" + ")" * 500):
            with self.subTest(text[:30]):
                self.assert_refused(self.scim.get("/Users", filter=text), 400, "invalidFilter")

    def test_a_target_that_is_too_long_is_414_with_advice_that_can_be_followed(self):
        answer = self.scim.get("/Users", filter=f'userName eq "{"x" * 8192}"')
        self.assert_refused(answer, 414, words="shorter filter")
        self.assertNotIn(".search", answer.text)

    # ------------------------------------------------------------- who and how

    def test_a_missing_or_wrong_token_is_401_in_the_same_words(self):
        answers = [exchange(self.bridge.port, "GET", "/scim/v2/Users", headers) for headers in (
            {}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer rb_aaaa_bbbb"},
            {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"},
            {"Authorization": self.scim.headers["Authorization"] + "x"})]
        for answer in answers:
            self.assert_refused(answer, 401)
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Bearer"))
        self.assertEqual(len({answer.json["detail"] for answer in answers}), 1)

    def test_another_content_type_is_415(self):
        for content_type in ("text/xml", "application/x-www-form-urlencoded", "text/plain"):
            with self.subTest(content_type):
                answer = self.send("POST", "/Users", json.dumps(user("x@example.com")),
                                   content_type)
                self.assert_refused(answer, 415)

    def test_a_body_that_is_too_large_is_413_before_it_is_sent(self):
        headers = {**self.scim.headers, "Content-Type": SCIM_JSON,
                   "Content-Length": str(1 << 30)}
        answer = exchange(self.bridge.port, "POST", "/scim/v2/Users", headers)
        self.assert_refused(answer, 413)

    def test_an_unknown_path_or_resource_is_404(self):
        for path in ("/Nothing", "/Users/nobody", "/Users/00000000-0000-7000-8000-000000000000",
                     f"{self.path}/more"):
            with self.subTest(path):
                self.assert_refused(self.scim.get(path), 404)

    def test_another_spelling_of_a_path_reaches_nothing(self):
        for path in ("/Users/..", "/Users/%2e%2e/Sites", "/%55sers", "/Users%2f", "/Users;x=1"):
            with self.subTest(path):
                self.assert_refused(self.scim.get(path), 400, "invalidSyntax")

    def test_a_method_that_a_path_does_not_have_is_405_and_says_which_it_has(self):
        for method, path in (("DELETE", "/Users"), ("POST", self.path), ("PUT", "/Users")):
            with self.subTest(f"{method} {path}"):
                answer = self.scim.request(method, path)
                self.assert_refused(answer, 405)
                self.assertIn("GET", answer.headers["Allow"])

    def test_health_and_readiness_need_no_token(self):
        for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
            answer = exchange(self.bridge.port, "GET", path)
            self.assertEqual((answer.status, answer.json["status"]), (200, status))


class Configuration(unittest.TestCase):
    """Both the check and the daemon say file, line and what was wrong."""

    GOOD = ("store:\n  path: store\n"
            "keys:\n  path: keys\n"
            "http:\n  port: {port}\n"
            "control:\n  socket: control.sock\n")

    MISTAKES = {
        "an unknown section": ("{good}stoer:\n  path: x\n", 9, "store"),
        "an unknown setting": ("{good}log:\n  levle: info\n", 10, "log.level"),
        "a port out of range": ("store:\n  path: s\nhttp:\n  port: 70000\n", 4, "http.port"),
        "a port that is no number": ("store:\n  path: s\nhttp:\n  port: web\n", 4, "http.port"),
        "a name that is there twice": ("{good}  socket: other\n", 9, "twice"),
        "a section that is no mapping": ("{good}log: loud\n", 9, "log"),
        "no YAML": ("store: [unclosed\n", 2, ""),
        "a profile that is not there": (
            "{good}directory:\n  uri: ldap://127.0.0.1\n  profile: openldpa\n", 11, "openldap"),
    }

    @classmethod
    def setUpClass(cls):
        cls.bridge = Bridge()
        cls.addClassCleanup(cls.bridge.close)

    def test_a_mistake_is_named_with_its_place(self):
        good = self.GOOD.format(port=self.bridge.port)
        for what, (text, line, words) in self.MISTAKES.items():
            self.bridge.config.write_text(text.replace("{good}", good))
            for command in (("config", "check"), ("serve",)):
                with self.subTest(what, command=command):
                    result = self.bridge.run(*command)
                    self.assertEqual(result.returncode, 1, result.stderr)
                    self.assertIn(f"{self.bridge.config}:{line}:", result.stderr)
                    self.assertIn(words, result.stderr)

    def test_a_configuration_without_mistakes_passes(self):
        self.bridge.config.write_text(self.GOOD.format(port=self.bridge.port))
        self.bridge.cli("config", "check")

    def test_a_file_that_is_not_there_is_named(self):
        self.bridge.config.unlink(missing_ok=True)
        result = self.bridge.run("config", "check")
        self.assertEqual(result.returncode, 1)
        self.assertIn(str(self.bridge.config), result.stderr)


if __name__ == "__main__":
    unittest.main()
