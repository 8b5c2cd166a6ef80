"""A real Redmine for the tests, on this machine alone.

    python -m tests.real.redmine install     what it needs, with apt; only root can
    python -m tests.real.redmine start       make it if it is not made yet, start it, print where it is
    python -m tests.real.redmine stop

It is Debian's package under puma with SQLite, as a copy in a folder of its own (``OPSTUI_TEST_SERVERS``, else the folder
for temporary files), with a key made at random, listening on the loopback at a free port. Needs nothing but Python.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PACKAGES = ("redmine", "redmine-sqlite", "puma")
ROOT = Path(os.environ.get("OPSTUI_TEST_SERVERS") or Path(tempfile.gettempdir()) / "opstui-test-servers")
HOME = ROOT / "redmine"
APP = HOME / "app"
INSTANCE = APP / "instances" / "default"
HOW = "python3 -m tests.real.redmine install (as root, on Debian or a system with its packages)"

_SETUP = """
Setting.rest_api_enabled = '1'
Setting.login_required = '1'
Setting.default_language = 'en'
Setting.notified_events = []
Redmine::DefaultData::Loader.load('en') if Redmine::DefaultData::Loader.no_data?
admin = User.where(admin: true).order(:id).first
admin.must_change_passwd = false
admin.password = admin.password_confirmation = ENV.fetch('TEST_PASSWORD')
admin.save!
Token.where(user_id: admin.id, action: 'api').delete_all
Token.create!(user: admin, action: 'api').update_column(:value, ENV.fetch('TEST_TOKEN'))
desk = Project.find_or_initialize_by(identifier: 'ops-desk')
desk.update!(name: 'Ops Desk', is_public: false, trackers: Tracker.all, enabled_module_names: ['issue_tracking'])
%w[Network Database Billing Access].each { |name| desk.issue_categories.find_or_create_by!(name: name) }
{ 'ana' => 'Ana Ruiz', 'bo' => 'Bosse Lind', 'cy' => 'Cy Moss', 'dee' => 'Dee Park' }.each do |login, name|
  user = User.find_by_login(login) || User.new.tap { |new| new.login = login }
  user.firstname, user.lastname = name.split
  user.mail = "#{login}@example.com"
  user.password = user.password_confirmation = ENV.fetch('TEST_PASSWORD')
  user.save!
  desk.members.create!(principal: user, roles: [Role.givable.first]) unless desk.members.exists?(user_id: user.id)
