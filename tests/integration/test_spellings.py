"""One door (I13): whatever way a path is spelled, whoever may not come in stays outside.

Which routes there are is read from the program's own table.
"""

import re
import unittest

from support.bridge import SOURCE
from support.case import BridgeCase
from support.client import Client, expect
from support.wire import Wire

ROUTE = re.compile(r'\{"([A-Z]+)", "([^"]+)", (SCOPE_[A-Z]+), \w+\}')
OPEN = "SCOPE_NONE"
FOR_CONNECTIONS = {OPEN, "SCOPE_PROVISION"}


def escaped(text):
    return "".join(f"%{ord(character):02x}" for character in text)


def replaced(what, by):
    """Every slash but the first, or every one of something else."""
    def spell(path):
        return path[0] + path[1:].replace(what, by)
    return spell


def behind(text):
    return lambda path: path + text


def before(text):
    return lambda path: text + path


# Taken for the same path: they are answered as the plain one is.
SAME = (
    behind(""), behind("/"), behind("//"), before("/"), before("//"), replaced("/", "//"),
    before(" "), behind("?"), behind("/?"), behind("?x"), behind("?x=%2fhealthz"), behind("?/../healthz"),
)

# Not taken, or taken for the path of something else: never answered as the plain one.
OTHER = (
    behind("/."), behind("/.."), behind("/./"), behind("/../"), behind("/x/.."),
    before("/."), before("/.."), before("/x/.."), before("/healthz/.."),
    replaced("/", "/./"), replaced("/", "/x/../"),
    before("/%2e"), before("/%2e%2e"), before("/x/%2E%2E"), before("/x/.%2e"),
    before("/healthz/%2e%2e"), before("/healthz%2f.."), before("/healthz%2f%2e%2e"),
    before("/healthz/..;"), before("/healthz;"), before("/healthz%3b"), before("/;"),
    behind(";"), behind(";x"), behind(";jsessionid=1"), behind("/;/"), replaced("/", ";/"),
    lambda path: "/" + escaped(path[1]) + path[2:],
    lambda path: path[:-1] + escaped(path[-1]),
    lambda path: "/" + escaped(path[1:]),
    lambda path: escaped(path),
    replaced("/", "%2f"), replaced("/", "%2F"), replaced("/", "\\"), replaced("/", "%5c"),
    replaced("/", "%252f"), replaced("/", "%c0%af"), replaced("/", "%u002f"),
    replaced("/", "%ef%bc%8f"), replaced("/", "\uff0f"), replaced("/", "%e2%88%95"),
    lambda path: "/" + escaped(escaped(path[1])) + path[2:],
    before("/%c0%ae%c0%ae"), before("/%u002e%u002e"),
    behind("%00"), behind("%00.json"), behind("%00/healthz"), before("/healthz%00"),
    behind("\0"), behind("\0x"), before("/healthz\0"),
    behind("%20"), behind("%09"), behind("%0a"), behind("%0d%0a"), behind("%7f"), behind("%0b"),
    behind(" "), behind("\t"), behind("\x7f"), behind("\x01"),
    behind("%"), behind("%2"), behind("%zz"), behind("%2g"),
    behind("#"), behind("#/healthz"), behind("%23"),
    behind(".json"), behind("~"), behind("+"), behind("/healthz"), behind("*"), behind(":"),
    before("http://a"), before("https://a"), before("//a"), before("a:80"), before("*"),
    before("/healthz"), before("\\"), lambda path: path[1:],
    str.upper, str.title, str.swapcase,
)


class Spellings(BridgeCase):
    has_directory = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.scim.headers["Authorization"]
        cls.routes = [(method, re.sub(r"\{\w+\}", "nobody", path), scope) for method, path, scope
                      in ROUTE.findall((SOURCE / "src/api/routes.c").read_text())]

    def status(self, method, target, authorization):
        head = f"{method} {target} HTTP/1.1\r\nHost: bridge.example\r\n"
        if authorization:
            head += f"Authorization: {authorization}\r\n"
        return self.wire.ask(f"{head}\r\n".encode()).status

    def walk(self, scopes, authorization, refused):
        """Each spelling of each route whose scope is none of those."""
        with Wire(self.bridge.port) as self.wire:
            for method, path, scope in self.routes:
                if scope in scopes:
                    continue
                for spell in SAME:
                    with self.subTest(f"{method} {spell(path)!r}"):
                        self.assertEqual(self.status(method, spell(path), authorization), refused)
                for spell in OTHER:
                    with self.subTest(f"{method} {spell(path)!r}"):
                        self.assertIn(self.status(method, spell(path), authorization),
                                      (400, refused, 404, 405))

    def test_the_table_is_seen(self):
        self.assertGreater(len(self.routes), 30)
        self.assertGreaterEqual(len(SAME) + len(OTHER), 50)

    def test_without_a_token_no_spelling_gets_in(self):
        self.walk({OPEN}, None, 401)

    def test_with_a_wrong_token_no_spelling_gets_in(self):
        self.walk({OPEN}, "Bearer " + "A" * len(self.connection), 401)

    def test_with_the_token_of_a_connection_no_spelling_gets_to_an_administrators(self):
        self.walk(FOR_CONNECTIONS, self.connection, 403)

    def test_what_is_open_is_open_by_the_same_path_only(self):
        """Else the refusals above could be those of a server that refuses everything."""
        with Wire(self.bridge.port) as self.wire:
            for method, path, scope in self.routes:
                if scope != OPEN:
                    continue
                for spell in SAME:
                    self.assertEqual(self.status(method, spell(path), None), 200, spell(path))
                for spell in OTHER:
                    if spell(path) != path:
                        self.assertIn(self.status(method, spell(path), None),
                                      (400, 401, 404, 405), spell(path))

    def test_headers_that_name_another_path_or_method_name_nothing(self):
        """As proxies and frameworks elsewhere take them."""
        plain = Client(self.bridge.port, prefix="")
        for name in ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Uri", "X-Forwarded-Prefix"):
            answer = expect(plain.request("GET", "/healthz", headers={name: "/scim/v2/Users"}), 200)
            self.assertNotIn("Resources", answer.text)
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            answer = self.scim.request("GET", "/Users", headers={name: "DELETE"})
            self.assertIn("Resources", expect(answer, 200).text)


if __name__ == "__main__":
    unittest.main()
