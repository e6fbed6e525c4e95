"""`command:PROGRAM`: a model in any language, one JSON prompt a line in, one JSON answer a line out.

The process is kept alive over all prompts; a program that ends in peace after its answer is started again. If it
dies, hangs, or answers nonsense, that item fails and a new process takes the next one. Its standard error is read and
thrown away but for the end, which the failure tells.
"""

from __future__ import annotations

import hashlib
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import msgspec

from readmark.errors import ModelError, Problem, quoted
from readmark.records import Prompt, Reply

LONGEST_ANSWER = 16 * 2**20  # bytes
LONGEST_WAIT = 60.0  # seconds of one look at the pipes; a longer timeout takes several
SHOWN = 100  # characters of the command in the model's name; its revision is over all of it
TOLD = 500  # characters of standard error that a failure tells
GRACE = 2.0  # seconds a process has to end by itself once its input is closed


class CommandError(Exception):
    """The command did not answer a prompt: it died, hung, or answered something else than one JSON line."""


class _Answer(msgspec.Struct):
    """One line of the command's output; other keys are its own affair."""

    text: str | None = None
    error: str | None = None
    item_id: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class CommandModel:
    """A program that reads prompts and writes answers, a line each.

    Args:
        command: The program with its arguments, split as a shell would; no shell runs.
        timeout: Seconds it may take for one answer, its start included.
    """

    def __init__(self, command: str, timeout: float = 120.0) -> None:
        try:
            self._argv = shlex.split(command)
        except ValueError as error:
            fix = "quote arguments as in a shell"
            raise ModelError(
                Problem(f"command:{command}", f"cannot be split: {error}", "balanced quotes", fix)
            ) from error
        program = shutil.which(self._argv[0]) if self._argv else None
        if program is None:
            found = f"there is no program {quoted(self._argv[0])}" if self._argv else "names no program"
            fix = "check the path, and chmod +x the file"
            raise ModelError(Problem(f"command:{command}", found, "an executable file, or a name on PATH", fix))
        if not isinstance(timeout, int | float) or not timeout > 0:
            found = f"timeout is {quoted(timeout)}"
            raise ModelError(Problem(f"command:{command}", found, "seconds above 0", "--model-arg timeout=120"))
        self.name = "".join(c if c.isprintable() else "?" for c in " ".join(command.split())[:SHOWN])
        self.revision = _digest(program, self._argv)
        self.parameters: dict[str, object] = {}
        self._timeout = float(timeout)
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr = b""
        self._spare = b""

    def predict(self, prompt: Prompt) -> Reply:
        """Return the program's answer to a prompt.

        Raises:
            CommandError: It gave none; the next prompt goes to a new process.
        """
        if self._process and (self._process.poll() is not None or self._has_strays()):
            self._stop()
        reused = self._process
        try:
            return self._ask(prompt)
        except CommandError:
            if reused is None or reused.returncode != 0:
                raise
            return self._ask(prompt)  # it was ending after its last answer, as a program for one prompt does

    def _ask(self, prompt: Prompt) -> Reply:
        process = self._process or self._start()
        try:
            answer = self._parse(self._exchange(process, _line(prompt)), prompt)
        except BaseException:
            self._stop()
            raise
        if answer.error is not None:
            raise CommandError(answer.error)
        return Reply(text=answer.text or "", input_tokens=answer.input_tokens, output_tokens=answer.output_tokens)

    def close(self) -> None:
        """Let the process end by closing its input; end it after two seconds."""
        if self._process:
            with suppress(OSError):
                cast(IO[bytes], self._process.stdin).close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
            self._stop()

    def _start(self) -> subprocess.Popen[bytes]:
        self._stderr = self._spare = b""
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own program, split without a shell
                self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise CommandError(f"cannot be started: {error}") from error
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            os.set_blocking(cast(IO[bytes], pipe).fileno(), False)
        return self._process

    def _stop(self) -> None:
        """End the process and all it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):
                cast(IO[bytes], pipe).close()

    def _has_strays(self) -> bool:
        """Return whether output stands there that no prompt asked for; it would be taken for the next answer."""
        stdout = cast(IO[bytes], cast(subprocess.Popen[bytes], self._process).stdout)
        return bool(self._spare or stdout.read(1))

    def _exchange(self, process: subprocess.Popen[bytes], line: bytes) -> bytes:
        """Write one line and read one, draining standard error meanwhile.

        Raises:
            CommandError: The process ended, took too long, or wrote more or less than one line.
        """
        deadline = time.monotonic() + self._timeout
        answer = b""
        with selectors.DefaultSelector() as ready:
            ready.register(cast(IO[bytes], process.stdin), selectors.EVENT_WRITE)
            ready.register(cast(IO[bytes], process.stdout), selectors.EVENT_READ)
            ready.register(cast(IO[bytes], process.stderr), selectors.EVENT_READ)
            while b"\n" not in answer:
                if time.monotonic() > deadline:
                    raise CommandError(f"did not answer within {self._timeout:g} s{self._told()}")
                for key, _ in ready.select(min(LONGEST_WAIT, max(0.0, deadline - time.monotonic()))):
                    if key.fileobj is process.stdin:
                        line = _write(key.fd, line)
                        if not line:
                            ready.unregister(key.fileobj)
                    elif key.fileobj is process.stdout:
                        answer += self._read(process, key.fd, len(answer))
                    elif not self._drain(key.fd):
                        ready.unregister(key.fileobj)
        first, _, self._spare = answer.partition(b"\n")
        if self._spare:
            raise CommandError(f"wrote more than one line: {quoted(self._spare)} after the answer")
        if line:
            self._stop()  # it answered before it had read all; to it, the rest would begin the next prompt
        return first

    def _read(self, process: subprocess.Popen[bytes], fd: int, so_far: int) -> bytes:
        data = os.read(fd, 65536)
        if not data:
            raise CommandError(f"ended with exit status {_status(process)}{self._told(process)}")
        if so_far + len(data) > LONGEST_ANSWER:
            raise CommandError(f"wrote more than {LONGEST_ANSWER >> 20} MiB without a line's end")
        return data

    def _drain(self, fd: int) -> bool:
        """Read standard error, keep its end, and return whether there may be more."""
        data = os.read(fd, 65536)
        self._stderr = (self._stderr + data)[-4 * TOLD :]
        return bool(data)

    def _told(self, process: subprocess.Popen[bytes] | None = None) -> str:
        """Return the end of standard error for a failure's message."""
        if process:
            with suppress(OSError):
                self._stderr += cast(IO[bytes], process.stderr).read() or b""
        text = " ".join(self._stderr.decode(errors="replace").split())[-TOLD:]
        return f"; its standard error ends: {text}" if text else ""

    def _parse(self, line: bytes, prompt: Prompt) -> _Answer:
        try:
            value = msgspec.json.decode(line, type=str | _Answer)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            expected = 'a JSON string or {"text": "…"}'
            raise CommandError(f"answered {quoted(line)}, which is not {expected}: {error}") from error
        answer = _Answer(text=value) if isinstance(value, str) else value
        if (answer.text is None) == (answer.error is None):
            raise CommandError(f'answered {quoted(line)}: expected either "text" or "error"')
        if answer.item_id not in {None, prompt.item_id}:
            raise CommandError(f"answered item {quoted(answer.item_id)} when asked {quoted(prompt.item_id)}")
        return answer


def _line(prompt: Prompt) -> bytes:
    fields = {name: getattr(prompt, name) for name in Prompt.__struct_fields__}
    return msgspec.json.encode({**fields, "text": prompt.text}) + b"\n"


def _write(fd: int, line: bytes) -> bytes:
    """Write what the pipe takes and return the rest; a pipe that broke shows when its output is read."""
    try:
        return line[os.write(fd, line) :]
    except BrokenPipeError:
        return b""


def _status(process: subprocess.Popen[bytes]) -> str:
    try:
        status = process.wait(GRACE)
    except subprocess.TimeoutExpired:
        return "unknown (it closed its output)"
    return f"{status} ({signal.Signals(-status).name})" if status < 0 else str(status)


def _digest(program: str, argv: list[str]) -> str:
    """Hash the command line and every file that it names, so that an edited script is another revision."""
    digest = hashlib.sha256("\0".join(argv).encode(errors="surrogateescape"))
    for name in [program, *argv[1:]]:
        path = Path(name)
        with suppress(OSError, ValueError):
            if path.is_file():
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
