"""Everything at once: mixed clients, tokens that end, a directory that comes and goes, the end."""

import os
import random
import threading
import unittest
from collections import deque

from support import BridgeCase
from support.client import NO_ANSWER, Client, expect
from support.writer import Found, Writer

ROUNDS = 60 if os.environ.get("BRIDGE_LONG") else 3
SEED = os.environ.get("SEED", "1815")
WRITERS = 8
READERS = 6  # with the two that change tokens, 16 clients in all
ACKNOWLEDGED = 40  # before each turn of a round
LIVE = 2  # tokens of a connection
BUSY = 429  # a third long list at a time is told to come back
ENDING = 503


class Looper:
    """A client that does one thing after the other until the daemon ends."""

    def __init__(self, name, seed, ending):
        self.random = random.Random(f"{seed} {name}")
        self.ending = ending
        self.count = 0
        self.failure = None
        self.thread = threading.Thread(target=self.run, name=name)

    def start(self):
        self.thread.start()

    def join(self):
        self.thread.join(timeout=60)

    def run(self):
        try:
            while True:
                self.do()
                self.count += 1
        except NO_ANSWER as failure:
            self.failure = None if self.ending.is_set() else failure
        except Exception as failure:  # for the thread that waits for this one
            self.failure = failure

    def expect(self, answer, *statuses):
        if answer.status == ENDING and self.ending.is_set():
            raise ConnectionError(answer)
        return expect(answer, *statuses)


class Reader(Looper):
    """Asks for all there is to see, while others change it."""

    def __init__(self, bridge, *rest):
        super().__init__(*rest)
        self.scim, self.admin, self.api = bridge.scim, bridge.admin, bridge.admin_api
        self.plain = Client(str(bridge.socket), prefix="")

    def do(self):
        client, path, query = self.random.choice([
            (self.scim, "/Users", {}),
            (self.scim, "/Users", {"filter": f'userName eq "{self.any_name()}"'}),
            (self.scim, "/Users", {"filter": 'userName sw "w1-" and title co "itle"'}),
            (self.scim, "/Users", {"filter": 'not (displayName co "x")', "count": 3}),
            (self.scim, "/Users", {"startIndex": 7, "attributes": "userName,groups"}),
            (self.scim, "/Groups", {"filter": 'displayName sw "w"'}),
            (self.scim, "/Sites", {}),
            (self.admin, "/Users", {"filter": 'active eq false or role eq "admin"'}),
            (self.api, "/status", {}),
            (self.api, "/connections", {}),
            (self.api, "/tokens", {}),
            (self.api, "/journal", {"count": 50}),
            (self.api, "/journal/.verify", {}),
            (self.api, "/journal/.export", {}),
            (self.plain, "/metrics", {}),
            (self.plain, "/readyz", {}),
        ])
        answer = self.expect(client.get(path, **query), 200, BUSY)
        if path == "/Users" and answer.status == 200:
            for person in answer.json.get("Resources", [])[:1]:
                self.expect(self.scim.get(f"/Users/{person['id']}"), 200, 404)

    def any_name(self):
        return f"w{self.random.randrange(WRITERS)}-p{self.random.randrange(4)}@example.com"


class Rotator(Looper):
    """Gives its connection new tokens: the two youngest are good, and no other is ever again."""

    def __init__(self, bridge, *rest):
        super().__init__(*rest)
        self.bridge = bridge
        self.tokens = deque(maxlen=3)

    def do(self):
        answer = self.expect(self.bridge.admin_api.post("/connections/rotated/.rotate", {}), 200)
        self.tokens.append(answer.json["token"])
        for age, token in enumerate(reversed(self.tokens)):
            client = Client(self.bridge.port, token)
            self.expect(client.get("/Users", count=1), 200 if age < LIVE else 401)


class Revoker(Looper):
    """Issues and revokes an administrator's token, which opens nothing from then on."""

    def __init__(self, bridge, *rest):
        super().__init__(*rest)
        self.bridge = bridge

    def do(self):
        api = self.bridge.admin_api
        self.expect(api.delete("/tokens/storm"), 204, 404)  # of a round before
        token = self.expect(api.post("/tokens", {"name": "storm"}), 201).json["token"]
        client = Client(self.bridge.port, token, prefix="/admin/v1")
        self.expect(client.get("/status"), 200)
        self.expect(api.delete("/tokens/storm"), 204)
        self.expect(client.get("/status"), 401)


class Storm(BridgeCase):
    def test_nothing_is_lost_or_raced_for_when_everything_happens_at_once(self):
        """What is acknowledged stays, and the logs have no word of a sanitizer (Bridge.stop)."""
        acknowledged = threading.Semaphore(0)
        writers = [Writer(self.scim, self.bridge.admin_api, f"w{number}", SEED, acknowledged)
                   for number in range(WRITERS)]
        self.bridge.connect("rotated", "user")
        for number in range(ROUNDS):
            self.storm(writers, acknowledged, f"{SEED} {number}")
            self.assertEqual(self.bridge.run("store", "check").returncode, 0)
            self.directory.start()
            self.bridge.start()
            self.assert_kept(writers, f"SEED={SEED}, round {number}")
        self.assert_converges(60)

    def storm(self, writers, acknowledged, seed):
        ending = threading.Event()
        loopers = [Reader(self.bridge, f"reader{number}", seed, ending)
                   for number in range(READERS)]
        loopers += [Rotator(self.bridge, "rotator", seed, ending),
                    Revoker(self.bridge, "revoker", seed, ending)]
        clients = writers + loopers
        for writer in writers:
            writer.ending = ending
        for client in clients:
            client.start()
        try:
            self.directory_comes_and_goes(acknowledged)
        finally:
            ending.set()
            self.bridge.stop()
            for client in clients:
                client.join()
        while acknowledged.acquire(blocking=False):
            pass
        self.assertEqual([client.failure for client in clients if client.failure], [])
        self.assertTrue(all(looper.count for looper in loopers), "every client got through")

    def directory_comes_and_goes(self, acknowledged):
        """It is away in the end, so that there is work on its way when the daemon ends."""
        for turn in (self.directory.kill, self.directory.start, self.directory.stop):
            for _ in range(ACKNOWLEDGED):
                self.assertTrue(acknowledged.acquire(timeout=60), "changes go on")
            turn()

    def assert_kept(self, writers, where):
        found = Found(self.scim, self.bridge.admin_api)
        broken = [writer.resolve(found) for writer in writers]
        self.assertEqual([words for words in broken if words], [], where)


if __name__ == "__main__":
    unittest.main()
