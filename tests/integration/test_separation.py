"""No route and no command shows or reaches another organization's.

Whatever names something of another organization must be answered as what names nothing at
all. Which routes and commands there are is read from the program's own tables: one that is
new and has no row here fails the test.
"""

import re
import subprocess
import unittest
import uuid
from dataclasses import dataclass, field

from support import Bridge, Directory
from support.bridge import BINARY, SOURCE
from support.client import EXTENSION, PATCH, SITE, USER, Client, expect, patch, user

NAMES = ("default", "acme")
ROUTE = re.compile(r'\{"([A-Z]+)", "([^"]+)", (SCOPE_[A-Z]+), \w+\}')
CALLERS = {  # who may call what
    "SCOPE_NONE": {"control", "administrator", "connection"},
    "SCOPE_PROVISION": {"control", "administrator", "connection"},
    "SCOPE_ADMIN": {"control", "administrator"},
    "SCOPE_CONTROL": {"control"},
    "SCOPE_METRICS": {"control"},
}

# ------------------------------------------------------------------ what a request names

# In the rows below {id} and the like stand for what another organization has, and then for what
# nobody has.
WORDS = ("id", "user", "userName", "externalId", "group", "groupName", "site", "siteName",
         "siteKey", "connection", "token", "organization")


def nowhere():
    """Words of the same form that name nothing at all."""
    words = {word: f"nowhere-{word.lower()}" for word in WORDS}
    return {**words, "userName": "nowhere@example.com", "user": str(uuid.uuid4()),
            "group": str(uuid.uuid4()), "site": str(uuid.uuid4())}


def filled(template, words):
    """A text, or JSON, with its words put in."""
    if isinstance(template, dict):
        return {filled(key, words): filled(value, words) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, words) for value in template]
    if isinstance(template, str):
        return re.sub(r"<(\w+)>", lambda match: words[match[1]], template)
    return template


def without(text, words):
    """What is left of an answer when it may repeat what it was asked for."""
    for value in sorted(words.values(), key=len, reverse=True):
        text = text.replace(value, "<word>")
    return text


# ------------------------------------------------------------------------- the two tables


@dataclass
class Missing:
    """Answered as if it named nothing."""

    what: str = ""  # of the path's {id} or {name}
    body: object = None
    query: tuple = ()


@dataclass
class Shown:
    """Answered with what is the caller's, or everybody's."""

    own: str = ""  # of this the caller's is in the answer
    queries: tuple = ()  # each answered as if it named nothing
    arguments: tuple = ()  # of a command
    repeats: bool = False  # what was done before, with names that are free here


@dataclass
class Made:
    """The names of another organization are free here; it is taken away again."""

    body: object
    undo: str  # a path
    key: str = "id"  # of the answer, for the path


@dataclass
class Refused:
    status: int
    body: object = field(default_factory=dict)


REPLACED = ("Replace", "displayName", "Changed")
USER_BODY = {"schemas": [USER, EXTENSION], "userName": "<userName>", "externalId": "<externalId>",
             "emails": [{"value": "<userName>"}], EXTENSION: {"role": "user", "site": "Own Site"}}
USER_FILTERS = tuple({"filter": text} for text in (
    'userName eq "<userName>"', 'id eq "<user>"', 'externalId eq "<externalId>"',
    'emails.value eq "<userName>"', 'emails[type eq "work"].value co "<userName>"',
    'groups.value eq "<group>"', f'{EXTENSION}:site eq "<siteName>"',
    'meta.location co "<user>"', 'userName eq "x" or id eq "<user>"'))
GROUP_BODY = {"displayName": "<groupName>", "externalId": "<externalId>",
              "members": [{"value": "<user>"}]}
GROUP_FILTERS = tuple({"filter": text} for text in (
    'displayName eq "<groupName>"', 'id eq "<group>"', 'members.value eq "<user>"',
    'members[value eq "<user>"]', 'externalId eq "<externalId>"'))
SITE_BODY = {"schemas": [SITE], "displayName": "<siteName>", "key": "<siteKey>"}
SITE_FILTERS = tuple({"filter": text} for text in (
    'displayName eq "<siteName>"', 'key eq "<siteKey>"', 'id eq "<site>"'))

