"""A connection sees and reaches what is its own, as long as its token lives."""

import threading
import time
import unittest

from support import BridgeCase
from support.client import DEACTIVATE, EXTENSION, SITE, Client, expect, patch, user
from support.wait import wait_until


class Isolation(BridgeCase):
    has_directory = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.bridge.connect("other", "user")
        cls.person = cls.scim.create_user("mine@example.com", "user", "Harbour", externalId="x-1")
        cls.path = f"/Users/{cls.person['id']}"

    def test_what_is_another_connections_is_not_there_by_any_route(self):
        group = self.group(self.scim, "Mine", self.person["id"])
        rename = patch(("Replace", "displayName", "Stolen"))
        join = patch(("Add", "members", [{"value": self.person["id"]}]))
        empty = {"schemas": rename["schemas"],
                 "Operations": [{"op": "Remove", "path": "members"}]}
        paths = {
            f"/Users/{self.person['id']}": (user("mine@example.com"), rename, patch(DEACTIVATE)),
            f"/Groups/{group['id']}": ({"displayName": "Stolen"}, rename, join, empty),
        }
        for path, (whole, *changes) in paths.items():
            requests = [("GET", None), ("PUT", whole), ("DELETE", None),
                        *(("PATCH", change) for change in changes)]
            for method, body in requests:
                with self.subTest(f"{method} {path}"):
                    self.assert_refused(self.other.request(method, path, body), 404)
        self.assertEqual(self.scim.get(f"/Groups/{group['id']}").json, group)
        person = self.scim.user(self.person["id"])
        self.assertEqual([found["value"] for found in person.pop("groups")], [group["id"]])
        self.assertEqual(person, self.person)

        # What is there and what never was are told apart by nothing.
        gone = "0190a0a0-0000-7000-8000-000000000000"
        there = self.other.get(f"/Users/{self.person['id']}").json
        self.assertEqual(there["detail"].replace(self.person["id"], gone),
                         self.other.get(f"/Users/{gone}").json["detail"])

    def group(self, client, name, *members):
        body = {"displayName": name, "members": [{"value": member} for member in members]}
        created = expect(client.post("/Groups", body), 201).json
        self.addCleanup(client.delete, f"/Groups/{created['id']}")
        return client.get(f"/Groups/{created['id']}").json

    def test_another_connections_people_are_no_members(self):
        own = self.other.create_user("member@example.com")["id"]
        group = self.group(self.other, "Theirs", own, self.person["id"])
        self.assertEqual([member["value"] for member in group["members"]], [own])

        for change in (("Add", "members", [{"value": self.person["id"]}]),
                       ("Replace", "members", [{"value": own}, {"value": self.person["id"]}])):
            expect(self.other.request("PATCH", f"/Groups/{group['id']}", patch(change)), 200, 204)
            members = self.other.get(f"/Groups/{group['id']}").json["members"]
            self.assertEqual([member["value"] for member in members], [own])
        self.assertNotIn("groups", self.scim.user(self.person["id"]))

    def test_the_name_of_another_connections_group_is_taken_and_nobody_is_told_whose(self):
        self.group(self.scim, "Assembly")
        answer = self.other.post("/Groups", {"displayName": "ASSEMBLY"})
        self.assert_refused(answer, 409, "uniqueness")
        self.assertNotIn("demo", answer.text)
        self.assertEqual(self.other.resources("/Groups", filter='displayName eq "Assembly"'), [])

    def test_lists_and_filters_hold_nothing_of_others(self):
        for text in ('userName eq "mine@example.com"', 'externalId eq "x-1"', "active eq true",
                     f'id eq "{self.person["id"]}"', 'emails[type eq "work"].value co "mine"'):
            with self.subTest(text):
                names = [found["userName"] for found in self.other.users(filter=text)]
                self.assertNotIn("mine@example.com", names)
        self.assertNotIn("mine@example.com", [found["userName"] for found in self.other.users()])

    def test_a_name_that_another_connection_has_is_taken_all_the_same(self):
        own = self.other.create_user("own@example.com")["id"]
        for answer in (self.other.post("/Users", user("Mine@Example.com")),
                       self.other.patch(own, ("Replace", "userName", "mine@example.com")),
                       self.other.put(f"/Users/{own}", user("mine@example.com"))):
            self.assert_refused(answer, 409, "uniqueness")
            for secret in ("demo", self.person["id"], self.person["displayName"]):
                self.assertNotIn(secret, answer.text)

    def test_external_ids_are_each_connections_own(self):
        created = self.other.create_user("theirs@example.com", externalId="x-1")
        self.assertEqual(created["externalId"], "x-1")
        found = self.scim.users(filter='externalId eq "x-1"')
        self.assertEqual([person["userName"] for person in found], ["mine@example.com"])

    def test_an_external_id_is_only_ever_a_text_of_the_provider(self):
        values = ["1", "0", "-1", "admin", "default", "local", self.person["id"],
                  self.bridge.admin.find_user("admin@example.com")["id"], "x" * 511, "y" * 600,
                  "../1", "a b", "\u00e9", "*", "null", "true"]
        ids = {self.person["id"]}
        for number, value in enumerate(values):
            with self.subTest(value[:40]):
                created = self.other.create_user(f"external{number}@example.com", externalId=value)
                self.assertEqual(created["externalId"], value)
                self.assertNotIn(created["id"], ids)
                ids.add(created["id"])
                self.assertNotIn("role", created[EXTENSION])
                self.assert_refused(self.other.post("/Users", user(
                    f"second{number}@example.com", externalId=value)), 409, "uniqueness")
        for value in ("1", "0", "admin"):
            self.assert_refused(self.other.get(f"/Users/{value}"), 404)

    def test_a_provider_that_takes_the_address_of_somebody_takes_nothing_else(self):
        mail = [{"value": "admin@example.com", "type": "work", "primary": True}]
        before = self.bridge.admin.find_user("admin@example.com")
        own = self.other.create_user("changer@example.com")["id"]

        self.other.change(own, ("Replace", "emails", mail))

        self.assertEqual(self.bridge.admin.user(before["id"]), before)
        self.assertEqual([person["id"] for person in
                          self.other.users(filter='emails.value eq "admin@example.com"')], [own])

    def test_what_only_the_bridge_says_is_not_written(self):
        own = self.other.create_user("plain@example.com", "user", "Harbour")
        forged = {
            "id": self.person["id"],
            "meta": {"version": 'W/"99"', "created": "1999-01-01T00:00:00Z"},
            "groups": [{"value": "x"}],
            EXTENSION: {"status": "inactive", "managedBy": "demo", "breakGlass": True,
                        "blocked": {"by": "nobody"}, "lastActivity": "1999-01-01T00:00:00Z",
                        "directory": {"state": "landed", "dn": "cn=admin"}},
        }
        requests = [("PUT", dict(user("plain@example.com", "user", "Harbour"), **{name: value}))
                    for name, value in forged.items()]
        requests += [("PATCH", patch(("Replace", name, value))) for name, value in forged.items()]
        requests += [("PATCH", patch(("Add", None, {name: value})))
                     for name, value in forged.items()]
        requests += [("PATCH", patch(("Replace", f"{EXTENSION}:{name}", value)))
                     for name, value in forged[EXTENSION].items()]
        for method, body in requests:
            with self.subTest(f"{method} {body}"):
                answer = self.other.request(method, f"/Users/{own['id']}", body)
                self.assertIn(answer.status, (200, 204, 400, 403), answer)
                found = self.other.user(own["id"])
                self.assertEqual(found[EXTENSION]["managedBy"], "other")
                self.assertEqual(found[EXTENSION]["status"], "active")
                for name in ("breakGlass", "blocked", "lastActivity"):
                    self.assertNotIn(name, found[EXTENSION])
                self.assertNotIn("dn", found[EXTENSION]["directory"])
                self.assertNotIn("groups", found)
                self.assertEqual(found["meta"]["created"], own["meta"]["created"])
        created = self.other.post("/Users", dict(user("forged@example.com"), id=self.person["id"],
                                                 groups=[{"value": "x"}], meta=forged["meta"]))
        self.assertIn(created.status, (201, 400), created)
        if created.status == 201:
            self.assertNotEqual(created.json["id"], self.person["id"])
        self.assertEqual(self.scim.user(self.person["id"]), self.person)

    def test_of_many_who_create_one_person_at_once_one_does(self):
        clients = [self.scim, self.other] * 4
        for number in range(10):
            name = f"race{number}@example.com"
            answers = at_once([lambda client=client: client.post("/Users", user(name))
                               for client in clients])
            self.assertEqual(sorted(answer.status for answer in answers),
                             [201] + [409] * (len(clients) - 1))
            self.assertEqual(len(self.bridge.admin.users(filter=f'userName eq "{name}"')), 1)

    def test_a_role_that_the_connection_may_not_grant_is_refused(self):
        answer = self.other.post("/Users", user("climber@example.com", "admin"))
        self.assertIn(answer.status, (400, 403), answer)
        self.assertIsNone(self.other.find_user("climber@example.com"))

    def test_a_connections_token_opens_no_admin_interface_and_writes_no_site(self):
        api = Client(self.bridge.port, prefix="/admin/v1")
        api.headers = self.scim.headers
        for method, path in (("GET", "/status"), ("GET", "/connections"), ("POST", "/tokens"),
                             ("DELETE", "/connections/demo"), ("GET", "/tokens")):
            with self.subTest(f"{method} {path}"):
                answer = api.request(method, path, {"name": "x"} if method == "POST" else None)
                self.assertIn(answer.status, (403, 404), answer)
        site = {"schemas": [SITE], "displayName": "Annex"}
        self.assertIn(self.scim.post("/Sites", site).status, (403, 404, 405))
        names = [found["displayName"] for found in self.scim.resources("/Sites")]
        self.assertEqual(sorted(names), ["Harbour", "North Plant"])

    def test_a_rotated_token_lives_beside_the_new_one_until_the_next_rotation(self):
        oldest = self.bridge.connect("rotating", "user")
        older = Client(self.bridge.port, self.rotate("rotating"))
        self.assertEqual([oldest.get("/Users").status, older.get("/Users").status], [200, 200])

        newest = Client(self.bridge.port, self.rotate("rotating"))

        self.assert_refused(oldest.get("/Users"), 401)
        self.assertEqual([older.get("/Users").status, newest.get("/Users").status], [200, 200])

    def rotate(self, name):
        return self.bridge.admin_api.post(f"/connections/{name}/.rotate").json["token"]

    def test_a_deleted_connections_token_stops_at_once(self):
        short = self.bridge.connect("short", "user")
        self.assertEqual(short.get("/Users").status, 200)

        answer = self.bridge.admin_api.delete("/connections/short")

        self.assertEqual(answer.status, 204, answer)
        self.assert_refused(short.get("/Users"), 401)

    def test_a_revoked_administrators_token_stops_at_once(self):
        token = self.bridge.admin_api.post("/tokens", {"name": "job"}).json["token"]
        job = Client(self.bridge.port, token, "/admin/v1")
        self.assertEqual(job.get("/status").status, 200)

        self.assertEqual(self.bridge.admin_api.delete("/tokens/job").status, 204)

        self.assert_refused(job.get("/status"), 401)


