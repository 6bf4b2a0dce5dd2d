"""Whether the directory holds what the bridge's own people and sites say."""

from .client import EXTENSION

LOCKED = "000001010000Z"
ADMINS = "admins"


def differences(bridge, directory):
    """Sentences, one for each thing that is not as it should be; none when all is well."""
    users = [user for user in bridge.admin.users()
             if not user.get(EXTENSION, {}).get("breakGlass")]  # these have no entries
    keys = {site["displayName"]: site["key"] for site in bridge.admin.resources("/Sites")}
    people = directory.people()
    return [
        *people_differences(users, people),
        *group_differences(expected_groups(users, keys),
                           actual_groups(directory, directory.roles_base, people)),
        *group_differences(expected_pushed_groups(bridge.admin.resources("/Groups"), users),
                           actual_groups(directory, directory.groups_base, people)),
    ]


def expected_groups(users, keys):
    """userNames by group: administrators in one, each site's people in the site's."""
    groups = {ADMINS: set(), **{f"site-{key}": set() for key in keys.values()}}
    for user in users:
        association = user.get(EXTENSION, {})
        if not user["active"]:
            continue
        if association.get("role") == "admin":
            groups[ADMINS].add(user["userName"])
        elif association.get("role") == "user":
            groups[f"site-{keys[association['site']]}"].add(user["userName"])
    return groups


def expected_pushed_groups(groups, users):
    """The same for the groups that providers push; a name of a role group is parked."""
    active = {user["id"]: user["userName"] for user in users if user["active"]}
    return {
        group["displayName"]: {active[member["value"]] for member in group.get("members", [])
                               if member["value"] in active}
        for group in groups if not is_role_name(group["displayName"])
    }


def is_role_name(name):
    return name.lower() == ADMINS or name.lower().startswith("site-")


def actual_groups(directory, base, people):
    """The same from the directory; a member that is no person's entry keeps its DN."""
    names = {dn: attributes["uid"][0] for dn, attributes in people.items() if "uid" in attributes}
    found = directory.search(base, "(objectClass=groupOfNames)", "cn", "member")
    return {
        attributes["cn"][0]: {
            names.get(member, member)
            for member in attributes["member"]
            if not is_placeholder(member)
        }
        for attributes in found.values()
    }


def is_placeholder(dn):
    return "placeholder" in dn.partition(",")[0].lower()


def group_differences(expected, actual):
    for group in sorted(expected.keys() | actual.keys()):
        if expected.get(group) != actual.get(group):
            yield (f"cn={group}: expected {printed(expected.get(group))}, "
                   f"found {printed(actual.get(group))}")


def printed(names):
    return "no group" if names is None else sorted(names)


def people_differences(users, people):
    active = {user["userName"]: user for user in users if user["active"]}
    entries = {attributes["uid"][0]: attributes for dn, attributes in people.items()
               if "uid" in attributes and not is_placeholder(dn)}
    for name in sorted(active.keys() - entries.keys()):
        yield f"{name}: active, and has no entry"
    for name, entry in sorted(entries.items()):
        if name in active:
            yield from person_differences(active[name], entry)
        elif not is_locked(entry):
            yield f"{name}: not active, and the entry is not locked"


def person_differences(user, entry):
    if is_locked(entry) or "pwdendtime" in entry:
        yield f"{user['userName']}: active, and the entry is locked"
    for attribute, expected in person_attributes(user).items():
        if expected is not None and entry.get(attribute, []) != [expected]:
            yield f"{user['userName']}: {attribute} is {entry.get(attribute)}, not {expected}"


def person_attributes(user):
    name = user.get("name", {})
    mails = [email["value"] for email in user.get("emails", []) if email.get("primary")]
    return {
        "givenname": name.get("givenName"),
        "sn": name.get("familyName"),
        "displayname": user.get("displayName"),
        "mail": mails[0] if mails else None,
    }


def is_locked(entry):
    return entry.get("pwdaccountlockedtime") == [LOCKED] and "pwdendtime" in entry