ROUTES = {
    "GET /healthz": Shown(),
    "GET /readyz": Shown(),
    "GET /metrics": Shown(),
    "GET /scim/v2/ServiceProviderConfig": Shown(),
    "GET /scim/v2/ResourceTypes": Shown(),
    "GET /scim/v2/ResourceTypes/{name}": Missing("connection"),
    "GET /scim/v2/Schemas": Shown(),
    "GET /scim/v2/Schemas/{urn}": Missing("connection"),
    "GET /scim/v2/Users": Shown("user", ({"sortBy": "userName"}, *USER_FILTERS)),
    "POST /scim/v2/Users": Made(USER_BODY, "/scim/v2/Users/"),
    "GET /scim/v2/Users/{id}": Missing("user"),
    "PUT /scim/v2/Users/{id}": Missing("user", USER_BODY),
    "PATCH /scim/v2/Users/{id}": Missing("user", patch(REPLACED)),
    "DELETE /scim/v2/Users/{id}": Missing("user"),
    "POST /scim/v2/Users/{id}/.block": Missing("user", {"reason": "none"}),
    "POST /scim/v2/Users/{id}/.unblock": Missing("user"),
    "POST /scim/v2/Users/{id}/.move": Missing("user", {"to": "local"}),
    "GET /scim/v2/Groups": Shown("group", ({"sortBy": "displayName"}, *GROUP_FILTERS)),
    "POST /scim/v2/Groups": Made(GROUP_BODY, "/scim/v2/Groups/"),
    "GET /scim/v2/Groups/{id}": Missing("group"),
    "PUT /scim/v2/Groups/{id}": Missing("group", GROUP_BODY),
    "PATCH /scim/v2/Groups/{id}": Missing("group", patch(REPLACED)),
    "DELETE /scim/v2/Groups/{id}": Missing("group"),
    "GET /scim/v2/Sites": Shown("site", SITE_FILTERS),
    "POST /scim/v2/Sites": Made(SITE_BODY, "/scim/v2/Sites/"),
    "GET /scim/v2/Sites/{id}": Missing("site"),
    "PUT /scim/v2/Sites/{id}": Missing("site", SITE_BODY),
    "PATCH /scim/v2/Sites/{id}": Missing("site", patch(REPLACED)),
    "DELETE /scim/v2/Sites/{id}": Missing("site"),
    "GET /admin/v1/status": Shown("organization"),
    "GET /admin/v1/organizations": Shown("organization"),
    "POST /admin/v1/organizations": Refused(409, {"name": "<organization>"}),
    "GET /admin/v1/connections": Shown("connection"),
    "POST /admin/v1/connections": Made({"name": "<connection>"}, "/admin/v1/connections/", "name"),
    "GET /admin/v1/connections/{name}": Missing("connection"),
    "PATCH /admin/v1/connections/{name}": Missing("connection", {"grants": ["user"]}),
    "POST /admin/v1/connections/{name}/.rotate": Missing("connection"),
    "DELETE /admin/v1/connections/{name}": Missing("connection"),
    "GET /admin/v1/holds": Shown(),
    "GET /admin/v1/holds/{id}": Missing("connection"),
    "POST /admin/v1/holds/{id}/.allow": Missing("connection", {"reason": "none"}),
    "POST /admin/v1/holds/{id}/.refuse": Missing("connection", {"reason": "none"}),
    "GET /admin/v1/journal": Shown("user", ({"subject": "<user>"},), repeats=True),
    "GET /admin/v1/journal/.verify": Shown(),
    "GET /admin/v1/journal/.export": Shown("user", repeats=True),
    "POST /admin/v1/journal/.prune": Refused(409, {"after": 0, "number": 1, "link": "A" * 43}),
    "POST /admin/v1/journal/.erase": Missing(body={"id": "<user>"}),
    "GET /admin/v1/tokens": Shown("token"),
    "POST /admin/v1/tokens": Made({"name": "<token>"}, "/admin/v1/tokens/", "name"),
    "DELETE /admin/v1/tokens/{name}": Missing("token"),
}

