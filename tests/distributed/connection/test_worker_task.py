"""A task on a worker: one at a time, its errors as values that can be sent."""

import pickle
import threading

from pi_engine.distributed.connection.worker_task import packed, portable, run_task
from pi_engine.errors import CorruptFileError, PiEngineError, VerificationError
from tests.distributed.clusters import double, fail


class Stubborn(Exception):  # noqa: N818
    def __init__(self, a, b):
        super().__init__(f"{a} and {b}")


def test_value_and_seconds():
    outcome = run_task(packed(double, (4,)), None)
    assert (outcome.value, outcome.error) == (8, None) and outcome.seconds >= 0


def test_an_error_is_a_value():
    outcome = run_task(packed(fail, (3,)), None)
    assert isinstance(outcome.error, VerificationError) and outcome.value is None


def test_what_cannot_be_read():
    error = run_task(b"nonsense", None).error
    assert isinstance(error, PiEngineError) and str(error).startswith("a worker cannot read a task (")


def test_errors_survive_the_way():
    for error in (VerificationError("x"), CorruptFileError("x", kind="header"), ValueError("x")):
        assert portable(error) is error
        assert type(pickle.loads(pickle.dumps(portable(error)))) is type(error)
    other = portable(Stubborn(1, 2))
    assert type(other) is PiEngineError and str(other) == "Stubborn: 1 and 2"


inside = []


def alone(entered, leave):
    inside.append(1)
    entered.set()
    leave.wait()
    assert len(inside) == 1
    inside.clear()


def test_one_at_a_time():
    """A worker of Dask's with many threads runs as many tasks at once; ours use all its threads themselves."""
    from pi_engine.distributed.connection import worker_task

    entered, leave = threading.Event(), threading.Event()
    outcomes = []
    # functions of one process, which need no pickling
    first = threading.Thread(target=lambda: outcomes.append(_run(worker_task, alone, entered, leave)))
    first.start()
    entered.wait()
    second = threading.Thread(target=lambda: outcomes.append(_run(worker_task, len, inside)))
    second.start()
    assert worker_task._TURN.locked() and not outcomes
    leave.set()
    first.join()
    second.join()
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert outcomes[1].value == 0


_HELD = {}


def call_held(name):
    function, arguments = _HELD[name]
    return function(*arguments)


def _run(worker_task, function, *arguments):
    _HELD[function.__name__] = function, arguments
    return worker_task.run_task(packed(call_held, (function.__name__,)), None)
