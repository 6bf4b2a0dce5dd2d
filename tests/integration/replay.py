#!/usr/bin/env python3
"""Replay a scenario: requests as an identity provider sends them, and what must come back.

A scenario is a JSON array of steps; tests/cases/idp-traffic holds some, and
contrib/doc/scenarios.md says how they are written.

    replay.py --url http://127.0.0.1:8080/scim/v2 --token-file FILE SCENARIO...
"""

import argparse
import json
import random
import re
import string
import sys
import urllib.parse
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from support.client import exchange

MISSING = object()

DEFAULTS = {
    "site_a": "North Plant",
    "site_b": "Harbour",
    "role_token_admin": "Admin",
    "role_token_site_a": "User.SiteA",
    "role_token_site_b": "User.SiteB",
    "group_admin": "Bridge Admins",
    "group_site_a": "Bridge Site North Plant",
    "group_site_b": "Bridge Site Harbour",
}


class ScenarioError(Exception):
    """The scenario itself is wrong: a variable that nothing set, a path that cannot be read."""


# ------------------------------------------------------------------- variables


class Variables:
    def __init__(self, base, token, given=None):
        run = "".join(random.choices(string.ascii_lowercase + string.digits, k=6))
        self.values = {**DEFAULTS, "base": base, "token": token, "run": run, **(given or {})}

    def __getitem__(self, name):
        if name.startswith("uuid:"):
            return self.values.setdefault(name, str(uuid.uuid4()))
        if name not in self.values:
            raise ScenarioError(f"nothing has set ${{{name}}}")
        return self.values[name]

    def __setitem__(self, name, value):
        self.values[name] = value

    def fill(self, text, encode=str):
        """Replace every ${NAME}, once: what a value brings along is not looked at again."""
        return re.sub(r"\$\{([^}]+)\}", lambda match: encode(self[match[1]]), text)

    def fill_path(self, text):
        return self.fill(text, lambda value: urllib.parse.quote(value, safe=""))

    def fill_json(self, value):
        """The same in every string of a JSON value, names of members included."""
        if isinstance(value, str):
            return self.fill(value)
        if isinstance(value, list):
            return [self.fill_json(element) for element in value]
        if isinstance(value, dict):
            return {self.fill(name): self.fill_json(member) for name, member in value.items()}
        return value


# ----------------------------------------------------------------------- paths

STEP = re.compile(
    r"""\.(?P<name>[A-Za-z0-9_$]+)
      | \['(?P<any_name>.*?)'\]
      | \[(?P<index>[0-9]+)\]
      | \[\?(?P<member>[A-Za-z0-9_$]+)=='(?P<text>.*?)'\]""",
    re.VERBOSE,
)


def select(document, path):
    """The one value that the path leads to, or MISSING."""
    if not path.startswith("$"):
        raise ScenarioError(f"a path begins with $: {path}")
    position, value = 1, document
    while position < len(path):
        step = STEP.match(path, position)
        if not step:
            raise ScenarioError(f"cannot read the path from character {position}: {path}")
        value = follow(value, step)
        position = step.end()
    return value


def follow(value, step):
    if step["index"] is not None:
        index = int(step["index"])
        return value[index] if isinstance(value, list) and index < len(value) else MISSING
    if step["member"] is not None:
        elements = value if isinstance(value, list) else []
        return next((element for element in elements if isinstance(element, dict)
                     and element.get(step["member"]) == step["text"]), MISSING)
    name = step["name"] if step["name"] is not None else step["any_name"]
    return value.get(name, MISSING) if isinstance(value, dict) else MISSING


# -------------------------------------------------------------------- matchers

TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_equal(left, right):
    """Equal and of the same JSON type, all the way down."""
    if is_number(left) and is_number(right):
        return left == right
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(is_equal, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(is_equal(left[k], right[k]) for k in left)
    return left == right


def length(value):
    """Of an array; an absent one has none, anything else no length at all."""
    if value is MISSING:
        return 0
    return len(value) if isinstance(value, list) else None


MATCHERS = {
    "$type": lambda value, wanted: TYPES[wanted](value),
    "$match": lambda value, wanted: isinstance(value, str) and bool(re.search(wanted, value)),
    "$contains": lambda value, wanted: isinstance(value, list)
    and any(is_equal(element, wanted) for element in value),
    "$len": lambda value, wanted: length(value) == wanted,
    "$minlen": lambda value, wanted: length(value) is not None and length(value) >= wanted,
    "$min": lambda value, wanted: is_number(value) and value >= wanted,
    "$not": lambda value, wanted: value is not MISSING and not is_equal(value, wanted),
}


def matches(value, matcher):
    if isinstance(matcher, dict) and len(matcher) == 1:
        (name, wanted), = matcher.items()
        if name in MATCHERS:
            return MATCHERS[name](value, wanted)
        if name.startswith("$"):
            raise ScenarioError(f"there is no matcher {name}")
    return value is not MISSING and is_equal(value, matcher)


# ----------------------------------------------------------------------- steps


@dataclass
class Result:
    step: dict
    answer: object
    failures: list = field(default_factory=list)

    @property
    def changes_something(self):
        return self.step["method"] != "GET"

    def __str__(self):
        lines = [f"{self.step['method']} {self.step['path']}: {self.step['name']}"]
        return "\n".join(lines + [f"  {failure}" for failure in self.failures])


def judge(answer, expect):
    """What of an answer is not as expected, in sentences."""
    wanted = expect["status"]
    accepted = wanted if isinstance(wanted, list) else [wanted]
    if answer.status not in accepted:
        return [f"status is {answer.status}, not {wanted}: {answer.text[:500]}"]
    failures = judge_headers(answer.headers, expect.get("headers", {}))
    if len(accepted) == 1 and ("json" in expect or "absent" in expect):
        failures += judge_body(answer.text, expect)
    return failures


def judge_headers(headers, expected):
    values = {name: headers.get(name, MISSING) for name in expected}
    return [f"header {name} is {printed(values[name])}, not {json.dumps(matcher)}"
            for name, matcher in expected.items() if not matches(values[name], matcher)]


def judge_body(text, expect):
    try:
        document = json.loads(text)
    except ValueError:
        return [f"the body is not JSON: {text[:200]}"]
    wrong = [(path, select(document, path), json.dumps(matcher))
             for path, matcher in expect.get("json", {}).items()
             if not matches(select(document, path), matcher)]
    wrong += [(path, select(document, path), "absent") for path in expect.get("absent", [])
              if select(document, path) not in (MISSING, None, [])]
    return [f"{path} is {printed(value)}, not {matcher}" for path, value, matcher in wrong]


def printed(value):
    return "absent" if value is MISSING else json.dumps(value)


class Replay:
    def __init__(self, server, base, token, variables=None, tiers=("contract", "policy")):
        self.server = server
        self.prefix = urllib.parse.urlsplit(base).path
        self.variables = Variables(base, token, variables)
        self.tiers = tiers

    def run(self, steps):
        """Yield the Result of each step; ends after a failed one that was to save something."""
        for step in steps:
            if step.get("tier", "contract") not in self.tiers:
                continue
            result = self.take(step)
            yield result
            if result.failures and "save" in step:
                return

    def take(self, step):
        headers = {name: self.variables.fill(value) for name, value in step["headers"].items()}
        target = self.prefix + self.variables.fill_path(step["path"])
        answer = exchange(self.server, step["method"], target, headers, self.body(step))
        failures = judge(answer, self.variables.fill_json(step["expect"]))
        if not failures:
            failures = self.save(answer, step.get("save", {}))
        return Result(step, answer, failures)

    def body(self, step):
        if "rawBody" in step:
            return self.variables.fill(step["rawBody"]).encode()
        if "body" in step:
            document = self.variables.fill_json(step["body"])
            return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        return None

    def save(self, answer, wanted):
        failures = []
        for name, path in wanted.items():
            value = select(json.loads(answer.text), self.variables.fill(path))
            if isinstance(value, str):
                self.variables[name] = value
            else:
                failures.append(f"{path} is {printed(value)}, and was to be saved as {name}")
        return failures


def load(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


# --------------------------------------------------------------------- program


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="http://127.0.0.1:PORT/scim/v2")
    parser.add_argument("--token-file", required=True, help="holds the connection's token")
    parser.add_argument("--contract", action="store_true", help="leave out the tier `policy`")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="give a variable another value")
    parser.add_argument("scenarios", nargs="+", metavar="SCENARIO")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    base = arguments.url.rstrip("/")
    given = dict(pair.split("=", 1) for pair in arguments.set)
    token = Path(arguments.token_file).read_text().strip()
    tiers = ("contract",) if arguments.contract else ("contract", "policy")
    failed = 0
    for path in arguments.scenarios:
        replay = Replay(urllib.parse.urlsplit(base).port, base, token, given, tiers)
        results = list(replay.run(load(path)))
        bad = [result for result in results if result.failures]
        failed += len(bad)
        print(f"{path}: {len(results)} steps, {len(bad)} failed")
        for result in bad:
            print(result)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