LOCAL = {"init", "serve", "config", "completion", "store", "doctor"}  # ask no daemon
COMMANDS = {
    "status": Shown(),
    "organization list": Shown("organization"),
    "organization create": Refused(1, ["<organization>"]),
    "user list": Shown("userName", (["--site", "<siteName>"],)),
    "user show": Missing(query=(["<userName>"], ["<user>"])),
    "user create": Made(["<userName>", "--role", "user", "--site", "Own Site"], "user delete"),
    "user edit": Missing(query=(["<userName>", "--display-name", "Changed"],)),
    "user deactivate": Missing(query=(["<userName>"], ["<user>"])),
    "user reactivate": Missing(query=(["<user>", "--role", "user", "--site", "Own Site"],)),
    "user block": Missing(query=(["<userName>"],)),
    "user unblock": Missing(query=(["<userName>"],)),
    "user move": Missing(query=(["<userName>", "--to", "local"],)),
    "user delete": Missing(query=(["<userName>"], ["<user>"])),
    "group list": Shown("groupName"),
    "group show": Missing(query=(["<groupName>"],)),
    "site list": Shown("siteName"),
    "site create": Made(["<siteName>", "--key", "<siteKey>"], "site delete"),
    "site rename": Missing(query=(["<siteName>", "--to", "Changed"], ["<siteKey>", "--to", "X"])),
    "site delete": Missing(query=(["<siteName>"], ["<siteKey>"])),
    "connection list": Shown("connection"),
    "connection show": Missing(query=(["<connection>"],)),
    "connection create": Made(["<connection>"], "connection delete"),
    "connection edit": Missing(query=(["<connection>", "--grant", "user"],)),
    "connection rotate": Missing(query=(["<connection>"],)),
    "connection delete": Missing(query=(["<connection>", "--deactivate"], ["<connection>"])),
    "hold list": Shown(),
    "hold show": Missing(query=(["<connection>"],)),
    "hold allow": Missing(query=(["<connection>", "--reason", "none"],)),
    "hold refuse": Missing(query=(["<connection>", "--reason", "none"],)),
    "journal list": Shown(queries=(["--user", "<userName>"],), repeats=True),
    "journal verify": Shown(),
    "journal export": Shown("user", arguments=("-",), repeats=True),
    "journal prune": Refused(1, ["--exported", "/nowhere/exported"]),
    "journal erase": Missing(query=(["<user>"],)),
    "token list": Shown("token"),
    "token create": Made(["<token>"], "token revoke"),
    "token revoke": Missing(query=(["<token>"],)),
}


class Organization:
    """One with a person, a group, a site, a connection and a token that no other one has."""

    def __init__(self, bridge, directory, name):
        self.bridge = bridge.of(name)
        self.directory = directory
        self.name = name
        self.own = {
            "organization": name, "userName": f"only-{name}@example.com",
            "externalId": f"only-{name}-x", "groupName": f"Only-{name} Group",
            "siteName": f"Only-{name} Site", "siteKey": f"only-{name}-site",
            "connection": f"only-{name}", "token": f"only-{name}-job",
        }
        self.fill()

    def fill(self):
        own, bridge = self.own, self.bridge
        bridge.cli("site", "create", "Own Site")
        bridge.cli("site", "create", own["siteName"], "--key", own["siteKey"])
        bridge.cli("user", "create", "admin@example.com", "--role", "admin")
        local = bridge.admin.create_user("local@example.com", "user", "Own Site")["id"]
        token = bridge.connection_token(own["connection"], "user", "admin")
        admin = expect(bridge.admin_api.post("/tokens", {"name": own["token"]}), 201).json
        self.token_file = bridge.folder / f"{self.name}.token"
        self.token_file.touch(0o600)
        self.token_file.write_text(admin["token"])
        scim = Client(bridge.port, token)
        own["user"] = scim.create_user(own["userName"], "user", own["siteName"],
                                       externalId=own["externalId"])["id"]
        own["group"] = expect(scim.post("/Groups", {
            "displayName": own["groupName"], "externalId": own["externalId"],
            "members": [{"value": own["user"]}]}), 201).json["id"]
        sites = {site["displayName"]: site["id"] for site in bridge.admin.resources("/Sites")}
        own["site"] = sites[own["siteName"]]
        control = Client(str(bridge.socket), prefix="")
        control.headers["Rolebridge-Organization"] = self.name
        self.callers = {"control": control,
                        "administrator": Client(bridge.port, admin["token"], ""),
                        "connection": Client(bridge.port, token, "")}
        self.changeable = {"control": local, "administrator": local, "connection": own["user"]}
        self.secrets = [value for word, value in own.items() if word != "organization"]
        self.secrets += re.findall(r'"id":"([^"]+)"', self.state())

    def state(self):
        """Everything of it, as far as it stays when nobody changes anything."""
        texts = [self.callers["control"].get(path).text for path in (
            "/scim/v2/Users", "/scim/v2/Groups", "/scim/v2/Sites", "/admin/v1/connections",
            "/admin/v1/tokens")]
        return re.sub(r'"(expiresIn|lastUsed)":("[^"]*"|\d+|null)', "", "\n".join(texts))


