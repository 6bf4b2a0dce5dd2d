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

    def test_the_bridge_starts_without_its_directory_and_catches_up(self):
        self.bridge.stop()
        self.directory.stop()

        self.bridge.start()
        self.scim.create_user("early@example.com", "user", "Harbour")
        self.directory.start()

        self.assert_converges(30)


if __name__ == "__main__":
    unittest.main()
