"""A slapd of the tests' own, set up as the demo directory is."""

import copy
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import ldif
from .wait import free_port, wait_until

DEMO = Path(__file__).resolve().parents[3] / "contrib" / "demo"
INVALID_CREDENTIALS = 49


def program(name):
    return shutil.which(name, path="/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/bin") or name


class Directory:
    """Made stopped and filled; start() and stop() keep its content and its address."""

    base = "dc=example,dc=com"
    people_base = f"ou=people,{base}"
    roles_base = f"ou=roles,{base}"
    groups_base = f"ou=groups,{base}"
    bind_dn = f"cn=rolebridge,{base}"

    def __init__(self):
        self.process = None
        self.folder = Path(tempfile.mkdtemp(prefix="rb-slapd-", dir="/tmp"))
        self.uri = f"ldap://127.0.0.1:{free_port()}"
        self.password_file = self.folder / "password"
        self.configuration = self.folder / "slapd.conf"
        self._fill()

    def _fill(self):
        password = secrets.token_urlsafe(24)
        self.password_file.touch(0o600)
        self.password_file.write_text(password)
        (self.folder / "database").mkdir()
        text = (DEMO / "slapd.conf").read_text()
        self.configuration.write_text(text.replace("@FOLDER@", str(self.folder)))
        content = (DEMO / "base.ldif").read_text().replace("@PASSWORD_HASH@", password)
        command = [program("slapadd"), "-q", "-f", self.configuration]
        subprocess.run(command, input=content.encode(), check=True, timeout=30)

    # ------------------------------------------------------------------- life

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [program("slapd"), "-f", self.configuration, "-h", self.uri + "/", "-d", "0"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: self.answers() or self.process.poll() is not None, 60,
                   f"slapd answers on {self.uri}")
        if self.process.poll() is not None:
            raise RuntimeError(f"slapd ended: {(self.folder / 'log').read_text()}")
        return self

    def answers(self):
        return self._client("ldapwhoami").returncode == 0

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=20)
        self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)

    def part(self, name):
        """A part of it for one of several organizations, with containers of its own."""
        part = copy.copy(self)
        part.base = f"o={name},{self.base}"
        part.people_base = f"ou=people,{part.base}"
        part.roles_base = f"ou=roles,{part.base}"
        part.groups_base = f"ou=groups,{part.base}"
        self.modify(ldif.add_entry(part.base, "organization", "o", name))
        for unit in ("people", "roles", "groups"):
            self.modify(ldif.add_entry(f"ou={unit},{part.base}", "organizationalUnit", "ou", unit))
        return part

    def limit_requests_to(self, size):
        """Start again, and close every connection on which a larger request comes."""
        self.stop()
        text = self.configuration.read_text()
        limit = f"sockbuf_max_incoming_auth {size}\n"
        self.configuration.write_text(text.replace("loglevel none\n", "loglevel none\n" + limit))
        self.start()

    # ---------------------------------------------------------------- content

    def search(self, base, search_filter="(objectClass=*)", *attributes, scope="sub"):
        """Entries by DN, as ldif.parse gives them; none when the base is not there."""
        result = self._client(
            "ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-s", scope, "-b", base,
            search_filter, *attributes,
        )
        if result.returncode not in (0, 32):
            raise RuntimeError(f"ldapsearch {base} {search_filter}: {result.stderr}")
        return ldif.parse(result.stdout)

    def content(self):
        """All of it, to the last operational attribute."""
        return self._client("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", self.base,
                            "(objectClass=*)", "*", "+").stdout

    def people(self):
        return self.search(self.people_base, "(objectClass=inetOrgPerson)", "*", "+")

    def person(self, user_name):
        """(DN, attributes) of the entry with this uid; (None, {}) when there is none."""
        for dn, attributes in self.people().items():
            if user_name in attributes.get("uid", []):
                return dn, attributes
        return None, {}

    def members(self, group):
        """DNs in cn=GROUP below the roles, the placeholder among them; None without a group."""
        found = self.search(self.roles_base, f"(cn={group})", "member")
        for attributes in found.values():
            return set(attributes.get("member", []))
        return None

    def modify(self, change):
        result = self._client("ldapmodify", stdin=change)
        if result.returncode != 0:
            raise RuntimeError(f"ldapmodify: {result.stderr}")

    def set_password(self, dn, password):
        self.modify(ldif.modify_attribute(dn, "userPassword", password))

    def bind_ok(self, dn, password):
        """Whether a real bind with these credentials is accepted."""
        result = subprocess.run(
            ["ldapwhoami", "-x", "-H", self.uri, "-D", dn, "-w", password],
            capture_output=True, text=True, timeout=10,
        )
        if result.returncode not in (0, INVALID_CREDENTIALS):
            raise RuntimeError(f"bind as {dn}: {result.stderr}")
        return result.returncode == 0

    def _client(self, command, *arguments, stdin=""):
        return subprocess.run(
            [command, "-x", "-H", self.uri, "-D", self.bind_dn, "-y", self.password_file,
             *arguments],
            input=stdin, capture_output=True, text=True, timeout=30,
        )
