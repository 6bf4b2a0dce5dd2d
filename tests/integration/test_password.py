"""A password that a provider pushes is set in the directory, once, and is to be found nowhere else."""

import os
import resource
import secrets
import signal
import unittest

from support import Bridge, BridgeCase, wait_until
from support.client import DEACTIVATE, RESTORE, expect, user


def new_password():
    return "Xq7 é\"\\" + secrets.token_urlsafe(18)


class Passwords(BridgeCase):
    def setUp(self):
        self.name = f"{secrets.token_hex(5)}@example.com"

    def push(self, password, **more):
        """Create the person; the answer says nothing of the password."""
        body = user(self.name, "user", "Harbour", password=password, **more)
        answer = self.scim.post("/Users", body)
        self.assertEqual(answer.status, 201, answer)
        self.assertNotIn("password", answer.text)
        return answer.json["id"]

    def works(self, password):
        dn, _ = self.directory.person(self.name)
        return self.directory.bind_ok(dn, password)

    def send(self, identifier, password):
        self.scim.change(identifier, ("Replace", "password", password))

    def parked(self):
        wait_until(lambda: self.bridge.status()["parked"], 20, self.bridge.status)
        [parked] = self.bridge.status()["parked"]
        return parked["detail"]

    def assert_nowhere(self, *passwords):
        """Not in the log, and in no file of the installation."""
        for path in self.bridge.folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                for password in passwords:
                    with self.subTest(path):
                        self.assertNotIn(password.encode(), content)
                        self.assertNotIn(password[8:].encode(), content)

    # -------------------------------------------------------------------- set

    def test_the_password_that_comes_with_a_person_and_each_newer_one_works(self):
        first, second, third = (new_password() for _ in range(3))
        identifier = self.push(first)
        self.assert_converges()
        self.assertTrue(self.works(first))

        self.send(identifier, second)
        self.assert_converges()
        self.assertTrue(self.works(second))
        self.assertFalse(self.works(first))

        body = {**self.scim.user(identifier), "password": third}
        answer = self.scim.put(f"/Users/{identifier}", body)
        self.assertEqual(answer.status, 200, answer)
        self.assertNotIn("password", answer.text)
        self.assert_converges()
        self.assertTrue(self.works(third))
        self.assert_nowhere(first, second, third)

    def test_a_change_of_something_else_leaves_the_password_that_people_have_chosen(self):
        identifier = self.push(new_password())
        self.assert_converges()
        chosen = new_password()
        self.directory.set_password(self.directory.person(self.name)[0], chosen)

        self.scim.change(identifier, ("Replace", "title", "Smith"))
        self.scim.put(f"/Users/{identifier}", self.scim.user(identifier))
        self.assert_converges()

        self.assertTrue(self.works(chosen))

    def test_a_password_survives_an_outage_and_a_kill(self):
        first, second = new_password(), new_password()
        self.directory.stop()
        identifier = self.push(first)
        self.send(identifier, second)
        self.assert_nowhere(first, second)

        self.bridge.kill()
        self.assert_nowhere(first, second)
        self.directory.start()
        self.bridge.start()
        self.bridge.settle(30)

        self.assertTrue(self.works(second))
        self.assertFalse(self.works(first))

    def test_the_service_says_that_it_takes_passwords(self):
        config = expect(self.scim.get("/ServiceProviderConfig"), 200).json
        self.assertTrue(config["changePassword"]["supported"])

    # ---------------------------------------------------------------- not set

    def test_whoever_is_deactivated_comes_back_without_the_password_that_waited(self):
        first, waiting, late = (new_password() for _ in range(3))
        identifier = self.push(first)
        self.assert_converges()
        self.directory.stop()
        self.send(identifier, waiting)
        self.scim.change(identifier, DEACTIVATE, ("Replace", "password", late))
        self.directory.start()
        self.bridge.settle(30)

        self.scim.change(identifier, RESTORE)
        self.assert_converges()

        self.assertTrue(self.works(first))
        self.assertFalse(self.works(waiting) or self.works(late))

    def test_whoever_is_deleted_leaves_no_password_to_who_has_the_name_next(self):
        first, waiting = new_password(), new_password()
        identifier = self.push(first)
        self.assert_converges()
        self.directory.stop()
        self.send(identifier, waiting)
        self.scim.delete(f"/Users/{identifier}")
        self.scim.create_user(self.name, "user", "Harbour")
        self.directory.start()
        self.bridge.settle(30)
        self.assertFalse(self.works(waiting))

    def test_a_password_that_the_policy_refuses_is_parked_until_a_better_one_comes(self):
        policy = f"dn: cn=default,ou=policies,{self.directory.base}\nchangetype: modify\n"
        self.directory.modify(policy + "add: pwdCheckQuality\npwdCheckQuality: 2\n-\n"
                              "add: pwdMinLength\npwdMinLength: 40\n")
        self.addCleanup(self.directory.modify, policy + "delete: pwdCheckQuality\n-\n"
                        "delete: pwdMinLength\n")
        short = new_password()
        identifier = self.push(short)

        detail = self.parked()

        self.assertIn("set the password of uid=", detail)
        self.assertIn("policy does not allow", detail)
        self.assertNotIn(short, str(self.bridge.status()))
        self.assertNotIn(short, self.admin.get(f"/Users/{identifier}").text)
        self.assertIn(self.directory.person(self.name)[0], self.directory.members("site-harbour"))
        self.assertFalse(self.works(short))

        long = new_password() + "x" * 20
        self.send(identifier, long)
        self.bridge.settle()
        self.assertTrue(self.works(long))
        self.assert_nowhere(short, long)

    # ----------------------------------------------------------------- limits

    def test_a_password_that_is_no_good_is_refused_and_not_repeated(self):
        for password in ("Kx7-short-1", "Kx7-" + "x" * 253, "Passwordpassword1!", "123456789012345",
                         "zzzzzzzzzzzzzzz"):
            body = user(self.name, "user", "Harbour", password=password)
            with self.subTest(password):
                answer = self.scim.post("/Users", body)
                self.assert_refused(answer, 400, "invalidValue", "password")
                self.assertNotIn(password, answer.text)
        for password in (98765432109876, {"value": {"x": "secretive"}}, ["secretive", "x"]):
            body = user(self.name, "user", "Harbour", password=password)
            with self.subTest(password):
                answer = self.scim.post("/Users", body)
                self.assert_refused(answer, 400, "invalidValue", "password")
                self.assertNotIn("secretive", answer.text)
                self.assertNotIn("98765432109876", answer.text)
        self.assertIsNone(self.scim.find_user(self.name))

    def test_a_password_cannot_be_looked_for(self):
        self.assert_refused(self.scim.get("/Users", filter='password eq "x"'), 400,
                            "invalidFilter")


