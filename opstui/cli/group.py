"""Groups of commands that guess what a mistyped one was meant to be."""

from __future__ import annotations

import click


class Group(click.Group):
    """A group whose "no such command" comes with the nearest one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches  # only a mistake pays for it

            near = get_close_matches(args[0], known, 1)
            hint = f"Did you mean {near[0]!r}?" if near else "" if len(known) > 8 else f"There are {', '.join(known)}."
            ctx.fail(f"There is no command {args[0]!r}. {hint}".rstrip())
        return super().resolve_command(ctx, args)
