"""The one way in which a user's mistake is told, and the exit codes of every command."""

import contextlib
import difflib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import NoReturn

EXIT_OK = 0
EXIT_BAD_INPUT = 2
EXIT_WORSE = 3  # of `seq2seq report --against`
EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_TERMINATED = 128 + signal.SIGTERM


class UserError(Exception):
    """A mistake that the user can mend.

    The message is one line: it names the option or the file and line, the bad value, what is allowed and what to do.
    """


class Terminated(BaseException):
    """SIGTERM arrived; raised so that `finally` clauses run and nothing is left half-written."""


def suggest(bad: str, allowed: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest allowed one, or nothing.

    >>> suggest("tatoebba", ["tatoeba", "parallel"])
    "; did you mean 'tatoeba'?"
    >>> suggest("zzz", ["tatoeba"])
    ''
    """
    near = difflib.get_close_matches(bad, list(allowed), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


@contextlib.contextmanager
def told_as(option: str) -> Iterator[None]:
    """Name the option whose values the block makes something of, where that refuses them.

    Raises:
        UserError: in place of a ValueError or a UserError, neither of which names it.

    >>> with told_as("model.encoder"):
    ...     raise ValueError("cell 'lsmt' is unknown")
    Traceback (most recent call last):
    seq2seq.errors.UserError: model.encoder: cell 'lsmt' is unknown
    """
    try:
        yield
    except (ValueError, UserError) as error:
        raise UserError(f"{option}: {error}") from error


def run_command(main: Callable[[], None]) -> NoReturn:
    """Run a command and end the process with the exit code that its outcome deserves.

    0 done; 2 wrong input, or a file or device that cannot be read or written (one line on stderr); 130 interrupted by
    Ctrl-C; 143 ended by SIGTERM. Any other exception is a bug: its traceback is shown and the code is 1.
    """

    def on_terminate(_signum: int, _frame: FrameType | None) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, on_terminate)
    code = EXIT_OK
    try:
        main()
        _flush()
    except UserError as error:
        _tell(f"error: {' '.join(str(error).splitlines())}")
        code = EXIT_BAD_INPUT
    except KeyboardInterrupt:
        _tell("interrupted")
        code = EXIT_INTERRUPTED
    except Terminated:
        _tell("terminated")
        code = EXIT_TERMINATED
    except BrokenPipeError:
        pass  # the reader (`| head`) has all it wants
    except OSError as error:
        _tell(f"error: {'' if error.filename is None else f'{error.filename}: '}{reason(error)}")
        code = EXIT_BAD_INPUT
    if _stdout_fails():
        # Python would complain once more, and with a code of its own, when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def reason(error: OSError) -> str:
    """Why the system refused, in its words.

    >>> reason(OSError(28, "No space left on device"))
    'No space left on device'
    """
    return " ".join((error.strerror or str(error) or type(error).__name__).split())


def _flush() -> None:
    if sys.stdout is None:  # closed by whoever started the process
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError(f"standard output: cannot be written ({reason(error)})") from error


def _tell(line: str) -> None:
    if sys.stderr is None:  # closed likewise; `print` would take standard output in its place
        return
    with contextlib.suppress(OSError):  # stderr may be full, too; the exit code tells then
        print(line, file=sys.stderr, flush=True)


def _stdout_fails() -> bool:
    try:
        _flush()
    except (OSError, UserError):
        return True
    return False
