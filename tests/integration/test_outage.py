"""A directory that is away delays changes; it loses none, and nobody waits for it."""

import time
import unittest

from support import BridgeCase, wait_until
from support.client import DEACTIVATE, role_is, site_is, user

SLOWEST_ANSWER = 3.0  # seconds; far from slapd's own time-outs, on a busy machine with sanitizers


class Outage(BridgeCase):
    def directory_state(self):
        return self.bridge.status()["directory"]["state"]

    def timed(self, call):
        start = time.monotonic()
        answer = call()
        self.assertLess(time.monotonic() - start, SLOWEST_ANSWER)
        return answer

    def test_a_hundred_changes_during_an_outage_are_all_there_seconds_after_it(self):
        self.assert_converges()
        self.directory.stop()

        identifiers = [self.create(number) for number in range(40)]
        for number, identifier in enumerate(identifiers):
            change = (site_is("Harbour"), role_is("admin"), DEACTIVATE)[number % 3]
            answer = self.timed(lambda: self.scim.patch(identifier, change))
            self.assertIn(answer.status, (200, 204), answer)
        for identifier in identifiers[:20]:
            answer = self.timed(lambda: self.scim.delete(f"/Users/{identifier}"))
            self.assertEqual(answer.status, 204, answer)
        wait_until(lambda: self.directory_state() == "unavailable", 20, self.directory_state)
        self.assertGreater(self.bridge.status()["outbox"]["waiting"], 0)

        self.directory.start()
        self.assert_converges(30)
        self.assertEqual(self.directory_state(), "connected")

    def create(self, number):
        body = user(f"out{number}@example.com", "user", "North Plant")
        answer = self.timed(lambda: self.scim.post("/Users", body))
        self.assertEqual(answer.status, 201, answer)
        return answer.json["id"]

    def test_a_directory_that_dies_and_returns_is_found_again(self):
        identifier = self.scim.create_user("returns@example.com", "user", "Harbour")["id"]
        self.assert_converges()

        for change in (role_is("admin"), DEACTIVATE):
            self.directory.kill()
            self.scim.change(identifier, change)
            self.directory.start()
            self.assert_converges(30)

    def test_a_person_whom_the_directory_cannot_keep_holds_up_nobody_else(self):
        long_name = "n" * 300  # slapd keeps a name twice in a record of 511 bytes
        identifier = self.scim.create_user(long_name, "user", "Harbour")["id"]
        self.scim.create_user("behind@example.com", "user", "Harbour")

        wait_until(lambda: self.directory.person("behind@example.com")[0], 20, self.bridge.status)
        parked = wait_until(lambda: self.bridge.status()["parked"], 20, self.bridge.status)
        self.assertEqual([line["id"] for line in parked], [identifier])
        self.assertEqual(self.directory_state(), "connected")
        self.scim.delete(f"/Users/{identifier}")
        self.assert_converges()

    def test_a_person_at_whom_the_directory_hangs_up_holds_up_nobody_else(self):
        self.assert_converges()
        self.directory.limit_requests_to(16384)
        identifier = self.scim.create_user("wide@example.com", "user", "Harbour")["id"]
        self.assert_converges()
        self.scim.change(identifier, ("Replace", "title", "t" * 30000))
        self.scim.create_user("next@example.com", "user", "Harbour")

        wait_until(lambda: self.directory.person("next@example.com")[0], 20, self.bridge.status)
        self.scim.change(identifier, ("Replace", "title", "Clerk"))
        self.assert_converges(30)

    def test_a_directory_that_goes_while_nothing_happens_is_missed(self):
        self.assert_converges()

        self.directory.stop()
        wait_until(lambda: self.directory_state() == "unavailable", 20, self.directory_state)

        self.directory.start()
        wait_until(lambda: self.directory_state() == "connected", 20, self.directory_state)

    def test_what_was_refused_is_tried_again_when_the_daemon_starts(self):
        dn = f"uid=taken@example.com,{self.directory.people_base}"
        self.directory.modify(f"dn: {dn}\nchangetype: add\nobjectClass: inetOrgPerson\n"
                              "uid: taken@example.com\ncn: Taken\nsn: Taken\n")
        self.scim.create_user("taken@example.com", "user", "Harbour")
        wait_until(lambda: self.bridge.status()["outbox"]["parked"] == 1, 20, self.bridge.status)

        self.directory.modify(f"dn: {dn}\nchangetype: delete\n")
        self.bridge.stop()
        self.bridge.start()

        wait_until(lambda: self.bridge.status()["outbox"]["parked"] == 0, 20, self.bridge.status)
        self.assert_converges()

    def test_the_bridge_starts_without_its_directory_and_catches_up(self):
        self.bridge.stop()
        self.directory.stop()

        self.bridge.start()
        self.scim.create_user("early@example.com", "user", "Harbour")
        self.directory.start()

        self.assert_converges(30)


if __name__ == "__main__":
    unittest.main()
