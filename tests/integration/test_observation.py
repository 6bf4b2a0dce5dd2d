"""What an operator sees of the work: in the log, from the request to the directory."""

import re
import unittest

from support import BridgeCase, wait_until
from support.client import DEACTIVATE, expect, user

PAIR = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def facts(bridge, event):
    """The log lines of one event, each as a dictionary."""
    lines = bridge.log.read_text().splitlines()
    return [dict(PAIR.findall(line)) for line in lines if f' "{event}" ' in line]


class Log(BridgeCase):
    def landed(self, answer):
        """The steps in the directory that came of one request."""
        self.assert_converges()
        wanted = answer.headers["X-Request-Id"]
        return [fact for fact in facts(self.bridge, "landed") if fact.get("request") == wanted]

    def test_each_step_in_the_directory_names_the_request_that_caused_it(self):
        created = expect(
            self.scim.post("/Users", user("traced@example.com", "user", "Harbour")), 201)
        identifier = created.json["id"]
        added = self.landed(created)
        ended = self.landed(self.scim.change(identifier, DEACTIVATE))

        self.assertEqual({fact["id"] for fact in added + ended}, {identifier})
        self.assertEqual({fact["organization"] for fact in added + ended}, {"default"})
        steps = [fact["step"] for fact in added]
        self.assertTrue(steps[0].startswith("add entry uid=traced@example.com,"), steps)
        self.assertTrue(steps[-1].startswith("add member uid=traced@example.com,"), steps)
        self.assertIn("lock", ended[0]["step"])

    def test_a_refusal_names_its_request_too(self):
        refused = expect(self.scim.post("/Users", user("n" * 300, "user", "Harbour")), 201)
        wait_until(lambda: self.bridge.status()["parked"], 20, self.bridge.status)
        parked = facts(self.bridge, "the directory refused, parked")
        self.assertEqual([fact["request"] for fact in parked], [refused.headers["X-Request-Id"]])
        expect(self.scim.delete(f"/Users/{refused.json['id']}"), 204)

    def test_work_that_follows_from_other_work_names_the_same_request(self):
        person = self.scim.create_user("member@example.com", "user", "Harbour")
        group = expect(self.scim.post("/Groups", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "Traced", "members": [{"value": person["id"]}]}), 201).json
        self.assert_converges()
        deleted = expect(self.scim.delete(f"/Users/{person['id']}"), 204)
        self.assertIn(group["id"], {fact.get("id") for fact in self.landed(deleted)})


if __name__ == "__main__":
    unittest.main()
