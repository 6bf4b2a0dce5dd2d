"""LDIF (RFC 2849), as ldapsearch prints it."""

import base64


def parse(text):
    """Entries by DN; of each, the values by attribute name in lower case."""
    entries = {}
    for block in unfold(text).split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        pairs = [pair(line) for line in lines]
        if not pairs or pairs[0][0] != "dn":
            continue
        attributes = entries.setdefault(pairs[0][1], {})
        for name, value in pairs[1:]:
            attributes.setdefault(name, []).append(value)
    return entries


def unfold(text):
    return text.replace("\r\n", "\n").replace("\n ", "")


def pair(line):
    name, _, value = line.partition(":")
    if value.startswith(":"):
        return name.lower(), base64.b64decode(value[1:]).decode()
    return name.lower(), value.removeprefix(" ")


def modify_attribute(dn, attribute, value):
    """A change record that gives an attribute one value in place of all others."""
    return (
        f"dn:: {encode(dn)}\nchangetype: modify\n"
        f"replace: {attribute}\n{attribute}:: {encode(value)}\n"
    )


def add_entry(dn, object_class, attribute, value):
    """A change record that adds an entry."""
    return (
        f"dn:: {encode(dn)}\nchangetype: add\n"
        f"objectClass: {object_class}\n{attribute}:: {encode(value)}\n"
    )


def encode(text):
    return base64.b64encode(text.encode()).decode()
