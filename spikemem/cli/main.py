"""The command ``spikemem``: commands, and how errors end."""

from __future__ import annotations

import errno
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer

from spikemem.cli import backends, board, compare, deploy, doctor, export, inspect, models, report, run, show, suite
from spikemem.errors import Interrupted, SpikememError, SpikememWarning, Unsupported
from spikemem.provenance import versions

app = typer.Typer(
    name="spikemem",
    help="Spiking associative memories: simulate, deploy, examine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_COMMANDS: tuple[Callable[..., Any], ...] = (
    run.run, suite.suite, report.report, compare.compare, deploy.deploy, export.export, models.models, show.show,
    backends.backends, inspect.inspect, board.board, doctor.doctor,
)  # fmt: skip
for _command in _COMMANDS:
    app.command()(_command)


def _version(asked: bool) -> None:
    if asked:
        print(f"spikemem {versions()['spikemem']}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Spiking associative memories: simulate, deploy, examine."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 done, 1 a criterion failed, 2 invalid input, 3 a dependency is missing, 4 the target cannot do this, 5 hardware,
    130 interrupted.
    """
    try:
        with _warnings_in_one_line():
            code = _run(arguments)
        sys.stdout.flush()
        return code
    except SpikememError as error:
        return _failed(str(error), error.exit_code)
    except MemoryError as error:
        return _failed(f"this needs more memory than there is: {error}".rstrip(": "), Unsupported.exit_code)
    except BrokenPipeError:
        _discard_stdout()
        return 0
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _discard_stdout()
        return _failed(f"standard output, or a cache of compiled code, cannot be written: {error.strerror}", 2)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        app(args=None if arguments is None else list(arguments), prog_name="spikemem", standalone_mode=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
        if code == Interrupted.exit_code:
            return _failed("interrupted; no file was left half-written", code)
        return 0 if code == 1 else code  # 1: typer and rich found that nobody reads stdout any more, as after | head
    return 0


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Show spikemem's warnings as its errors are shown, and all others as Python does."""
    with warnings.catch_warnings():
        show = warnings.showwarning

        def shown(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, SpikememWarning):
                print(f"spikemem: warning: {message}", file=sys.stderr)
            else:
                show(message, category, *place, **more)

        warnings.showwarning = shown
        yield


def _failed(sentence: str, code: int) -> int:
    print(f"spikemem: {sentence}", file=sys.stderr)
    return code


def _discard_stdout() -> None:
    """Let nothing that is still buffered fail once more when the interpreter ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def entry() -> None:
    """Run the command line as a process."""
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed by the caller
            setattr(sys, stream, open(os.devnull, "w"))  # noqa: SIM115  # open until the process ends
    sys.exit(main())
