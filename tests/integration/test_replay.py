"""The replayer itself: what paths select, what matchers accept, what variables become."""

import email.message
import unittest

from replay import MISSING, Replay, Result, ScenarioError, Variables, judge, matches, select
from support import Answer

URN = "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"
DOCUMENT = {
    "userName": "ana",
    "active": False,
    "emails": [{"type": "home", "value": "a@home"}, {"type": "work", "value": "a@work"}],
    URN: {"role": "user"},
    "$ref": "here",
}


class Paths(unittest.TestCase):
    def test_a_path_selects_at_most_one_value(self):
        for path, expected in {
            "$": DOCUMENT,
            "$.userName": "ana",
            "$.$ref": "here",
            "$.emails[1].value": "a@work",
            "$.emails[?type=='work'].value": "a@work",
            f"$['{URN}'].role": "user",
            "$.username": MISSING,
            "$.emails[2]": MISSING,
            "$.emails[?type=='other'].value": MISSING,
            "$.userName.first": MISSING,
            "$.active[0]": MISSING,
        }.items():
            with self.subTest(path):
                self.assertEqual(select(DOCUMENT, path), expected)

    def test_a_path_that_cannot_be_read_is_a_mistake_of_the_scenario(self):
        for path in ("userName", "$userName", "$.emails[first]", "$.emails[?type=work]"):
            with self.subTest(path), self.assertRaises(ScenarioError):
                select(DOCUMENT, path)


class Matchers(unittest.TestCase):
    def test_a_plain_value_must_be_equal_and_of_the_same_type(self):
        self.assertTrue(matches(1, 1))
        self.assertTrue(matches({"a": [1, True]}, {"a": [1, True]}))
        for value, matcher in ((True, "true"), (1, "1"), (1, True), (0, False), ([1], [True]),
                               ({"a": 1}, {"a": 1, "b": 2}), (None, False), (MISSING, None)):
            with self.subTest(value=value, matcher=matcher):
                self.assertFalse(matches(value, matcher))

    def test_every_matcher_accepts_and_refuses(self):
        for matcher, accepted, refused in (
            ({"$type": "string"}, ["", "a"], [1, None, MISSING]),
            ({"$type": "integer"}, [0, -1], [True, 1.5, "1"]),
            ({"$type": "boolean"}, [True, False], [0, "true"]),
            ({"$type": "array"}, [[]], [{}, MISSING]),
            ({"$type": "object"}, [{}], [[], MISSING]),
            ({"$match": "^a+$"}, ["a", "aa"], ["b", "", 1, MISSING]),
            ({"$match": "(?i)JSON"}, ["application/json"], ["text/html"]),
            ({"$contains": "x"}, [["y", "x"]], [["y"], "x", MISSING]),
            ({"$contains": 1}, [[1]], [[True]]),
            ({"$len": 0}, [[], MISSING], [[1], "", None]),
            ({"$len": 2}, [[1, 2]], [[1], MISSING]),
            ({"$minlen": 1}, [[1], [1, 2]], [[], MISSING, "ab"]),
            ({"$min": 2}, [2, 3.5], [1, "3", True, MISSING]),
            ({"$not": "a"}, ["b", None, 1], ["a", MISSING]),
        ):
            for value in accepted:
                with self.subTest(matcher=matcher, accepted=value):
                    self.assertTrue(matches(value, matcher))
            for value in refused:
                with self.subTest(matcher=matcher, refused=value):
                    self.assertFalse(matches(value, matcher))

    def test_an_unknown_matcher_is_a_mistake_of_the_scenario(self):
        with self.assertRaises(ScenarioError):
            matches(1, {"$about": 1})

    def test_an_object_with_one_ordinary_member_is_a_plain_value(self):
        self.assertTrue(matches({"a": 1}, {"a": 1}))


class Filling(unittest.TestCase):
    def setUp(self):
        self.variables = Variables("http://h/scim/v2", "secret", {"site_a": "North & Plant"})

    def test_values_are_encoded_in_a_path_and_nowhere_else(self):
        self.assertEqual(self.variables.fill_path("/S?f=${site_a}"), "/S?f=North%20%26%20Plant")
        self.assertEqual(self.variables.fill_json({"${site_a}": ["${site_a}", 1, None]}),
                         {"North & Plant": ["North & Plant", 1, None]})

    def test_a_uuid_keeps_its_value_and_differs_from_another(self):
        self.assertEqual(self.variables.fill("${uuid:a}"), self.variables.fill("${uuid:a}"))
        self.assertNotEqual(self.variables.fill("${uuid:a}"), self.variables.fill("${uuid:b}"))

    def test_what_a_value_brings_along_is_not_looked_at_again(self):
        self.variables["id:x"] = "${token}"
        self.assertEqual(self.variables.fill("${id:x}"), "${token}")

    def test_a_variable_that_nothing_set_is_a_mistake_of_the_scenario(self):
        with self.assertRaises(ScenarioError):
            self.variables.fill("${id:nobody}")

    def test_run_is_six_characters(self):
        self.assertRegex(self.variables["run"], "^[a-z0-9]{6}$")


class Judging(unittest.TestCase):
    def failures(self, answered, text, **expect):
        headers = email.message.Message()
        headers["Content-Type"] = "application/scim+json"
        return judge(Answer(answered, headers, text), expect)

    def test_status_headers_body_and_absence_are_judged(self):
        body = '{"id": "1", "roles": [], "nickName": null}'
        self.assertEqual(self.failures(
            200, body, status=200, json={"$.id": "1"}, absent=["$.roles", "$.nickName", "$.site"],
            headers={"content-TYPE": {"$match": "scim"}}), [])
        for expect in ({"status": 201}, {"status": [201, 204]},
                       {"status": 200, "json": {"$.id": 1}}, {"status": 200, "absent": ["$.id"]},
                       {"status": 200, "headers": {"ETag": {"$type": "string"}}}):
            with self.subTest(expect):
                self.assertEqual(len(self.failures(200, body, **expect)), 1)

    def test_a_body_that_is_no_json_fails_only_where_one_is_expected(self):
        self.assertEqual(self.failures(204, "", status=[200, 204]), [])
        self.assertEqual(len(self.failures(200, "", status=200, json={"$.id": "1"})), 1)


class Running(unittest.TestCase):
    def replay(self, outcomes, **options):
        """Steps named after what becomes of them: ok or bad, with + to save something."""
        replay = Replay(0, "http://h/scim/v2", "secret", **options)
        replay.take = lambda step: Result(step, None, ["no"] if "bad" in step["name"] else [])
        steps = [{"name": name, **({"save": {}} if "+" in name else {}),
                  **({"tier": "policy"} if "policy" in name else {})} for name in outcomes]
        return len(list(replay.run(steps)))

    def test_a_failed_step_that_saves_something_ends_the_file(self):
        self.assertEqual(self.replay(["ok", "bad", "ok+", "bad+", "ok"]), 4)

    def test_a_tier_can_be_left_out(self):
        self.assertEqual(self.replay(["ok", "ok policy", "ok"]), 3)
        self.assertEqual(self.replay(["ok", "ok policy", "ok"], tiers=("contract",)), 2)


if __name__ == "__main__":
    unittest.main()
