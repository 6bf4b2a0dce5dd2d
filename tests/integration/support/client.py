"""HTTP as the tests speak it: over TCP or the control socket, one connection a request."""

import http.client
import json
import socket
import urllib.parse
from dataclasses import dataclass

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
EXTENSION = "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"
SITE = "urn:ietf:params:scim:schemas:bridge:2.0:Site"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SCIM_JSON = "application/scim+json; charset=utf-8"

# How a request ends without an answer when the daemon dies under it.
NO_ANSWER = (OSError, http.client.HTTPException)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def json(self):
        return json.loads(self.text)

    def __str__(self):
        return f"{self.status} {self.text}"


class SocketConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def exchange(server, method, target, headers=None, body=None, timeout=20):
    """Send exactly these headers, besides Host and Content-Length.

    server is a port on 127.0.0.1, or the path of a socket.
    """
    if isinstance(server, int):
        connection = http.client.HTTPConnection("127.0.0.1", server, timeout=timeout)
    else:
        connection = SocketConnection(server, timeout)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if needs_length(method, headers, body):
            connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())
    finally:
        connection.close()


def needs_length(method, headers, body):
    said = any(name.lower() == "content-length" for name in headers or {})
    return not said and (body is not None or method in ("POST", "PUT", "PATCH"))


class Client:
    """A caller with a token, or none (the control socket needs none)."""

    def __init__(self, server, token=None, prefix="/scim/v2"):
        self.server = server
        self.prefix = prefix
        self.headers = {"Accept": "application/scim+json"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def request(self, method, path, body=None, headers=None, raw=None):
        sent = dict(self.headers, **(headers or {}))
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", SCIM_JSON)
        return exchange(self.server, method, self.prefix + path, sent, raw)

    def get(self, path, **query):
        text = "?" + urllib.parse.urlencode(query) if query else ""
        return self.request("GET", path + text)

    def post(self, path, body=None):
        return self.request("POST", path, body)

    def put(self, path, body):
        return self.request("PUT", path, body)

    def delete(self, path):
        return self.request("DELETE", path)

    # -------------------------------------------------------------- resources

    def resources(self, path, **query):
        """Every resource of a collection, page by page."""
        found, start = [], 1
        while True:
            answer = self.get(path, startIndex=start, count=100, **query)
            expect(answer, 200)
            page = answer.json.get("Resources", [])
            found += page
            start += len(page)
            if not page or len(found) >= answer.json["totalResults"]:
                return found

    def users(self, **query):
        return self.resources("/Users", **query)

    def find_user(self, user_name):
        """None when there is no such user for this caller."""
        found = self.users(filter=f'userName eq "{user_name}"')
        return found[0] if found else None

    def user(self, identifier):
        return expect(self.get(f"/Users/{identifier}"), 200).json

    def create_user(self, user_name, role=None, site=None, **attributes):
        return expect(self.post("/Users", user(user_name, role, site, **attributes)), 201).json

    def patch(self, identifier, *operations):
        """PATCH a user with (op, path, value) triples."""
        return self.request("PATCH", f"/Users/{identifier}", patch(*operations))

    def change(self, identifier, *operations):
        return expect(self.patch(identifier, *operations), 200, 204)


def expect(answer, *statuses):
    if answer.status not in statuses:
        raise AssertionError(f"expected {statuses}, got {answer}")
    return answer


def user(user_name, role=None, site=None, **attributes):
    """A user as a provider pushes one."""
    association = {"role": role, "site": site}
    local = user_name.partition("@")[0]
    return {
        "schemas": [USER, EXTENSION],
        "userName": user_name,
        "active": True,
        "displayName": f"{local.capitalize()} Example",
        "name": {"givenName": local.capitalize(), "familyName": "Example"},
        "emails": [{"value": user_name, "type": "work", "primary": True}],
        EXTENSION: {name: value for name, value in association.items() if value},
        **attributes,
    }


def patch(*operations):
    return {
        "schemas": [PATCH],
        "Operations": [
            {"op": op, "path": path, "value": value} for op, path, value in operations
        ],
    }


# What a provider changes, as Entra ID sends it.
def role_is(role):
    return "Replace", f"{EXTENSION}:role", role


def site_is(site):
    return "Replace", f"{EXTENSION}:site", site


DEACTIVATE = ("Replace", "active", "False")
RESTORE = ("Replace", "active", "True")
