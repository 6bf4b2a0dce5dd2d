"""No wrong clock of the machine revives what has expired, or ends what has not (I15)."""

import os
import unittest

from support import Bridge
from support.client import Client, user
from support.wait import wait_until

HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY


class SetBridge(Bridge):
    """Its daemon has a wall clock that the test sets; the test itself and commands have not."""

    def __init__(self):
        super().__init__()
        self.clock = self.folder / "clock"
        self.set_clock(0)

    def set_clock(self, seconds):
        """So far from the clock of the machine, from now on."""
        new = self.folder / "clock.new"
        new.write_text(str(seconds))
        new.rename(self.clock)

    def start(self):
        # The sanitizer's library wants to be the first, but needs not to be for this.
        options = f"{os.environ.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0"
        return super().start([
            "env", f"LD_PRELOAD={os.environ['SET_CLOCK']}", f"ASAN_OPTIONS={options}",
            f"ROLEBRIDGE_TEST_CLOCK={self.clock}"])

    def holds(self):
        return self.admin_api.get("/holds").json["holds"]

    def states(self):
        return [hold["state"] for hold in self.holds()]

    def alarms(self):
        return [alarm["name"] for alarm in self.status()["alarms"]]


class Clock(unittest.TestCase):
    def setUp(self):
        self.bridge = SetBridge()
        self.addCleanup(self.bridge.close)
        self.bridge.cli("init")

    def token(self, *options):
        """The client of a new connection."""
        return Client(self.bridge.port, self.bridge.cli(
            "connection", "create", f"c{len(self.bridge.admin_api.get('/connections').text)}",
            *options).strip())

    def wait_for_states(self, *states):
        wait_until(lambda: self.bridge.states() == list(states), 20,
                   lambda: f"the holds are {states}: {self.bridge.holds()}")

    def test_a_clock_that_is_set_back_revives_no_token(self):
        self.bridge.start()
        brief, lasting = self.token("--expires", "1h"), self.token()
        self.assertEqual(brief.get("/Users").status, 200)
        self.bridge.set_clock(2 * HOUR)
        self.assertEqual(brief.get("/Users").status, 401)

        for seconds in (0, -DAY, -YEAR, -20 * YEAR):
            self.bridge.set_clock(seconds)
            self.assertEqual(brief.get("/Users").status, 401)
            self.assertEqual(lasting.get("/Users").status, 200)

        self.assertEqual(lasting.post("/Users", user("ada@example.com", None, None)).status, 201)
        self.assertIn("clock", self.bridge.alarms())
        self.assertIn("behind what the bridge has kept", self.bridge.cli("status", code=5))

    def test_nor_does_one_that_is_set_back_while_the_daemon_is_off(self):
        self.bridge.start()
        brief = self.token("--expires", "1h")
        self.bridge.set_clock(2 * HOUR)
        self.assertEqual(brief.get("/Users").status, 401)
        self.bridge.stop()

        self.bridge.set_clock(-YEAR)
        self.bridge.start()
        self.assertEqual(brief.get("/Users").status, 401)
        self.bridge.stop()
        self.bridge.start()
        self.assertEqual(brief.get("/Users").status, 401)
        self.bridge.set_clock(2 * HOUR)
        self.assertEqual(self.bridge.holds(), [])

    def test_a_commit_keeps_the_time_though_the_daemon_is_killed(self):
        self.bridge.start()
        brief = self.token("--expires", "1h")
        self.bridge.set_clock(2 * HOUR)
        self.assertEqual(self.token().post("/Users", user("ada@example.com", None, None)).status,
                         201)
        self.bridge.kill()

        self.bridge.set_clock(0)
        self.bridge.start()

        self.assertEqual(brief.get("/Users").status, 401)

    def test_a_clock_that_jumps_ahead_ends_no_token_before_it_is_allowed(self):
        self.bridge.start()
        token = self.token()
        self.bridge.set_clock(10 * YEAR + HOUR // 2)
        self.assertEqual(token.get("/Users").status, 200)
        self.wait_for_states("waiting")
        self.assertEqual(token.post("/Users", user("ada@example.com", None, None)).status, 201)
        self.assertEqual(self.bridge.alarms(), ["hold"])
        [hold] = self.bridge.holds()
        self.assertIn("has jumped ahead by 3650 days", hold["detail"])
        self.assertIn(hold["detail"], self.bridge.cli("status", code=5))
        self.assertEqual(token.get("/Users").status, 200)

        self.bridge.cli("hold", "allow", hold["id"], "--reason", "it was wrong before")

        wait_until(lambda: token.get("/Users").status == 401, 20, "the clock is followed")
        wait_until(lambda: "hold" not in self.bridge.alarms(), 20, self.bridge.status)
        self.bridge.stop()
        self.bridge.start()
        self.assertEqual(token.get("/Users").status, 401)
        self.assertEqual(self.bridge.states(), ["allowed"])
        events = [line["event"] for line in self.bridge.admin_api.get("/journal").json["lines"]]
        self.assertLess(events.index("hold.open"), events.index("hold.allow"))

    def test_a_jump_that_is_refused_is_not_followed_and_asked_about_at_the_next_start(self):
        self.bridge.start()
        token = self.token()
        self.bridge.set_clock(10 * YEAR)
        self.wait_for_states("waiting")

        self.bridge.cli("hold", "refuse", self.bridge.holds()[0]["id"], "--reason", "wrong clock")

        self.assertEqual(self.bridge.alarms(), ["clock"])
        self.assertEqual(token.get("/Users").status, 200)
        self.bridge.stop()
        self.bridge.start()
        self.assertEqual(token.get("/Users").status, 200)
        self.assertEqual(self.bridge.states(), ["refused", "waiting"])

        self.bridge.set_clock(0)

        self.wait_for_states("refused", "withdrawn")
        self.assertEqual(self.bridge.alarms(), [])
        self.assertEqual(token.get("/Users").status, 200)
        self.bridge.cli("status")

    def test_a_machine_that_was_off_for_a_week_is_asked_about_once(self):
        self.bridge.start()
        token = self.token()
        self.bridge.stop()
        self.bridge.set_clock(7 * DAY)

        self.bridge.start()

        [hold] = self.bridge.holds()
        self.assertIn("7 days 0 hours after the last time that was kept", hold["detail"])
        self.bridge.cli("hold", "allow", hold["id"], "--reason", "was switched off")
        wait_until(lambda: self.bridge.alarms() == [], 20, self.bridge.status)
        self.assertEqual(token.get("/Users").status, 200)
        self.bridge.stop()
        self.bridge.start()
        self.assertEqual(self.bridge.states(), ["allowed"])

    def test_a_machine_that_was_off_over_night_is_not_asked_about(self):
        self.bridge.start()
        self.bridge.stop()
        self.bridge.set_clock(23 * HOUR)

        self.bridge.start()

        self.assertEqual(self.bridge.holds(), [])

    def test_a_store_may_lie_before_it_is_first_served(self):
        self.bridge.set_clock(60 * DAY)

        self.bridge.start()

        self.assertEqual(self.bridge.holds(), [])
        self.assertEqual(self.bridge.alarms(), [])


if __name__ == "__main__":
    unittest.main()
