"""A client that remembers what it was promised, for tests that kill the daemon under it."""

import random
import threading
from dataclasses import dataclass, field, replace

from .client import (DEACTIVATE, EXTENSION, NO_ANSWER, PATCH, RESTORE, Client, patch, role_is,
                     site_is, user)

SITES = ("North Plant", "Harbour")
PEOPLE = 4
GROUPS = 2
TOKENS = 2


@dataclass(frozen=True)
class Person:
    """As its provider last asserted."""

    site: str
    title: str
    role: str = "user"
    active: bool = True

    def shown(self):
        """What is in effect: without access there is neither role nor site."""
        role = self.role if self.active else None
        return self.active, role, self.site if role == "user" else None, self.title


@dataclass(frozen=True)
class Belongings:
    """Everything that one writer has made: people and groups by name, names of tokens."""

    people: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    tokens: frozenset = frozenset()

    def with_person(self, name, person):
        return replace(self, people={**self.people, name: person})

    def without_person(self, name):
        """Nor is anybody a member who is gone."""
        return replace(self, people=without(self.people, name),
                       groups={group: members - {name} for group, members in self.groups.items()})

    def with_group(self, name, members):
        return replace(self, groups={**self.groups, name: frozenset(members)})

    def without_group(self, name):
        return replace(self, groups=without(self.groups, name))

    def shown(self):
        people = {name: person.shown() for name, person in self.people.items()}
        return people, self.groups, self.tokens


def without(values, name):
    return {key: value for key, value in values.items() if key != name}


