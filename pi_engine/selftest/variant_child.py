"""The short run in a process of its own, for `variant_runs`: `python -m pi_engine.selftest.variant_child SEED THREADS [CASE ...]`.

The environment has chosen the kernels. Standard output gets one JSON object a line: {"progress": [phase, done, total]},
{"said": a warning of the program}, and at last {"tally": …} for each part, and {"end": true}, or {"error": {"code": …, "message": …}}.
The process ends when its standard input does: whoever has started it is gone then.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading

from pi_engine.errors import CapacityError, PiEngineError
from pi_engine.selftest.short_run import short_run
from pi_engine.selftest.trial import Case


class _Warnings(logging.Handler):
    """Hands on what the program warns of, but not that it compiles: whoever has asked for all variants knows it."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.funcName != "announce":
            _send(said=record.getMessage())


def _send(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def _report(phase: str, done: int, total: int) -> None:
    _send(progress=[phase, done, total])


def _end_with_parent() -> None:
    while os.read(0, 1 << 10):
        pass
    os._exit(1)


def main() -> None:
    """Run what the command line names."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.getLogger("pi_engine").addHandler(_Warnings())
    seed, threads, *cases = sys.argv[1:]
    try:
        tallies = short_run(int(seed), int(threads), cases=[Case.parse(text) for text in cases], progress=_report)
    except (MemoryError, PiEngineError) as error:
        memory = isinstance(error, MemoryError)
        message = "out of memory: close other programs" if memory else str(error)
        code = error.exit_code if isinstance(error, PiEngineError) else CapacityError.exit_code
        _send(error={"code": code, "message": message})
        return
    for tally in tallies:
        failures = [
            {"case": str(x.case), "kind": x.kind, "message": x.message, "repeatable": x.repeatable}
            for x in tally.failures
        ]
        _send(
            tally={"part": tally.part.name, "cases": tally.cases, "seconds": tally.seconds, "failures": failures},
        )
    _send(end=True)


if __name__ == "__main__":
    main()
