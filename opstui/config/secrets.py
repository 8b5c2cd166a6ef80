"""Secrets by reference: known by where they are kept, shown never."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from opstui.config.merge import SECRET_KINDS
from opstui.errors import ConfigError

FORMS = '{ env = "NAME" }, { keyring = "NAME" }, { file = "PATH" } or { command = ["…"] }'
SERVICE = "opstui"
"""The keyring's service name: ``keyring set opstui NAME``."""

COMMAND_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference: the variable, the keyring's entry, the file or the command that holds the value."""

    kind: Literal["env", "keyring", "command", "file"]
    name: str
    arguments: tuple[str, ...] = ()
    """The command's, whose first stands as ``name``."""

    def __repr__(self) -> str:
        return f"Secret({self.kind}: {self.name})"

    @property
    def said(self) -> str:
        """Where it is kept, in words: ``the keyring's entry jira``."""
        words = {"env": "the variable ", "keyring": "the keyring's entry ", "command": "the command "}
        return words.get(self.kind, "") + self.name


def secret(value: Any, folder: Path, what: str = "secret") -> Secret:
    """The reference that an option holds; a relative file counts from ``folder``.

    Raises:
        ConfigError: it is no reference; the text never repeats the value.
    """
    if not isinstance(value, dict):
        raise ConfigError(what, "a secret stands in no file, only a reference to it", f"Write one of: {FORMS}")
    if len(value) != 1 or SECRET_KINDS.isdisjoint(value):
        raise ConfigError(what, "this is no reference to a secret", f"Write one of: {FORMS}")
    [(kind, named)] = value.items()
    if kind == "command":
        if not isinstance(named, list) or not named or not all(isinstance(part, str) and part for part in named):
            raise ConfigError(what, "a command is a list of texts", 'Write it as { command = ["pass", "show", "jira"] }')
        return Secret("command", named[0], tuple(named[1:]))
    if not isinstance(named, str) or not named:
        raise ConfigError(what, f"{kind} needs a name in quotes", f"Write one of: {FORMS}")
    if kind == "file":
        return Secret("file", str(folder / Path(named).expanduser()))
    return Secret("env" if kind == "env" else "keyring", named)


def reveal(reference: Secret, environ: Mapping[str, str]) -> str:
    """The value itself; only the engine asks, right before it is used.

    Raises:
        ConfigError: it is not there, or it is not kept safely.
    """
    if reference.kind == "env":
        value = environ.get(reference.name, "")
        why, step = "the variable is not set", f"Set it: export {reference.name}=…"
    elif reference.kind == "keyring":
        value = _from_keyring(reference)
        why, step = "the keyring has no such entry", f"Add it: opstui auth SOURCE, or keyring set {SERVICE} {reference.name}"
    elif reference.kind == "file":
        value = _from_file(reference)
        why, step = "the file is empty", "Put the secret on its first line"
    else:
        value = _from_command(reference, environ)
        why, step = "the command printed nothing", "Try it in a shell"
    if not value:
        raise ConfigError(reference.said, why, step)
    return value


def keyring_name() -> str:
    """The keyring there is to keep secrets in, in its own words; empty when this machine has none that can be used."""
    import keyring

    backend = keyring.get_keyring()
    try:
        usable = backend.priority > 0
    except Exception:  # noqa: BLE001  a backend that cannot even say how good it is
        return ""
    return str(getattr(backend, "name", "")) or type(backend).__name__ if usable else ""


def keep(reference: Secret, value: str) -> None:
    """Put a secret where a reference of the kinds ``keyring`` and ``file`` says; a file is private, and whole or not there.

    Raises:
        ConfigError: it cannot be put there.
    """
    if reference.kind == "keyring":
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, reference.name, value)
        except (KeyringError, RuntimeError) as error:
            why = f"the keyring cannot be used ({type(error).__name__})"
            raise ConfigError(reference.said, why, "Unlock it, or keep it in a private file: --to file") from None
    elif reference.kind == "file":
        _into_file(reference, value)
    else:
        raise ConfigError(reference.said, "opstui cannot put it there", "Set it yourself, or use --to keyring or --to file")


def _into_file(reference: Secret, value: str) -> None:
    from tempfile import NamedTemporaryFile

    path = Path(reference.name)
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise ConfigError(reference.said, "it is no ordinary file", "Name another, or remove it")
        with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:  # private from the start
            written = Path(file.name)
            try:
                file.write(value.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
                written.replace(path)
            finally:
                written.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(reference.said, error.strerror or "it cannot be written", "Check its folder's rights") from None


def _from_keyring(reference: Secret) -> str:
    import keyring  # its backends cost more than a whole start
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, reference.name) or ""
    except KeyringError as error:
        step = "Unlock it, or keep the secret in a private file: opstui auth SOURCE --to file"
        raise ConfigError(reference.said, f"the keyring cannot be used ({type(error).__name__})", step) from None


def _from_file(reference: Secret) -> str:
    path = Path(reference.name)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigError(reference.said, "it is no ordinary file", "Name a file that holds the secret alone")
            if os.name == "posix" and mode & 0o077:
                raise ConfigError(reference.said, f"others may read it (mode {mode & 0o777:04o})", f"Run: chmod 600 {path}")
            return file.read(65536).decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError(reference.said, "it is not text", "Save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(
            reference.said,
            error.strerror or "it cannot be read",
            "opstui auth SOURCE puts one there; else check the path and its rights",
        ) from None


def _from_command(reference: Secret, environ: Mapping[str, str]) -> str:
    import subprocess  # only here

    command = [reference.name, *reference.arguments]
    try:
        done = subprocess.run(
            command, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(reference.said, f"no answer within {COMMAND_SECONDS} s", "It may be waiting for a password") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be started"
        raise ConfigError(reference.said, why, "Check that the program is installed") from None
    if done.returncode:
        raise ConfigError(reference.said, f"the command failed with exit code {done.returncode}", "Try it in a shell")
    return done.stdout.decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
