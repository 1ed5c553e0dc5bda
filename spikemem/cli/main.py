"""The command ``spikemem``: commands, and how errors end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from spikemem.cli import backends, doctor, inspect, models, run, show
from spikemem.errors import Interrupted, SpikememError

app = typer.Typer(
    name="spikemem",
    help="Spiking associative memories: simulate, deploy, examine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_COMMANDS: tuple[Callable[..., Any], ...] = (
    run.run, models.models, show.show, backends.backends, inspect.inspect, doctor.doctor
)  # fmt: skip
for _command in _COMMANDS:
    app.command()(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 done, 1 a criterion failed, 2 invalid input, 3 a dependency is missing, 4 the target cannot do this, 5 hardware,
    130 interrupted.
    """
    try:
        code = app(args=None if arguments is None else list(arguments), standalone_mode=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except SpikememError as error:
        print(f"spikemem: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("spikemem: interrupted; nothing was written", file=sys.stderr)
        return Interrupted.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return int(code or 0)


def entry() -> None:
    """Run the command line as a process."""
    sys.exit(main())
