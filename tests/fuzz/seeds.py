#!/usr/bin/env python3
"""Make what the fuzzers begin from: seeds.py CASES FOLDER.

Whatever a test case holds that a fuzzer can read becomes an input of it, a file in
FOLDER/<noun>. What only fuzzing has found is kept in tests/fuzz/corpus/<noun>.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def members(value, name):
    """Every member of that name, at any depth."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict) and name in value:
        yield value[name]
    for child in children:
        yield from members(child, name)


def texts(values):
    return [value for value in values if isinstance(value, str)]


def documents(values):
    return [json.dumps(value) for value in values if isinstance(value, (dict, list))]


def queries(cases, name):
    """What the recorded requests ask for."""
    for path in texts(members(cases, "path")):
        yield from parse_qs(urlsplit(path).query).get(name, [])


def patches(cases):
    return [{"schemas": [PATCH], "Operations": operations} for operations in members(cases, "operations")]


SEEDS = {
    "filter": lambda cases: [*texts(members(cases, "filter")), *queries(cases, "filter")],
    "path": lambda cases: [*texts(members(cases, "path")), *queries(cases, "attributes")],
    "patch": lambda cases: documents([*patches(cases), *members(cases, "body")]),
}


def write(folder, inputs):
    """Named after what is in them, so that the same is there once."""
    folder.mkdir(parents=True)
    for data in inputs:
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def main(cases_folder, folder):
    cases = [json.loads(path.read_bytes()) for path in sorted(Path(cases_folder).rglob("*.json"))]
    shutil.rmtree(folder, ignore_errors=True)
    for noun, seeds in SEEDS.items():
        write(Path(folder) / noun, [seed.encode() for seed in seeds(cases)])


if __name__ == "__main__":
    main(*sys.argv[1:])
