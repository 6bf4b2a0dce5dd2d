"""Nothing takes away the last active administrator: refused whole, and told who that is."""

import unittest

from support import BridgeCase
from support.client import DEACTIVATE, RESTORE, role_is, site_is, user

CHANGE = ("Replace", "displayName", "Half Applied")


class LastAdministrator(BridgeCase):
    has_directory = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.local = cls.admin.find_user("admin@example.com")["id"]

    def test_the_local_administrator_stays_while_there_is_no_other(self):
        before = self.admin.user(self.local)

        for answer in (self.admin.patch(self.local, CHANGE, DEACTIVATE),
                       self.admin.patch(self.local, CHANGE, role_is("user"), site_is("Harbour")),
                       self.admin.delete(f"/Users/{self.local}")):
            self.assert_refused(answer, 403, words="admin@example.com")

        self.assertEqual(self.admin.user(self.local), before)

    def test_a_provider_cannot_take_its_administrator_away_when_it_is_the_last(self):
        last = self.scim.create_user("last@example.com", "admin")["id"]
        self.admin.change(self.local, DEACTIVATE)
        self.addCleanup(self.bring_back_local_administrator)
        before = self.scim.user(last)
        demoted = user("last@example.com", "user", "Harbour")
        inactive = dict(user("last@example.com", "admin"), active=False)

        for answer in (self.scim.patch(last, CHANGE, DEACTIVATE),
                       self.scim.patch(last, CHANGE, site_is("Harbour"), role_is("user")),
                       self.scim.put(f"/Users/{last}", demoted),
                       self.scim.put(f"/Users/{last}", inactive),
                       self.scim.delete(f"/Users/{last}")):
            self.assert_refused(answer, 403, words="last@example.com")

        self.assertEqual(self.scim.user(last), before)

    def bring_back_local_administrator(self):
        self.admin.change(self.local, RESTORE, role_is("admin"))
        last = self.scim.find_user("last@example.com")["id"]
        self.assertEqual(self.scim.delete(f"/Users/{last}").status, 204)

    def test_one_of_two_may_go(self):
        second = self.scim.create_user("second@example.com", "admin")["id"]

        self.scim.change(second, DEACTIVATE)

        self.assertFalse(self.scim.user(second)["active"])


if __name__ == "__main__":
    unittest.main()
