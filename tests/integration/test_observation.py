"""What an operator sees of the work: in the log, from the request to the directory."""

import re
import unittest

from support import BridgeCase, wait_until
from support.client import DEACTIVATE, Client, expect, user

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


SAMPLE = re.compile(r'^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+\})? (\S+)$')


def samples(text):
    """Each value of the text by its name and labels, as they stand there."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            match = SAMPLE.match(line)
            assert match, line
            assert match[1] + (match[2] or "") not in found, line
            found[match[1] + (match[2] or "")] = float(match[3])
    return found


class Metrics(BridgeCase):
    def scrape(self):
        answer = expect(Client(str(self.bridge.socket), prefix="").get("/metrics"), 200)
        self.assertEqual(answer.headers["Content-Type"],
                         "text/plain; version=0.0.4; charset=utf-8")
        return samples(answer.text)

    def test_every_metric_has_one_type_and_stands_in_one_place(self):
        text = Client(str(self.bridge.socket), prefix="").get("/metrics").text
        names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")]
        self.assertEqual(len(names), len(set(names)))
        samples(text)

    def test_a_request_is_counted_by_its_route_and_its_answer(self):
        before = self.scrape()
        expect(self.scim.get("/Users/nobody"), 404)
        after = self.scrape()
        code = 'rolebridge_http_answers_total{code="404"}'
        route = ('rolebridge_http_request_duration_seconds_count'
                 '{method="GET",route="/scim/v2/Users/{id}"}')
        for name in (code, route):
            self.assertEqual(after[name], before.get(name, 0) + 1)

    def test_a_change_is_seen_on_its_way_to_the_directory(self):
        waits = 'rolebridge_outbox_lines{organization="default"}'
        added = 'rolebridge_directory_operations_total{operation="add",outcome="done"}'
        connected = 'rolebridge_directory_connected{organization="default"}'
        self.assert_converges()
        before = self.scrape()
        self.directory.stop()
        self.scim.create_user("seen@example.com", "user", "Harbour")
        wait_until(lambda: self.scrape()[connected] == 0, 20, self.scrape)
        away = self.scrape()
        self.assertEqual((before[waits], away[waits]), (0, 1))
        self.assertEqual(away['rolebridge_people{organization="default",active="true"}'],
                         before['rolebridge_people{organization="default",active="true"}'] + 1)
        self.directory.start()
        self.assert_converges(30)
        self.assertEqual(self.scrape()[added], before[added] + 1)

    def test_what_is_parked_is_counted(self):
        parked = 'rolebridge_outbox_parked_lines{organization="default"}'
        person = self.scim.create_user("p" * 300, "user", "Harbour")
        wait_until(lambda: self.scrape()[parked] == 1, 20, self.scrape)
        expect(self.scim.delete(f"/Users/{person['id']}"), 204)
        wait_until(lambda: self.scrape()[parked] == 0, 20, self.scrape)

    def test_an_open_alarm_is_shown_until_it_ends(self):
        alarm = 'rolebridge_alarm{alarm="parked",organization="default",subject=""}'
        self.assertNotIn(alarm, self.scrape())
        person = self.scim.create_user("q" * 300, "user", "Harbour")
        wait_until(lambda: self.scrape().get(alarm) == 1, 20, self.scrape)
        expect(self.scim.delete(f"/Users/{person['id']}"), 204)
        wait_until(lambda: alarm not in self.scrape(), 20, self.scrape)

    def test_the_store_and_the_process_are_measured(self):
        found = self.scrape()
        self.assertGreater(found["rolebridge_store_used_bytes"], 0)
        self.assertGreater(found["rolebridge_store_size_bytes"],
                           found["rolebridge_store_used_bytes"])
        self.assertGreater(found["rolebridge_store_batch_changes_count"], 0)
        self.assertGreater(found["process_resident_memory_bytes"], 0)
        self.assertGreater(found["process_open_fds"], 0)

    def test_only_a_token_that_is_made_for_it_and_the_control_socket_read_them(self):
        made = self.bridge.cli("token", "create", "prometheus", "--metrics").strip()
        other = self.bridge.cli("token", "create", "other").strip()
        for token, status in ((made, 200), (other, 403), (None, 401)):
            self.assertEqual(Client(self.bridge.port, token, "").get("/metrics").status, status)
        self.assertEqual(self.scim.request("GET", "/../../metrics").status // 100, 4)

        for path in ("/scim/v2/Users", "/scim/v2/Schemas", "/admin/v1/status",
                     "/admin/v1/tokens", "/admin/v1/organizations"):
            self.assertEqual(Client(self.bridge.port, made, "").get(path).status, 403, path)
        scopes = {row["name"]: row["scope"]
                  for row in self.bridge.admin_api.get("/tokens").json["tokens"]}
        self.assertEqual((scopes["prometheus"], scopes["other"]), ("metrics", "admin"))

        self.bridge.cli("token", "revoke", "prometheus")
        self.assertEqual(Client(self.bridge.port, made, "").get("/metrics").status, 401)

    def test_an_administrators_token_gives_none_away(self):
        token = self.bridge.cli("token", "create", "giver").strip()
        giver = Client(self.bridge.port, token, "/admin/v1")
        refused = giver.post("/tokens", {"name": "stray", "scope": "metrics"})
        self.assert_refused(refused, 403, words="control socket")
        refused = giver.post("/tokens", {"name": "stray", "scope": "everything"})
        self.assert_refused(refused, 400, "invalidValue", "metrics")


if __name__ == "__main__":
    unittest.main()