class Writer:
    """Changes what is its own, one request after the other, until it gets no answer."""

    def __init__(self, scim, admin_api, name, seed, acknowledged):
        self.scim = Client(scim.server)
        self.scim.headers = dict(scim.headers)
        self.admin_api = admin_api
        self.name = name
        self.random = random.Random(f"{seed} {name}")
        self.acknowledged = acknowledged  # a semaphore that counts for all writers
        self.possible = [Belongings()]  # one, or the two before and after what was not answered
        self.ids = {}
        self.failure = None
        self.thread = None
        self.ending = None  # an event: the daemon has been asked to end, and may refuse

    def start(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def join(self):
        self.thread.join(timeout=60)

    def run(self):
        try:
            while True:
                self.random.choice(self.ACTIONS)(self)
        except NO_ANSWER:
            pass
        except Exception as failure:  # for the thread that waits for this one
            self.failure = failure
            self.acknowledged.release(1000)

    def promise(self, after, send, *statuses):
        before = self.possible[0]
        self.possible = [before, after]
        answer = send()
        if answer.status == 503 and self.ending and self.ending.is_set():
            raise ConnectionError(answer)
        if answer.status not in statuses:
            raise AssertionError(f"{self.name}: {answer}")
        self.possible = [after]
        self.acknowledged.release()
        return answer

    @property
    def now(self):
        return self.possible[0]

    # ------------------------------------------------------------------ people

    def any_name(self, kind, count):
        return f"{self.name}-{kind}{self.random.randrange(count)}"

    def any_person(self, **wanted):
        """The name of one who is as wanted; None when nobody is."""
        return self.any_of(name for name, person in self.now.people.items()
                           if all(getattr(person, key) == value for key, value in wanted.items()))

    def any_of(self, names):
        names = sorted(names)
        return self.random.choice(names) if names else None

    def create(self):
        name = self.any_name("p", PEOPLE) + "@example.com"
        if name in self.now.people:
            return
        person = Person(self.random.choice(SITES), "new")
        answer = self.promise(
            self.now.with_person(name, person),
            lambda: self.scim.post("/Users", user(name, "user", person.site, title="new")), 201)
        self.ids[name] = answer.json["id"]

    def change(self, name, operation, **changed):
        if not name:
            return
        after = self.now.with_person(name, replace(self.now.people[name], **changed))
        self.promise(after, lambda: self.scim.patch(self.ids[name], operation), 200, 204)

    def move(self):
        site = self.random.choice(SITES)
        self.change(self.any_person(active=True, role="user"), site_is(site), site=site)

    def change_role(self):
        role = self.random.choice(("user", "admin"))
        self.change(self.any_person(active=True), role_is(role), role=role)

    def deactivate(self):
        self.change(self.any_person(active=True), DEACTIVATE, active=False)

    def restore(self):
        self.change(self.any_person(active=False), RESTORE, active=True)

    def put(self):
        name = self.any_person(active=True, role="user")
        if not name:
            return
        person = replace(self.now.people[name], title=f"title {self.random.randrange(1000)}",
                         site=self.random.choice(SITES))
        self.promise(self.now.with_person(name, person),
                     lambda: self.scim.put(f"/Users/{self.ids[name]}",
                                           user(name, "user", person.site, title=person.title)),
                     200)

    def delete(self):
        name = self.any_person()
        if name:
            self.promise(self.now.without_person(name),
                         lambda: self.scim.delete(f"/Users/{self.ids[name]}"), 204)

    # ------------------------------------------------------------------ groups

    def create_group(self):
        name = self.any_name("g", GROUPS)
        if name in self.now.groups:
            return
        members = [{"value": self.ids[person]} for person in self.now.people]
        answer = self.promise(
            self.now.with_group(name, self.now.people),
            lambda: self.scim.post("/Groups", {"displayName": name, "members": members}), 201)
        self.ids[name] = answer.json["id"]

    def patch_group(self, name, operation, members):
        body = {"schemas": [PATCH], "Operations": [operation]}
        self.promise(self.now.with_group(name, members),
                     lambda: self.scim.request("PATCH", f"/Groups/{self.ids[name]}", body), 200, 204)

    def add_member(self):
        group, person = self.any_of(self.now.groups), self.any_person()
        if group and person:
            self.patch_group(group, {"op": "add", "path": "members",
                                     "value": [{"value": self.ids[person]}]},
                             self.now.groups[group] | {person})

    def remove_member(self):
        group, person = self.any_of(self.now.groups), self.any_person()
        if group and person:
            self.patch_group(group, {"op": "remove",
                                     "path": f'members[value eq "{self.ids[person]}"]'},
                             self.now.groups[group] - {person})

    def delete_group(self):
        name = self.any_of(self.now.groups)
        if name:
            self.promise(self.now.without_group(name),
                         lambda: self.scim.delete(f"/Groups/{self.ids[name]}"), 204)

    # ------------------------------------------------------------------ tokens

    def change_token(self):
        name = self.any_name("t", TOKENS)
        if name in self.now.tokens:
            self.promise(replace(self.now, tokens=self.now.tokens - {name}),
                         lambda: self.admin_api.delete(f"/tokens/{name}"), 204)
        else:
            self.promise(replace(self.now, tokens=self.now.tokens | {name}),
                         lambda: self.admin_api.post("/tokens", {"name": name}), 201)

    ACTIONS = (create, create, create, move, change_role, deactivate, restore, put, delete,
               create_group, add_member, remove_member, delete_group, change_token)

    # ------------------------------------------------------------- after a kill

    def resolve(self, found):
        """What is wrong with what was found of its own; None when it is as promised."""
        people, groups, tokens = found.of(self.name)
        for possible in self.possible:
            if possible.shown() == (people, groups, tokens):
                self.possible = [possible]
                self.ids = found.ids
                return None
        return (f"{self.name}: found {(people, groups, tokens)}, "
                f"promised {' or '.join(str(possible.shown()) for possible in self.possible)}")


class Found:
    """What a bridge holds of what writers have made."""

    def __init__(self, scim, admin_api):
        users, groups = scim.users(), scim.resources("/Groups")
        names = {user["id"]: user["userName"] for user in users}
        self.people = {user["userName"]: state_of(user) for user in users}
        self.groups = {group["displayName"]: frozenset(names[member["value"]]
                                                       for member in group.get("members", []))
                       for group in groups}
        self.tokens = {token["name"] for token in admin_api.get("/tokens").json["tokens"]}
        self.ids = {user["userName"]: user["id"] for user in users}
        self.ids.update((group["displayName"], group["id"]) for group in groups)

    def of(self, writer):
        def own(names):
            return [name for name in names if name.startswith(f"{writer}-")]

        return ({name: self.people[name] for name in own(self.people)},
                {name: self.groups[name] for name in own(self.groups)},
                frozenset(own(self.tokens)))


def state_of(person):
    association = person.get(EXTENSION, {})
    return person["active"], association.get("role"), association.get("site"), person.get("title")
