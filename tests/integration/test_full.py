"""I17: a store or a disk that is full. What does not fit is refused whole, reads go on, access can
still be taken away, and there is no need of a restart once there is room."""

import os
import resource
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import Bridge, BridgeCase, wait_until
from support.client import DEACTIVATE, Client

PEOPLE = 2000 if os.environ.get("BRIDGE_LONG") else 300
CLIENTS = 8
MIB = 1 << 20
LARGE = "x" * 10_000


class SmallStore(Bridge):
    size = "32MiB"

    def configuration(self, directory):
        return super().configuration(directory).replace(
            "store:\n", f"store:\n  size: {self.size}\n")


class Full(BridgeCase):
    bridge_type = SmallStore

    def ask(self, function, items):
        """What `function` makes of each, of several clients at once."""
        def ask_one(item):
            scim = Client(self.scim.server)
            scim.headers = dict(self.scim.headers)
            return function(scim, item)

        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(ask_one, items))

    def fill(self, prefix):
        """Create people with much to say until one is refused; the ids, and the refusal."""
        created = []
        for number in range(10_000):
            answer = self.scim.post("/Users", {"userName": f"{prefix}{number}", "title": LARGE})
            if answer.status != 201:
                return created, answer
            created.append(answer.json["id"])
        self.fail("it is never full")

    def assert_nothing_of(self, name):
        """What was refused is not there, not even a part of it, and reads go on."""
        self.assertIsNone(self.scim.find_user(name))


class FullStore(Full):
    def test_everybody_is_deactivated_in_a_store_that_is_full_and_the_directory_follows(self):
        people = self.ask(
            lambda scim, number: scim.create_user(f"p{number}@example.com", "user", "Harbour"),
            range(PEOPLE))
        filling, refusal = self.fill("filling")

        self.assert_refused(refusal, 507, words="raise store.size")
        self.assert_nothing_of(f"filling{len(filling)}")
        self.assertIn("full", self.bridge.cli("status", code=5))

        answers = self.ask(lambda scim, person: scim.patch(person["id"], DEACTIVATE), people)
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assert_converges(120)
        self.assertEqual(len(self.scim.users(filter="active eq true")), len(filling))

        answers = self.ask(lambda scim, identifier: scim.delete(f"/Users/{identifier}"), filling)
        self.assertEqual({answer.status for answer in answers}, {204})
        self.scim.create_user("late@example.com", "user", "Harbour", title=LARGE)
        self.assert_converges(60)
        self.assert_goes_together()

    def assert_goes_together(self):
        self.bridge.stop()
        self.bridge.cli("store", "check")
        self.bridge.start()


class FullDisk(Full):
    """A limit of the size of files, which the tests may move, stands for the end of the disk."""

    bridge_type = Bridge

    def limit(self, size):
        _, most = resource.prlimit(self.bridge.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.bridge.process.pid, resource.RLIMIT_FSIZE, (size, most))

    def test_a_disk_that_is_full_refuses_every_change_until_there_is_room(self):
        size = os.stat(self.bridge.store / "data.mdb").st_size
        pid = self.bridge.process.pid
        for round_number, beyond in enumerate((0, 512, 4096)):  # also within a page
            size += MIB + beyond
            self.limit(size)
            created, refusal = self.fill(f"r{round_number}-")
            self.assertTrue(created)
            # the words depend on whether the write is cut short or refused
            self.assert_refused(refusal, 507)
            self.assert_nothing_of(f"r{round_number}-{len(created)}")
            self.assertEqual(len(self.scim.users(filter=f'userName sw "r{round_number}-"')),
                             len(created))

        self.limit(2 * 4096)  # so that none of the pages can be written that a change needs
        self.assert_refused(self.scim.post("/Users", {"userName": "none"}), 507, words="limit")
        self.assertIsNone(self.scim.find_user("none"))

        self.limit(resource.RLIM_INFINITY)
        wait_until(lambda: self.scim.post("/Users", {"userName": "after"}).status == 201, 5,
                   "changes are taken again")
        self.assertEqual(self.bridge.process.poll(), None)
        self.assertEqual(self.bridge.process.pid, pid)
        self.assert_converges(60)
        self.bridge.stop()
        self.bridge.cli("store", "check")
        self.bridge.start()


if __name__ == "__main__":
    unittest.main()
