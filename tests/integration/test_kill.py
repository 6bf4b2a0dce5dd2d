"""What was acknowledged is there after SIGKILL at any instant, and the directory follows."""

import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import BridgeCase, wait_until
from support.client import DEACTIVATE, EXTENSION, NO_ANSWER, RESTORE, Client, role_is, site_is, user

ROUNDS = 5
DRAINED = 600  # a worker takes up to 256 at once
DRAIN_KILLS = 3
WRITERS = 4
ACKNOWLEDGED_BEFORE_A_KILL = 60

# What a writer does to each of its people, and what they are after it: (active, role, site).
CHANGES = [
    (site_is("Harbour"), (True, "user", "Harbour")),
    (role_is("admin"), (True, "admin", None)),
    (DEACTIVATE, (False, None, None)),
    (RESTORE, (True, "admin", None)),
    (role_is("user"), (True, "user", "Harbour")),
    (DEACTIVATE, (False, None, None)),
]
CREATED = (True, "user", "North Plant")
ABSENT = None


class Writer(threading.Thread):
    """Pushes changes one after the other until it gets no answer; remembers what was promised."""

    def __init__(self, scim, name):
        super().__init__()
        self.scim = Client(scim.server)
        self.scim.headers = dict(scim.headers)
        self.name = name
        self.states = {}  # userName: the states that it may be in, one unless unanswered
        self.acknowledged = 0
        self.failure = None

    def run(self):
        try:
            for number in range(10_000):
                self.live(f"{self.name}-{number}@example.com")
        except NO_ANSWER:
            pass
        except AssertionError as failure:
            self.failure = failure

    def live(self, user_name):
        answer = self.promise(user_name, ABSENT, CREATED, lambda: self.scim.post(
            "/Users", user(user_name, "user", "North Plant")))
        before = CREATED
        for change, after in CHANGES:
            self.promise(user_name, before, after,
                         lambda change=change: self.scim.patch(answer.json["id"], change))
            before = after

    def promise(self, user_name, before, after, send):
        self.states[user_name] = {before, after}
        answer = send()
        if answer.status not in (200, 201, 204):
            raise AssertionError(f"{user_name}: {answer}")
        self.states[user_name] = {after}
        self.acknowledged += 1
        return answer


class Kill(BridgeCase):
    def test_every_acknowledged_change_survives_five_kills_under_load(self):
        promised = {}
        for number in range(ROUNDS):
            promised.update(self.load_and_kill(number))
            self.assert_goes_together()
            self.bridge.start()
            self.assert_kept(promised)
        self.assert_converges(60)
        self.assertGreaterEqual(len(promised), ROUNDS * WRITERS)

    def test_a_large_drain_that_is_killed_again_and_again_brings_the_directory_up_to_date(self):
        self.directory.stop()
        names = [f"drain{number}@example.com" for number in range(DRAINED)]
        with ThreadPoolExecutor(WRITERS) as pool:
            people = list(pool.map(self.create, names))
        self.directory.start()

        for kill in range(1, DRAIN_KILLS + 1):
            self.wait_for_arrivals(kill * DRAINED // (DRAIN_KILLS + 1))
            self.bridge.kill()
            self.bridge.start()
        self.assert_converges(60)
        self.assertEqual(self.arrivals(), DRAINED)

        with ThreadPoolExecutor(WRITERS) as pool:  # and the other way
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

    def load_and_kill(self, number):
        """The states that each person may be in, as the writers of this round know."""
        writers = [Writer(self.scim, f"r{number}w{index}") for index in range(WRITERS)]
        for writer in writers:
            writer.start()
        try:
            wait_until(lambda: self.is_loaded(writers), 60, "enough acknowledged changes")
        finally:
            self.bridge.kill()
            for writer in writers:
                writer.join(timeout=60)
        self.assertEqual([writer.failure for writer in writers if writer.failure], [])
        return {name: states for writer in writers for name, states in writer.states.items()}

    def is_loaded(self, writers):
        return any(writer.failure for writer in writers) or (
            sum(writer.acknowledged for writer in writers) >= ACKNOWLEDGED_BEFORE_A_KILL)

    def assert_goes_together(self):
        checked = self.bridge.run("store", "check")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def assert_kept(self, promised):
        actual = {user["userName"]: state_of(user) for user in self.scim.users()}
        broken = {name: (states, actual.get(name, ABSENT)) for name, states in promised.items()
                  if actual.get(name, ABSENT) not in states}
        self.assertEqual(broken, {})


def state_of(person):
    association = person.get(EXTENSION, {})
    return person["active"], association.get("role"), association.get("site")


if __name__ == "__main__":
    unittest.main()
