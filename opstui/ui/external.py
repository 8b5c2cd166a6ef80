"""Writing a text in the user's own editor. The file it is in is private, and kept whenever the editor fails."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from opstui.errors import OpstuiError

Run = Callable[[Sequence[str]], int]


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The words of ``$VISUAL``, else ``$EDITOR``; OpstuiError when neither says anything."""
    for name in ("VISUAL", "EDITOR"):
        text = environ.get(name, "").strip()
        if not text:
            continue
        try:
            return shlex.split(text)
        except ValueError as error:
            raise OpstuiError(f"${name} cannot be read", str(error), f"For example: export {name}=vim.") from error
    raise OpstuiError("No editor is set", "$VISUAL and $EDITOR are both empty", "For example: export EDITOR=vim.")


def run_command(command: Sequence[str]) -> int:
    """Run the editor in the terminal and wait for it."""
    return subprocess.run(command, check=False).returncode


def edit(text: str, folder: Path, environ: Mapping[str, str], *, run: Run = run_command) -> str:
    """``text`` as it comes back from the editor.

    Raises:
        OpstuiError: there is no editor, it cannot be started, it failed, or what it left is not text. The file stays
            where it is and the error names it.
    """
    command = editor_command(environ)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="note-", suffix=".md", dir=folder)  # mkstemp makes it 0600
    path = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") or not text else text + "\n")  # as editors leave a file
    try:
        code = run([*command, str(path)])
    except OSError as error:
        path.unlink(missing_ok=True)  # it holds nothing that the draft does not
        raise OpstuiError(f"{command[0]} cannot be started", error.strerror or str(error), "Set $VISUAL or $EDITOR.") from error
    if code != 0:
        raise OpstuiError(f"{command[0]} failed", f"it ended with code {code}", f"What it wrote is in {path}.")
    try:
        back = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OpstuiError("What the editor left cannot be read", str(error), f"The file is {path}.") from error
    path.unlink(missing_ok=True)
    return back.removesuffix("\n") if not text.endswith("\n") else back
