"""The `archdsl` command itself: its subcommands, and what happens when one of them fails."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from archdsl.cli.check import check
from archdsl.cli.compile import compile_
from archdsl.cli.completion import completion
from archdsl.cli.console import Failure, be_quiet, prepare_streams, say
from archdsl.cli.diff import diff
from archdsl.cli.explain import explain
from archdsl.cli.fmt import fmt
from archdsl.cli.preview import preview
from archdsl.cli.render import render
from archdsl.cli.summary import summary
from archdsl.cli.table import table
from archdsl.cli.weights import weights
from archdsl.diagnostics import SpecError, did_you_mean
from archdsl.files import why

INTERNAL_ERROR = 70
"""EX_SOFTWARE of sysexits.h."""
INTERRUPTED = 130
"""What shells report for a program that Ctrl-C ended."""
CLOSED_PIPE = 141
"""What shells report for a program that wrote into a closed pipe."""

INSTALLED_BY = {
    "torch": "pip install torch",
    "safetensors": "pip install safetensors",
    "onnx": "pip install 'archdsl[onnx]'",
    "onnxscript": "pip install 'archdsl[onnx]'",
    "starlette": "pip install 'archdsl[preview]'",
    "uvicorn": "pip install 'archdsl[preview]'",
}


class Program(click.Group):
    """A group of commands in which every failure ends in one message and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line; ends the process unless ``standalone_mode`` is off."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        prepare_streams()
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(INTERRUPTED)
        except OSError as error:
            # `--help` and its like are written before any command runs.
            be_quiet()
            say(f"cannot write to standard output: {why(error)}")
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            be_quiet()
            ctx.exit(CLOSED_PIPE)
        except SpecError as error:
            click.echo(str(error)[1:], err=True, nl=False)
            ctx.exit(1)
        except Failure as failure:
            say(str(failure))
            ctx.exit(1)
        except Exception as error:
            _explain(error, ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            ctx.fail(f"there is no command `{name}`{did_you_mean(name, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


def _explain(error: Exception, ctx: click.Context) -> NoReturn:
    """Say what an exception that nobody expected means, and end."""
    if ctx.params.get("debug"):
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    package = (error.name or "").partition(".")[0] if isinstance(error, ImportError) else ""
    if package in INSTALLED_BY:
        say(f"this needs {package}, which is not installed: `{INSTALLED_BY[package]}`")
        ctx.exit(1)
    if isinstance(error, MemoryError):
        say("there is not enough memory for this")
        ctx.exit(1)
    say(f"internal error, please report it: {type(error).__name__}: {error}")
    if not ctx.params.get("debug"):
        say("`archdsl --debug …` shows where it happened")
    ctx.exit(INTERNAL_ERROR)


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from archdsl.version import __version__

        click.echo(f"archdsl {__version__}")
        ctx.exit()


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  archdsl check specs/*.arch
  archdsl summary specs/googlenet.arch
  archdsl render specs/inception_v4.arch -o inception_v4.svg
  archdsl compile specs/inception_v4.arch -o inception_v4.py --set classes=10

\b
Exit codes: 0 fine, 1 the spec is wrong or a result cannot be written,
2 the call is wrong, 70 a bug in archdsl.

\b
Completion of commands, options and files: `archdsl completion --help`.
NO_COLOR=1 turns colours off, FORCE_COLOR=1 on; they are for terminals only.
""",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option(
    "--debug",
    is_flag=True,
    envvar="ARCHDSL_DEBUG",
    help="Show the traceback of an internal error; also ARCHDSL_DEBUG=1.",
)
def main(debug: bool) -> None:
    """Compile neural-network architectures from .arch text.

    A spec is checked first, whatever the command: data goes to standard output, what is wrong
    with the spec to standard error.
    """


for _command in (
    check,
    fmt,
    summary,
    table,
    diff,
    render,
    preview,
    compile_,
    weights,
    explain,
    completion,
):
    main.add_command(_command)
