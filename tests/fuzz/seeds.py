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


class Cases:
    """All that is in tests/cases."""

    def __init__(self, folder):
        self.json = [json.loads(path.read_bytes()) for path in sorted(folder.rglob("*.json"))]
        self.yaml = [path.read_bytes() for path in sorted(folder.rglob("*.yaml"))]
        self.requests = [request for file in self.json if isinstance(file, list) for request in file]

    def members(self, name):
        """Every member of that name, at any depth."""
        return members(self.json, name)


def members(value, name):
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict) and name in value:
        yield value[name]
    for child in children:
        yield from members(child, name)


def texts(values):
    return [value for value in values if isinstance(value, str)]


def documents(values):
    return [json.dumps(value, ensure_ascii=False) for value in values if isinstance(value, (dict, list))]


def strings(value):
    """Every text of a document, at any depth."""
    if isinstance(value, str):
        return {value}
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return {text for child in children for text in strings(child)}


def queries(cases, name):
    """What the recorded requests ask for."""
    for request in cases.requests:
        yield from parse_qs(urlsplit(request["path"]).query).get(name, [])


def patches(cases):
    return [{"schemas": [PATCH], "Operations": operations} for operations in cases.members("operations")]


def heads(cases):
    for request in cases.requests:
        length = len(json.dumps(request["body"])) if "body" in request else 0
        headers = {"Host": "bridge.example", **request.get("headers", {}), "Content-Length": length}
        yield "\n".join(["HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())])


def rows(cases):
    """The attributes that configurations map, behind an RDN."""
    for line in (line for file in cases.yaml for line in file.splitlines() if line[:6] == b"      "):
        name, colon, source = line.decode(errors="replace").strip().partition(": ")
        if colon:
            yield "\n".join(["uid={userName}", name, source.strip("'")])
    yield "uid={emails.value}\ncn\nlast(displayName)"
    yield "employeeNumber={externalId}\nsn\n{name.givenName} {name.familyName}!"


# --------------------------------------------------------------------- answers of LDAP

BIND, SEARCH_ENTRY, SEARCH_DONE, REFERENCE, EXTENDED = 0x61, 0x64, 0x65, 0x73, 0x78
PERSON = "uid=ada,ou=people,dc=example,dc=com"
SHOWN = {"entryUUID": ["6ba7b810-9dad-11d1-80b4-00c04fd430c8"], "cn": ["Ada", "Ada Lovelace"],
         "member": [PERSON], "pwdAccountLockedTime": ["000001010000Z"]}


def ber(tag, *contents):
    content = b"".join(contents)
    size = len(content)
    length = bytes([size]) if size < 0x80 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def octets(text, tag=0x04):
    return ber(tag, text.encode())


def message(number, operation, *controls):
    return ber(0x30, ber(0x02, bytes([number])), operation, *controls)


def result(tag, code, words="", *more):
    return ber(tag, ber(0x0A, bytes([code])), octets(""), octets(words), *more)


def entry(name, attributes):
    values = [ber(0x30, octets(attribute), ber(0x31, *map(octets, texts)))
              for attribute, texts in attributes.items()]
    return ber(SEARCH_ENTRY, octets(name), ber(0x30, *values))


OPENED = message(1, result(BIND, 0)) + message(2, result(EXTENDED, 0, "", octets("dn:cn=me", 0x8B)))


def speeches(_):
    """What servers say: who is who, then the same to whatever is asked."""
    yield message(1, result(BIND, 49, "no"))
    yield OPENED
    answers = [[entry(PERSON, SHOWN)], [], [entry(PERSON, SHOWN), entry("", {"cn": []})],
               [ber(REFERENCE, octets("ldap://elsewhere/"))]]
    for answer in answers:
        for code in (0, 1, 3, 4, 10, 11, 16, 20, 32, 50, 51, 53, 65, 68, 80, 118, 120):
            referral = ber(0xA3, octets("ldap://elsewhere/"))
            control = ber(0xA0, ber(0x30, octets("1.3.6.1.4.1.42.2.27.8.5.1"), octets("0\x00")))
            yield OPENED + b"".join(
                message(number, part, *extra)
                for number in range(3, 25)
                for part, extra in [*((part, ()) for part in answer),
                                    (result(SEARCH_DONE, code, "words", referral), (control,))])


SEEDS = {
    "attribute_map": rows,
    "config": lambda cases: cases.yaml,
    "dn": lambda cases: [*texts(cases.members("dn")), "", "cn=a+sn=b,dc=x", "x=#0401ff", "*(a)\\,+\"<>;# "],
    "filter": lambda cases: [*texts(cases.members("filter")), *queries(cases, "filter")],
    "header": heads,
    "json": lambda cases: documents([*cases.members("body"), *cases.members("schemas")]),
    "patch": lambda cases: documents([*patches(cases), *cases.members("body")]),
    "path": lambda cases: [*texts(cases.members("path")), *queries(cases, "attributes")],
    "resource": lambda cases: documents([*cases.members("body"), *cases.members("user")]),
    "result": speeches,
    "target": lambda cases: ["/scim/v2" + request["path"] for request in cases.requests],
    "text": lambda cases: strings(cases.json),
}


def write(folder, inputs):
    """Named after what is in them, so that the same is there once."""
    folder.mkdir(parents=True)
    for data in inputs:
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def main(cases_folder, folder):
    cases = Cases(Path(cases_folder))
    shutil.rmtree(folder, ignore_errors=True)
    for noun, seeds in SEEDS.items():
        write(Path(folder) / noun,
              [seed if isinstance(seed, bytes) else seed.encode() for seed in seeds(cases)])


if __name__ == "__main__":
    main(*sys.argv[1:])