class Blocks(BridgeCase):
    """What an administrator says of somebody's access, against what a provider may."""

    def blocked(self, name):
        identifier = self.scim.create_user(name, "user", "Harbour")["id"]
        self.bridge.settle()
        dn, _ = self.directory.person(name)
        self.directory.set_password(dn, "correct horse battery")
        self.assertTrue(self.directory.bind_ok(dn, "correct horse battery"))
        expect(self.admin.post(f"/Users/{identifier}/.block", {"reason": "device stolen"}), 200)
        return identifier, dn

    def assert_kept_out(self, name, dn):
        self.assert_converges()
        self.assertFalse(self.directory.bind_ok(dn, "correct horse battery"))
        self.assertFalse(self.admin.find_user(name)["active"])

    def test_nothing_that_a_provider_sends_lifts_a_block(self):
        name = "blocked@example.com"
        identifier, dn = self.blocked(name)
        whole = user(name, "user", "North Plant")
        for answer in (self.scim.patch(identifier, ("Replace", "active", "True")),
                       self.scim.put(f"/Users/{identifier}", whole),
                       self.scim.patch(identifier, ("Replace", "active", "False")),
                       self.scim.patch(identifier, ("Replace", "active", True))):
            self.assertEqual(answer.status, 200, answer)
            self.assertFalse(answer.json["active"])
        self.assert_refused(self.scim.post(f"/Users/{identifier}/.unblock"), 403)
        self.assert_refused(self.scim.post(f"/Users/{identifier}/.block"), 403)
        self.assert_kept_out(name, dn)

        expect(self.admin.post(f"/Users/{identifier}/.unblock"), 200)
        self.assert_converges()
        self.assertTrue(self.directory.bind_ok(dn, "correct horse battery"))
        self.assertEqual(self.scim.user(identifier)[EXTENSION]["site"], "North Plant")

    def test_a_deletion_by_the_provider_does_not_lift_it_either(self):
        name = "recreated@example.com"
        identifier, dn = self.blocked(name)

        expect(self.scim.delete(f"/Users/{identifier}"), 204)

        self.assert_refused(self.scim.get(f"/Users/{identifier}"), 404)
        self.assertIsNone(self.scim.find_user(name))
        self.assert_refused(self.scim.post("/Users", user(name, "user", "Harbour")), 409,
                            "uniqueness")
        self.assert_kept_out(name, dn)
        self.assertIn("device stolen", self.bridge.cli("user", "show", name))