class Shorter(BridgeCase):
    directory_settings = {"password_size": 8}

    def test_who_runs_the_bridge_may_allow_shorter_passwords(self):
        body = user("short@example.com", "user", "Harbour", password="1mz050n")
        self.assert_refused(self.scim.post("/Users", body), 400, "invalidValue", "8 to 256 bytes")

        body["password"] = "1mz050nq"
        self.assertEqual(self.scim.post("/Users", body).status, 201)
        self.assert_converges()

        dn, _ = self.directory.person("short@example.com")
        self.assertTrue(self.directory.bind_ok(dn, "1mz050nq"))


class Adopted(BridgeCase):
    directory_settings = {"match": "mail"}

    def test_no_password_is_set_on_an_entry_that_somebody_else_has_made(self):
        dn = f"cn=Theirs,{self.directory.people_base}"
        own, pushed = new_password(), new_password()
        self.directory.modify(f"dn: {dn}\nchangetype: add\nobjectClass: inetOrgPerson\nsn: x\n"
                              "cn: Theirs\nmail: theirs@example.com\n")
        self.directory.set_password(dn, own)

        self.scim.create_user("theirs@example.com", "user", "Harbour", password=pushed)
        self.bridge.settle()

        self.assertIn(dn, self.directory.members("site-harbour"))
        self.assertTrue(self.directory.bind_ok(dn, own))
        self.assertFalse(self.directory.bind_ok(dn, pushed))


class Nowhere(BridgeCase):
    has_directory = False

    def test_without_a_directory_passwords_are_ignored_and_the_service_says_so(self):
        config = expect(self.scim.get("/ServiceProviderConfig"), 200).json
        self.assertFalse(config["changePassword"]["supported"])
        self.assertEqual(self.scim.post("/Users", user("x@example.com", password="x")).status, 201)


class Memory(unittest.TestCase):
    def test_a_daemon_that_dies_leaves_no_image_of_its_memory(self):
        bridge = Bridge()
        self.addCleanup(bridge.close)
        bridge.cli("init")
        bridge.start()
        process, bridge.process = bridge.process, None
        resource.prlimit(process.pid, resource.RLIMIT_CORE, (1 << 20, 1 << 20))

        process.send_signal(signal.SIGQUIT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = status

        self.assertEqual(os.WTERMSIG(status), signal.SIGQUIT)
        self.assertFalse(os.WCOREDUMP(status))


if __name__ == "__main__":
    unittest.main()
