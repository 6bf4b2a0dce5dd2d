"""A test case with a directory and a bridge that all its tests share."""

import unittest

from .bridge import Bridge
from .difference import differences
from .directory import Directory
from .wait import wait_until


class BridgeCase(unittest.TestCase):
    has_directory = True
    directory_settings = None
    bridge_type = Bridge

    @classmethod
    def setUpClass(cls):
        cls.directory = None
        if cls.has_directory:
            cls.directory = Directory()
            cls.addClassCleanup(cls.directory.close)
            cls.directory.start()
        cls.bridge = cls.bridge_type(cls.directory, cls.directory_settings)
        cls.addClassCleanup(cls.bridge.close)
        cls.bridge.cli("init")
        cls.bridge.start().provision()
        cls.scim = cls.bridge.scim
        cls.admin = cls.bridge.admin

    def assert_converges(self, seconds=20):
        """The directory comes to hold what the bridge's people and sites say."""
        self.bridge.settle(seconds)
        found = []

        def is_equal():
            found[:] = differences(self.bridge, self.directory)
            return not found

        wait_until(is_equal, seconds,
                   lambda: "the directory equals the store:\n" + "\n".join(found))

    def assert_refused(self, answer, status, scim_type=None, words=""):
        """A SCIM error (RFC 7644 section 3.12) with a sentence that holds `words`."""
        self.assertEqual(answer.status, status, answer)
        error = answer.json
        self.assertIn("urn:ietf:params:scim:api:messages:2.0:Error", error["schemas"])
        self.assertEqual(error["status"], str(status))
        self.assertEqual(error.get("scimType"), scim_type, answer)
        self.assertIn(words.lower(), error["detail"].lower())