def at_once(calls):
    """What the calls return, all made at the same time."""
    answers = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(number):
        barrier.wait(20)
        answers[number] = calls[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


class Hammering:
    """Threads that send one request after the other, and note when each began and how it ended."""

    def __init__(self, calls):
        self.seen = []
        self.failures = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(call,)) for call in calls]
        for thread in self.threads:
            thread.start()

    def run(self, call):
        try:
            while not self.is_over.is_set():
                began = time.monotonic()
                self.seen.append((began, call().status))
        except Exception as failure:  # told by the test, which is another thread
            self.failures.append(failure)

    def since(self, moment):
        """How those ended that began later than this."""
        return [status for began, status in list(self.seen) if began > moment]

    def wait_for(self, count, moment):
        wait_until(lambda: self.failures or len(self.since(moment)) >= count, 30,
                   f"{count} requests have ended")

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join(60)


class Revocation(BridgeCase):
    has_directory = False

    def calls(self, client, name):
        """Every route that a connection's token opens, readers and writers."""
        person = client.create_user(f"{name}@example.com")["id"]
        group = expect(client.post("/Groups", {"displayName": name}), 201).json
        turn = iter(range(10**9))
        return [
            lambda: client.get("/Users"),
            lambda: client.get(f"/Users/{person}"),
            lambda: client.get("/Users", filter='userName eq "nobody"'),
            lambda: client.post("/Users", user(f"{name}{next(turn)}@example.com")),
            lambda: client.patch(person, ("Replace", "title", f"t{next(turn)}")),
            lambda: client.put(f"/Users/{person}", user(f"{name}@example.com")),
            lambda: client.request("PATCH", f"/Groups/{group['id']}",
                                   patch(("Add", "members", [{"value": person}]))),
            lambda: client.get("/Sites"),
        ]

    def assert_over_at_once(self, calls, end):
        hammering = Hammering(calls)
        try:
            hammering.wait_for(80, 0)
            end()
            acknowledged = time.monotonic()
            people = self.people()
            hammering.wait_for(80, acknowledged)
        finally:
            hammering.stop()
        self.assertEqual(hammering.failures, [])
        self.assertEqual(self.people(), people)  # of those on their way, too, none was committed
        self.assertEqual(set(hammering.since(acknowledged)), {401})
        seen = {status for _, status in hammering.seen}
        self.assertLessEqual(seen, {200, 201, 204, 401, 404})  # 404: between look and look
        self.assertLessEqual({200, 201}, seen)

    def people(self):
        return {person["id"]: person["meta"]["version"] for person in self.admin.users()}

    def test_after_a_rotation_without_grace_the_old_token_opens_nothing(self):
        client = self.bridge.connect("hammered", "user")
        self.assert_over_at_once(self.calls(client, "hammered"), lambda: expect(
            self.bridge.admin_api.post("/connections/hammered/.rotate", {"grace": 0}), 200))

    def test_the_token_of_a_deleted_connection_opens_nothing(self):
        client = self.bridge.connect("deleted", "user")
        self.assert_over_at_once(self.calls(client, "deleted"), lambda: expect(
            self.bridge.admin_api.delete("/connections/deleted?accounts=release"), 204))

    def test_a_revoked_administrators_token_opens_nothing(self):
        token = self.bridge.admin_api.post("/tokens", {"name": "busy"}).json["token"]
        client = Client(self.bridge.port, token)
        api = Client(self.bridge.port, token, "/admin/v1")
        calls = self.calls(client, "busy") + [lambda: api.get("/status"), lambda: api.get("/connections")]
        self.assert_over_at_once(calls, lambda: expect(
            self.bridge.admin_api.delete("/tokens/busy"), 204))


if __name__ == "__main__":
    unittest.main()