end
"""


class Missing(Exception):
    """Why there is no server."""


def missing() -> str:
    """Why the tests cannot have a Redmine; empty when they can."""
    if shutil.which("dpkg-query") is None:
        return "no Debian packages on this system"
    lacking = [name for name in PACKAGES if not _version(name)]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def install() -> None:
    """Install the packages.

    Raises:
        Missing: they cannot be.
    """
    if not missing():
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise Missing("it takes root and apt-get")
    HOME.mkdir(parents=True, exist_ok=True)
    answer = "redmine redmine/instances/default/dbconfig-install boolean false\n"  # a database of ours, none of the system's
    subprocess.run(["debconf-set-selections"], input=answer, text=True, check=False)
    tries = (["install"], ["update"], ["install"])
    for (word,) in tries:
        names = ["--yes", "--no-install-recommends", *PACKAGES] if word == "install" else []
        if _logged(["apt-get", "-o", "DPkg::Lock::Timeout=300", word, *names]) == 0 and word == "install":
            return
    raise Missing(f"apt-get could not install it; see {HOME / 'log'}")


def start(name: str = "main", port: int = 0) -> dict[str, str]:
    """A running server: ``url`` and ``token``. ``name`` tells several apart that share one database; ``port`` 0: any.

    Raises:
        Missing: there can be none.
    """
    if why := missing():
        raise Missing(why)
    HOME.mkdir(parents=True, exist_ok=True)
    _make()
    token = json.loads((HOME / "access").read_text())["token"]
    if (running := _running(name)) is not None:
        return {"url": running["url"], "token": token}
    port = port or _free_port()
    url = f"http://127.0.0.1:{port}"
    with (HOME / f"{name}.log").open("ab") as log:
        command = ["bundle", "exec", "puma", "-e", "production", "-t", "2:4", "-b", f"tcp://127.0.0.1:{port}", "config.ru"]
        process = subprocess.Popen(
            command, cwd=APP, env=_env(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    told = {"pid": process.pid, "began": _began(process.pid), "url": url}
    (HOME / f"{name}.json").write_text(json.dumps(told))
    end = time.monotonic() + 300
    while not _answers(url, token):
        if process.poll() is not None or time.monotonic() > end:
            stop(name)
            raise Missing(f"it does not answer; see {HOME / f'{name}.log'}")
        time.sleep(0.1)
    process.returncode = 0  # it lives on: this program only begins it
    return {"url": url, "token": token}


def stop(name: str = "main", *, hard: bool = False) -> None:
    """End a server that ``start`` began, and no other; ``hard``: as a crash would."""
    told = _running(name)
    if told is not None:
        pid = int(told["pid"])
        os.kill(pid, signal.SIGKILL if hard else signal.SIGTERM)
        end = time.monotonic() + 3
        while _began(pid) == told["began"]:
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
                end += 10
            time.sleep(0.05)
    (HOME / f"{name}.json").unlink(missing_ok=True)


def _make() -> None:
    """The copy, its database and its people, once for each version of the package."""
    made = HOME / "made"
    version = f"{_version('redmine')} {hashlib.sha256(_SETUP.encode()).hexdigest()}"
    if made.exists() and made.read_text() == version:
        return
    shutil.rmtree(APP, ignore_errors=True)
    source = Path("/usr/share/redmine")
    left_out = shutil.ignore_patterns("instances", "Gemfile.lock", "database.yml")
    shutil.copytree(source, APP, ignore=left_out, ignore_dangling_symlinks=True)
    gems = APP / "Gemfile"
    gems.write_text(gems.read_text().replace(str(source), str(APP)))
    (APP / "Gemfile.local").write_text('gem "puma"\n')
    for folder in ("config", "files", "log", "tmp/cache", "tmp/pids"):
        (INSTANCE / folder).mkdir(parents=True)
    database = {"adapter": "sqlite3", "database": str(INSTANCE / "redmine.db"), "timeout": 15000, "pool": 8}
    (INSTANCE / "config" / "database.yml").write_text(json.dumps({"production": database}))  # JSON is YAML
    (INSTANCE / "config" / "secret_key.txt").write_text(secrets.token_hex(32))
    access = HOME / "access"
    access.touch(mode=0o600)
    access.write_text(json.dumps({"token": secrets.token_hex(20), "password": secrets.token_urlsafe(16)}))
    script = HOME / "setup.rb"
    script.write_text(_SETUP)
    for command in (
        ["bundle", "install", "--local", "--quiet"],
        ["bundle", "exec", "rake", "db:migrate"],
        ["bundle", "exec", "rails", "runner", str(script)],
    ):
        if _logged(command, cwd=APP, env=_env()) != 0:
            raise Missing(f"{' '.join(command[:4])} failed; see {HOME / 'log'}")
    made.write_text(version)


def _env() -> dict[str, str]:
    access = json.loads((HOME / "access").read_text())
    return {
        **os.environ,
        "HOME": str(HOME),
        "RAILS_ENV": "production",
        "BUNDLE_GEMFILE": str(APP / "Gemfile"),
        "BUNDLE_SILENCE_ROOT_WARNING": "1",
        "RUBYOPT": "-W0",
        "REDMINE_LANG": "en",
        "SCHEMA": str(HOME / "schema.rb"),
        "TEST_TOKEN": access["token"],
        "TEST_PASSWORD": access["password"],
    }


def _logged(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> int:
    quiet = {**(env or os.environ), "DEBIAN_FRONTEND": "noninteractive"}
    with (HOME / "log").open("ab") as log:
        return subprocess.run(
            command, cwd=cwd, env=quiet, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
        ).returncode


def _version(package: str) -> str:
    run = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package], capture_output=True, text=True, check=False
    )
    status, _, version = run.stdout.partition(" ")
    return version if status == "installed" else ""


def _running(name: str) -> dict[str, str] | None:
    """What was told of a server when it began, if it is that process still and no other with its number."""
    try:
        told: dict[str, str] = json.loads((HOME / f"{name}.json").read_text())
    except (OSError, ValueError):
        return None
    return told if told["began"] and _began(int(told["pid"])) == told["began"] else None


def _began(pid: int) -> str:
    """When a process began, in the system's ticks; empty when it has ended."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ""
    return "" if parts[0] == "Z" else parts[19]


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _answers(url: str, token: str) -> bool:
    request = urllib.request.Request(f"{url}/users/current.json", headers={"X-Redmine-API-Key": token})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def main(words: list[str]) -> int:
    """One command."""
    try:
        match words:
            case ["install"]:
                install()
                print("Redmine is installed: the tests against it run.")
            case ["start"]:
                print(json.dumps(start()))
            case ["start", name, port]:
                print(json.dumps(start(name, int(port))))
            case ["stop"]:
                stop()
            case _:
                print(__doc__)
                return 2
    except Missing as why:
        print(f"No Redmine: {why}. The tests against it are skipped. To have them: {HOW}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
