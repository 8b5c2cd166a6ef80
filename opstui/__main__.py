"""Where ``opstui`` starts: straight into the app when that is all that was asked, else into the command line."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run; the exit code is 0 done, 1 failed, 2 wrong use or config, 3 partly done, 130 stopped."""
    if len(sys.argv) == 1 and "_OPSTUI_COMPLETE" not in os.environ:
        from opstui.cli.app import main as app

        return app()
    from opstui.cli import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
