"""`archdsl completion`: the script that completes command lines."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from archdsl.cli.console import emit

SHELLS = ("bash", "zsh", "fish")


@click.command(
    short_help="Print the script for completion in a shell.",
    epilog="""\b
Examples:
  bash:  archdsl completion bash > ~/.local/share/bash-completion/completions/archdsl
  zsh:   archdsl completion zsh > ~/.archdsl-complete.zsh
         echo 'source ~/.archdsl-complete.zsh' >> ~/.zshrc
  fish:  archdsl completion fish > ~/.config/fish/completions/archdsl.fish
""",
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete commands, options and files."""
    complete = get_completion_class(shell)
    assert complete is not None, f"click completes {shell}"
    emit(complete(ctx.find_root().command, {}, "archdsl", "_ARCHDSL_COMPLETE").source())
