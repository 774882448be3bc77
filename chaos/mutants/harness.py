"""Playing mutants: a broken copy each, the ordinary harness on it, and a look at which equation noticed."""

import asyncio
import json
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.mutants.mutant import TREE, DoesNotApply, Mutant

RUN = TREE / "chaos" / ".run"
PATIENCE = 240.0
# What a mutant leaves undone stays undone: no use waiting three minutes for it.
HASTE = 0.12
FAREWELL = 60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant. `numbers`: the equations that were not 0; `failure`: why it could not be played."""

    mutant: Mutant
    numbers: dict[str, int]
    example: str = ""
    failure: str = ""
    seconds: float = 0.0

    @property
    def noticed_by(self) -> dict[str, int]:
        """Those of the numbers that were expected."""
        return {name: number for name, number in self.numbers.items() if name in self.mutant.equations}

    @property
    def is_caught(self) -> bool:
        """Whether the harness noticed, by an equation that was meant to."""
        return not self.failure and bool(self.noticed_by)


async def play_all(mutants: Sequence[Mutant], seed: int, at_once: int, say: Callable[[str], None]) -> list[Verdict]:
    """Play them, a few at once. On cancellation every harness is told to stop, and waited for."""
    room = asyncio.Semaphore(at_once)

    async def one(mutant: Mutant) -> Verdict:
        async with room:
            verdict = await play(mutant, seed)
        say(f"{'caught' if verdict.is_caught else 'MISSED'}  {mutant.name} ({verdict.seconds:.0f} s)")
        return verdict

    async with asyncio.TaskGroup() as everybody:  # which, unlike gather, also waits for those that are being stopped
        playing = [everybody.create_task(one(mutant)) for mutant in mutants]
    return [task.result() for task in playing]


async def play(mutant: Mutant, seed: int) -> Verdict:
    """Plant, play, judge, clear away. Of one that was missed the harness's own words stay: `.run/mutant-<name>.log`."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    copy, told = RUN / f"mutant-{mutant.name}", RUN / f"mutant-{mutant.name}.json"
    try:
        await asyncio.to_thread(mutant.plant, copy)
        failure = await _harness(mutant, seed, copy, told)
        verdict = _judged(mutant, told, failure, loop.time() - began)
    except DoesNotApply as error:
        verdict = Verdict(mutant, {}, failure=str(error), seconds=loop.time() - began)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        told.unlink(missing_ok=True)
    if verdict.is_caught:
        _log_of(mutant).unlink(missing_ok=True)
    return verdict


def _log_of(mutant: Mutant) -> Path:
    return RUN / f"mutant-{mutant.name}.log"


async def _harness(mutant: Mutant, seed: int, copy: Path, told: Path) -> str:
    """Run it on the copy. Why it said nothing; empty if it did."""
    log = _log_of(mutant)
    words = ["--tree", str(copy), "--smoke", "--seed", str(seed), "--json", str(told)]
    words += ["--patience", str(HASTE), "--only", *mutant.scenarios]
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "chaos",
            *words,
            cwd=TREE,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop it in order
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await process.wait()
        except TimeoutError:
            return f"not done within {PATIENCE:.0f} s; see {log}"
        finally:
            await _ended(process)
    return await asyncio.to_thread(_silence, told, log)


def _silence(told: Path, log: Path) -> str:
    if told.exists():
        return ""
    lines = log.read_text(errors="replace").strip().splitlines()
    return f"{lines[-1] if lines else 'said nothing'}; see {log}"


async def _ended(process: Process) -> None:
    """However we leave, what it started is stopped by itself; SIGKILL only for one that does not listen."""
    for number, patience in ((signal.SIGTERM, FAREWELL), (signal.SIGKILL, FAREWELL)):
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(number)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await asyncio.shield(process.wait())


def _judged(mutant: Mutant, told: Path, failure: str, seconds: float) -> Verdict:
    if failure:
        return Verdict(mutant, {}, failure=failure, seconds=seconds)
    equations: list[dict[str, Any]] = [
        equation
        for run in json.loads(told.read_text())["runs"]
        for outcome in run["outcomes"]
        for equation in outcome["equations"]
    ]
    numbers: dict[str, int] = {}
    for each in equations:
        if each["number"]:
            numbers[each["name"]] = numbers.get(each["name"], 0) + each["number"]
    by_worth = sorted(equations, key=lambda each: (each["name"] not in mutant.equations, -each["number"]))
    example = next((str(each["examples"][0]) for each in by_worth if each["number"] and each["examples"]), "")
    return Verdict(mutant, numbers, example, seconds=seconds)
