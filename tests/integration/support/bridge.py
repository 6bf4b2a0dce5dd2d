"""The daemon under test: its configuration, its life, its commands."""

import copy
import json
import os
import shutil
import subprocess
import tempfile
import textwrap
from pathlib import Path

from .client import Client, expect
from .wait import free_port, wait_until

SOURCE = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("ROLEBRIDGE", SOURCE / "build-test" / "rolebridge")).resolve()

REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:",
           "WARNING: ThreadSanitizer")


class Failed(AssertionError):
    """A command ended otherwise than expected."""


def directory_section(directory, settings):
    return (
        f"directory:\n  uri: {directory.uri}\n  profile: openldap\n"
        f"  bind_dn: {directory.bind_dn}\n"
        f"  password_file: {directory.password_file}\n"
        f"  people_base: {directory.people_base}\n"
        f"  roles_base: {directory.roles_base}\n"
        f"  groups_base: {directory.groups_base}\n"
    ) + "".join(f"  {name}: {json.dumps(value)}\n" for name, value in settings.items())


class Bridge:
    """An installation in a folder of its own. `directory` None: none is configured.

    `settings` are more of the directory's, by name; `organizations` are the directories of
    organizations besides the default one, by name.
    """

    organization = None  # None: the default one

    def __init__(self, directory=None, settings=None, organizations=None):
        self.process = None
        self.folder = Path(tempfile.mkdtemp(prefix="rb-", dir="/tmp"))
        self.port = free_port()
        self.config = self.folder / "rolebridge.yaml"
        self.socket = self.folder / "control.sock"
        self.store = self.folder / "store"
        self.keys = self.folder / "keys"
        self.log = self.folder / "log"
        self.directory_settings = settings or {}
        self.other_directories = organizations or {}
        self.config.write_text(self.configuration(directory))
        self.admin = Client(str(self.socket))
        self.admin_api = Client(str(self.socket), prefix="/admin/v1")

    def configuration(self, directory):
        text = (
            f"store:\n  path: {self.store}\n"
            f"keys:\n  path: {self.keys}\n"
            f"http:\n  address: 127.0.0.1\n  port: {self.port}\n"
            f"control:\n  socket: {self.socket}\n"
            "scim:\n  requests_per_second: 0\n"
        )
        if directory:
            text += directory_section(directory, self.directory_settings)
        if self.other_directories:
            text += "organizations:\n"
        for name, other in self.other_directories.items():
            section = directory_section(other, {}) if other else ""
            text += f"  {name}:\n" + textwrap.indent(section, "    ")
        return text

    def of(self, organization):
        """The same bridge, as the control socket sees it in one of its organizations."""
        view = copy.copy(self)
        view.organization = organization
        view.admin = Client(str(self.socket))
        view.admin_api = Client(str(self.socket), prefix="/admin/v1")
        for client in (view.admin, view.admin_api):
            client.headers["Rolebridge-Organization"] = organization
        return view

    # ------------------------------------------------------------------- life

    def start(self, program=()):
        """`program` is what runs the daemon, by its arguments; none: the test itself."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*program, BINARY, "serve", "--config", self.config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
            )
        wait_until(self._is_ready_or_dead, 20, f"ready to serve; {self.log_tail()}")
        if self.process.poll() is not None:
            raise Failed(f"serve ended with {self.process.returncode}: {self.log_tail()}")
        return self

    def _is_ready_or_dead(self):
        if self.process.poll() is not None:
            return True
        try:
            return Client(self.port, prefix="").get("/readyz").status == 200
        except OSError:
            return False

    def stop(self):
        """Ask the daemon to end, and see that it ends well."""
        if not self.process:
            return
        self.process.terminate()
        code = self.process.wait(timeout=30)
        self.process = None
        self.check_log()
        if code != 0:
            raise Failed(f"serve ended with {code}: {self.log_tail()}")

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=20)
        self.process = None

    def close(self):
        try:
            self.stop()
        finally:
            if self.process:
                self.kill()
            shutil.rmtree(self.folder)

    def log_tail(self):
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "the log ends with:\n" + "\n".join(lines[-30:])

    def check_log(self):
        text = self.log.read_text(errors="replace")
        for report in REPORTS:
            if report in text:
                found = text[text.index(report):]
                raise Failed(f"a sanitizer has found something:\n{found[:6000]}")

    # --------------------------------------------------------------- commands

    def run(self, *arguments, stdin=""):
        """Run a command; where it asks follows its verb."""
        reach = ["--config", self.config]
        if self.organization:
            reach += ["--organization", self.organization]
        return self._run(arguments, reach, stdin)

    def run_remotely(self, token_file, *arguments):
        """Run a command as a program elsewhere does, with the token in a file."""
        reach = ["--url", f"http://127.0.0.1:{self.port}", "--token-file", token_file]
        return self._run(arguments, reach, "")

    def _run(self, arguments, reach, stdin):
        arguments = [str(argument) for argument in arguments]
        result = subprocess.run([BINARY, *arguments, *reach], input=stdin, capture_output=True,
                                text=True, timeout=60)
        for report in REPORTS:
            if report in result.stderr:
                raise Failed(f"{' '.join(arguments)}: {result.stderr}")
        return result

    def cli(self, *arguments, stdin="", code=0):
        """Run a command that must end with `code`; what it wrote on stdout."""
        result = self.run(*arguments, stdin=stdin)
        if result.returncode != code:
            raise Failed(
                f"{' '.join(map(str, arguments))} ended with {result.returncode}, not {code}:"
                f"\n{result.stdout}{result.stderr}"
            )
        return result.stdout

    # ------------------------------------------------------------ preparation

    def provision(self):
        """Sites, an administrator, a connection that may grant admin: as in the quickstart."""
        self.cli("site", "create", "North Plant")
        self.cli("site", "create", "Harbour")
        self.cli("user", "create", "admin@example.com", "--given-name", "Alex",
                 "--family-name", "Admin", "--role", "admin")
        self.scim = self.connect("demo", "user", "admin")
        return self

    def connect(self, name, *grants):
        """A client with the token of a new connection."""
        return Client(self.port, self.connection_token(name, *grants))

    def connection_token(self, name, *grants):
        body = {"name": name, "carrier": "extension", "grants": list(grants)}
        return expect(self.admin_api.post("/connections", body), 201).json["token"]

    # ------------------------------------------------------------------ state

    def status(self):
        return expect(self.admin_api.get("/status"), 200).json

    def settle(self, seconds=20):
        """Wait until no work waits for the directory; nothing may be parked."""
        wait_until(lambda: self.status()["outbox"]["waiting"] == 0, seconds,
                   lambda: f"the outbox is empty: {self.status()}")
        parked = self.status()["parked"]
        if parked:
            raise Failed(f"work is parked: {parked}")


class SecureBridge(Bridge):
    """Has the lines `http` in its section http; is asked over the control socket."""

    def __init__(self, http):
        self.http = "".join(f"  {line}\n" for line in http)
        super().__init__()

    def configuration(self, directory):
        text = super().configuration(directory)
        return text.replace("control:\n", self.http + "control:\n")

    def _is_ready_or_dead(self):
        if self.process.poll() is not None:
            return True
        try:
            return Client(str(self.socket), prefix="").get("/readyz").status == 200
        except OSError:
            return False
