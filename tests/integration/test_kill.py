"""I1, I2: what was acknowledged is there whole after SIGKILL at any instant; the directory follows."""

import os
import random
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import BridgeCase, wait_until
from support.client import DEACTIVATE, Client
from support.writer import Found, Writer

KILLS = 1000 if os.environ.get("BRIDGE_LONG") else 50
SEED = os.environ.get("SEED", "1815")
WRITERS = 8
ACKNOWLEDGED_AT_MOST = 100  # before a kill
DRAINED = 600  # a worker takes up to 256 at once
DRAIN_KILLS = 3
CLIENTS = 4


class Kill(BridgeCase):
    def test_every_acknowledged_change_survives_kills_under_load(self):
        chance = random.Random(SEED)
        acknowledged = threading.Semaphore(0)
        writers = [Writer(self.scim, self.bridge.admin_api, f"w{number}", SEED, acknowledged)
                   for number in range(WRITERS)]
        for kill in range(KILLS):
            self.load_and_kill(writers, acknowledged, chance.randrange(ACKNOWLEDGED_AT_MOST))
            self.assert_goes_together()
            self.bridge.start()
            self.assert_kept(writers, f"SEED={SEED}, kill {kill}")
        self.assert_converges(60)

    def load_and_kill(self, writers, acknowledged, count):
        """Kill the daemon as soon as so many more changes were acknowledged."""
        for writer in writers:
            writer.start()
        try:
            for _ in range(count):
                self.assertTrue(acknowledged.acquire(timeout=60), "enough acknowledged changes")
        finally:
            self.bridge.kill()
            for writer in writers:
                writer.join()
        while acknowledged.acquire(blocking=False):
            pass
        self.assertEqual([writer.failure for writer in writers if writer.failure], [])

    def assert_goes_together(self):
        checked = self.bridge.run("store", "check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def assert_kept(self, writers, where):
        found = Found(self.scim, self.bridge.admin_api)
        broken = [writer.resolve(found) for writer in writers]
        self.assertEqual([words for words in broken if words], [], where)

    def test_a_large_drain_that_is_killed_again_and_again_brings_the_directory_up_to_date(self):
        self.directory.stop()
        names = [f"drain{number}@example.com" for number in range(DRAINED)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            people = list(pool.map(self.create, names))
        self.directory.start()

        for kill in range(1, DRAIN_KILLS + 1):
            self.wait_for_arrivals(kill * DRAINED // (DRAIN_KILLS + 1))
            self.bridge.kill()
            self.bridge.start()
        self.assert_converges(60)
        self.assertEqual(self.arrivals(), DRAINED)

        with ThreadPoolExecutor(CLIENTS) as pool:  # and the other way
            list(pool.map(self.deactivate, people))
        self.bridge.kill()
        self.bridge.start()
        self.assert_converges(60)

    def create(self, name):
        scim = Client(self.scim.server)
        scim.headers = dict(self.scim.headers)
        return scim.create_user(name, "user", "North Plant")["id"]

    def deactivate(self, identifier):
        scim = Client(self.scim.server)
        scim.headers = dict(self.scim.headers)
        self.assertIn(scim.patch(identifier, DEACTIVATE).status, (200, 204))

    def arrivals(self):
        return len(self.directory.search(self.directory.people_base, "(uid=drain*)", "1.1"))

    def wait_for_arrivals(self, count):
        wait_until(lambda: self.arrivals() >= count, 60, self.arrivals)


if __name__ == "__main__":
    unittest.main()
