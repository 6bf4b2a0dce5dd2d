"""I4: what was shown once is to be found nowhere afterwards: in no answer, log, export or file."""

import base64
import secrets
import unittest

from support import Bridge, BridgeCase
from support.client import DEACTIVATE, Client, expect, user


class ChattyBridge(Bridge):
    """Logs all that there is to log."""

    def configuration(self, directory):
        return super().configuration(directory) + "log:\n  level: debug\n"


class Secrets(BridgeCase):
    bridge_type = ChattyBridge

    def test_no_token_or_password_is_anywhere_after_a_life_of_all_kinds(self):
        told = self.live()
        heard = self.look_everywhere()
        self.bridge.stop()  # so that what is kept in memory for a while is on the disk, too
        heard["store check"] = self.everything("store", "check")
        copy = self.bridge.folder / "copy"
        heard["store backup"] = self.everything("store", "backup", copy)
        self.assertTrue((copy / "data.mdb").exists())
        for path in self.bridge.folder.rglob("*"):
            if path.is_file():
                heard[str(path)] = path.read_bytes()
        self.bridge.start()

        self.assertGreater(len(heard), 20)
        for secret in told:
            for form in forms(secret):
                for where, what in heard.items():
                    self.assertNotIn(form, what, f"{form!r} is in {where}")

    def test_the_search_finds_what_is_there(self):
        """The names of people are everywhere: the test above would see a secret there, too."""
        self.scim.create_user("to-be-found@example.com", "user", "Harbour")
        heard = self.look_everywhere()
        self.assertIn(b"to-be-found@example.com", heard["GET /scim/v2/Users"])
        self.assertIn(b"to-be-found@example.com", heard["user list"])

    # ------------------------------------------------------------------ a life

    def live(self):
        """Whatever makes and takes secrets, and whatever goes wrong with them; all secrets."""
        password, refused = "Xq7!" + secrets.token_urlsafe(18), "Yw8!" + secrets.token_urlsafe(18)
        connection = self.bridge.connection_token("second", "user")
        rotated = expect(self.bridge.admin_api.post(
            "/connections/second/.rotate", {"grace": 60}), 200).json["token"]
        program = self.bridge.cli("token", "create", "program").strip()
        metrics = self.bridge.cli("token", "create", "metrics", "--metrics").strip()
        revoked = self.bridge.cli("token", "create", "revoked").strip()
        self.bridge.cli("token", "revoke", "revoked")

        scim = Client(self.bridge.port, rotated)
        person = expect(scim.post("/Users", user("kept@example.com", "user", "Harbour",
                                                 password=password)), 201).json
        self.assert_converges()
        scim.change(person["id"], DEACTIVATE)
        scim.patch(person["id"], ("replace", "password", {"value": refused}))
        scim.patch(person["id"], ("replace", f"password[{refused}", "x"))
        scim.post("/Users", {"userName": "", "password": refused})
        scim.request("POST", "/Users", raw=f'{{"password":"{refused}"'.encode())

        for token in (connection, program, metrics, revoked, rotated[:-1], "rb_" + refused):
            for server, prefix in ((self.bridge.port, "/scim/v2"), (self.bridge.port, "")):
                client = Client(server, token, prefix)
                client.get("/Users")
                client.get("/metrics")
                client.request("GET", "/Users", headers={"Authorization": f"Basic {token}"})
        return [password, refused, connection, rotated, program, metrics, revoked]

    # -------------------------------------------------------------- everywhere

    def everything(self, *arguments):
        result = self.bridge.run(*arguments)
        return (result.stdout + result.stderr).encode()

    def look_everywhere(self):
        heard = {"log": self.bridge.log.read_bytes()}
        control = Client(str(self.bridge.socket), prefix="")
        for path in ("/scim/v2/Users", "/scim/v2/Groups", "/scim/v2/Sites", "/scim/v2/Schemas",
                     "/admin/v1/status", "/admin/v1/connections", "/admin/v1/tokens",
                     "/admin/v1/journal", "/admin/v1/journal/.export", "/admin/v1/holds",
                     "/admin/v1/organizations", "/metrics"):
            heard[f"GET {path}"] = expect(control.get(path), 200).text.encode()
        for words in (("status",), ("doctor",), ("config", "show"), ("user", "list"),
                      ("token", "list"), ("connection", "list"), ("connection", "show", "second"),
                      ("journal", "list", "-o", "json"), ("journal", "verify")):
            heard[" ".join(words)] = self.everything(*words)
        return heard


def forms(secret):
    """As it is, its tail alone, and what bytes it stands for."""
    yield secret.encode()
    yield secret[-20:].encode()
    if secret.startswith("rb_"):
        text = secret[len("rb_") + 12 + len("_"):]  # behind the id
        yield base64.urlsafe_b64decode(text + "=")


if __name__ == "__main__":
    unittest.main()