class Separation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = Directory()
        cls.addClassCleanup(directory.close)
        directory.start()
        parts = {name: directory.part(name) for name in NAMES}
        cls.bridge = Bridge(parts["default"], organizations={"acme": parts["acme"]})
        cls.addClassCleanup(cls.bridge.close)
        cls.bridge.cli("init")
        cls.bridge.start().cli("organization", "create", "acme")
        both = [Organization(cls.bridge, parts[name], name) for name in NAMES]
        cls.directions = ((both[0], both[1]), (both[1], both[0]))

    def setUp(self):
        """Whatever a test tries, the other organization must be as it was."""
        self.before = {}
        for _, other in self.directions:
            other.bridge.settle()
            self.before[other.name] = (other.state(), other.directory.content())

    def tearDown(self):
        for _, other in self.directions:
            other.bridge.settle()
            self.assertEqual(other.state(), self.before[other.name][0])

    def assert_tells_nothing(self, text, other, words=None):
        """But what the request has named itself."""
        left = without(text, words or {}).lower()
        for secret in other.secrets:
            self.assertNotIn(secret.lower(), left)

    def assert_rows(self, found, rows):
        self.assertEqual(sorted(found), sorted(rows),
                         "each needs a row above: how it answers to what another one has")

    # ----------------------------------------------------------------- routes

    def test_every_route_has_its_row(self):
        found = ROUTE.findall((SOURCE / "src/api/routes.c").read_text())
        self.assertGreater(len(found), 30)
        self.assert_rows([f"{method} {path}" for method, path, _ in found], ROUTES)

    def test_routes_know_nothing_of_another_organization(self):
        for method, path, scope in ROUTE.findall((SOURCE / "src/api/routes.c").read_text()):
            row = ROUTES[f"{method} {path}"]
            for own, other in self.directions:
                for kind, caller in own.callers.items():
                    with self.subTest(f"{method} {path}", caller=kind, of=own.name):
                        if kind in CALLERS[scope]:
                            self.route(row, own, other, caller, method, path)
                        else:
                            self.refused_route(row, other, caller, method, path)
                self.assertEqual(other.state(), self.before[other.name][0])

    def refused_route(self, row, other, caller, method, path):
        body = getattr(row, "body", None)
        path = self.path_of(row, path, other.own)
        answer = caller.request(method, path, filled(body, other.own) if body else None)
        self.assertEqual(answer.status, 403, answer)
        self.assert_tells_nothing(answer.text, other, other.own)

    def path_of(self, row, path, words):
        return re.sub(r"\{\w+\}", lambda _: words[row.what], path) if "{" in path else path

    def route(self, row, own, other, caller, method, path):
        if isinstance(row, Missing):
            self.same_as_nothing(other, lambda words: caller.request(
                method, self.path_of(row, path, words),
                filled(row.body, words) if row.body else None), 404)
        elif isinstance(row, Shown):
            answer = expect(caller.request(method, path), 200)
            self.assertIn(own.own.get(row.own, ""), answer.text)
            self.assert_tells_nothing(answer.text, other, self.free(other) if row.repeats else None)
            for query in row.queries:
                self.same_as_nothing(other, lambda words, query=query: caller.get(
                    path, **filled(query, words)), None)
        elif isinstance(row, Made):
            made = expect(caller.request(method, path, filled(row.body, other.own)), 201)
            expect(caller.delete(row.undo + made.json[row.key]), 204)
            self.assert_tells_nothing(made.text, other, self.free(other))
            self.assertEqual(made.json.get("members", []), [])
        else:
            answer = caller.request(method, path, filled(row.body, other.own))
            self.assertEqual(answer.status, row.status, answer)
            self.assert_tells_nothing(answer.text, other)

    def free(self, other):
        """Names of another organization's that anybody may take."""
        return {word: other.own[word] for word in
                ("userName", "externalId", "groupName", "siteName", "siteKey", "connection",
                 "token")}

    def same_as_nothing(self, other, ask, status):
        """What names the other's is answered as what names nothing."""
        nothing = nowhere()
        given, expected = ask(other.own), ask(nothing)
        self.assertEqual(given.status, expected.status, given)
        if status:
            self.assertEqual(given.status, status, given)
        self.assertEqual(without(given.text, other.own), without(expected.text, nothing))
        self.assert_tells_nothing(given.text, other, other.own)

    # --------------------------------------------- the other's ids within one's own resources

    def test_a_member_of_another_organization_is_no_member(self):
        for own, other in self.directions:
            for kind, caller in own.callers.items():
                with self.subTest(kind, of=own.name):
                    members = [{"value": own.own["user"]}, {"value": other.own["user"]}]
                    group = expect(caller.request("POST", "/scim/v2/Groups", {
                        "displayName": f"Mixed {kind}", "members": members}), 201).json
                    path = f"/scim/v2/Groups/{group['id']}"
                    body = patch(("Add", "members", [{"value": other.own["user"]}]))

                    expect(caller.request("PATCH", path, body), 200, 204)

                    found = expect(caller.get(path), 200).json
                    self.assertEqual([member["value"] for member in found["members"]],
                                     [own.own["user"]])
                    person = other.bridge.admin.user(other.own["user"])
                    self.assertEqual([group["value"] for group in person["groups"]],
                                     [other.own["group"]])
                    expect(caller.delete(path), 204)

    def test_a_site_of_another_organization_is_no_site(self):
        for own, other in self.directions:
            for kind, caller in own.callers.items():
                for word in ("siteName", "siteKey", "site"):
                    with self.subTest(kind, of=own.name, by=word):
                        self.same_as_nothing(other, lambda words: caller.request(
                            "POST", "/scim/v2/Users",
                            user("stray@example.com", "user", words[word])), 400)
                        self.same_as_nothing(other, lambda words: caller.request(
                            "PATCH", f"/scim/v2/Users/{own.changeable[kind]}", {
                                "schemas": [PATCH], "Operations": [
                                    {"op": "replace", "path": f"{EXTENSION}:site",
                                     "value": words[word]}]}), 400)

    def test_a_connection_of_another_organization_takes_nobody_over(self):
        for own, other in self.directions:
            for kind in ("control", "administrator"):
                with self.subTest(kind, of=own.name):
                    path = f"/scim/v2/Users/{own.changeable[kind]}/.move"
                    self.same_as_nothing(other, lambda words: own.callers[kind].request(
                        "POST", path, {"to": words["connection"]}), None)

    # --------------------------------------------------------------- commands

    def commands(self):
        """From the overview: two blanks, noun, verb, ARGUMENT, and the line about it."""
        text = subprocess.run([BINARY, "--help"], capture_output=True, text=True,
                              check=True, timeout=30).stdout
        lines = [re.match(r"  ([a-z]+)( [a-z]+)?( [A-Z]+)? ", line) for line in text.splitlines()]
        return [f"{line[1]}{line[2] or ''}" for line in lines if line and line[1] not in LOCAL]

    def test_every_command_has_its_row(self):
        self.assertGreater(len(self.commands()), 20)
        self.assert_rows(self.commands(), COMMANDS)

    def test_commands_know_nothing_of_another_organization(self):
        for name in self.commands():
            row = COMMANDS[name]
            for own, other in self.directions:
                for kind in ("control", "administrator"):
                    with self.subTest(name, caller=kind, of=own.name):
                        self.command(row, name.split(), own, other, kind)
            for _, other in self.directions:
                self.assertEqual(other.state(), self.before[other.name][0])

    def run_as(self, own, kind, words, arguments):
        if kind == "control":
            return own.bridge.run(*words, *arguments)
        return own.bridge.run_remotely(own.token_file, *words, *arguments)

    def command(self, row, words, own, other, kind):
        is_controls = words[0] == "organization" and kind != "control"
        if isinstance(row, Missing):
            for query in row.query:
                nothing = nowhere()
                given = self.run_as(own, kind, words, filled(query, other.own))
                expected = self.run_as(own, kind, words, filled(query, nothing))
                self.assertEqual(given.returncode, 1, given)
                self.assertEqual(without(given.stdout + given.stderr, other.own),
                                 without(expected.stdout + expected.stderr, nothing))
        elif isinstance(row, Shown):
            for query in (row.arguments, *row.queries):
                result = self.run_as(own, kind, words, filled(list(query), other.own))
                is_others = query in row.queries
                self.assertEqual(result.returncode != 0, is_controls or is_others, result)
                if result.returncode == 0:
                    self.assertIn(own.own.get(row.own, ""), result.stdout)
                named = self.free(other) if row.repeats else None
                self.assert_tells_nothing(result.stdout + result.stderr, other,
                                          other.own if is_others else named)
        elif isinstance(row, Made):
            arguments = filled(row.body, other.own)
            result = self.run_as(own, kind, words, arguments)
            self.assertEqual(result.returncode, 0, result)
            own.bridge.cli(*row.undo.split(), arguments[0])
        else:
            result = self.run_as(own, kind, words, filled(row.body, other.own))
            self.assertEqual(result.returncode, row.status, result)
            self.assert_tells_nothing(result.stdout + result.stderr, other)


if __name__ == "__main__":
    unittest.main()
