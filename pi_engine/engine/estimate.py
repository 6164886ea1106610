"""What a computation will take, before it starts: time, memory, disk, and the path it goes by.

Nothing is computed and no kernel is loaded. The seconds are those of `forecast`, the memory that of `plan`, which is an
upper bound of the peak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pi_engine.engine.arguments import chosen_series, require_usable
from pi_engine.engine.planning.fitting import fits, most_digits, refusal, usable_memory
from pi_engine.engine.planning.forecast import forecast, seconds_by_phase
from pi_engine.engine.planning.plan import possible_plans
from pi_engine.runtime.display import counted, line
from pi_engine.runtime.integers import as_int
from pi_engine.runtime.limits.memory import byte_limit, format_bytes, process_memory_limit
from pi_engine.runtime.thread_count import thread_count

if TYPE_CHECKING:
    from typing import SupportsIndex

    from pi_engine.digits.common.formats import Format
    from pi_engine.engine.arguments import CheckLevel
    from pi_engine.series.model.pi_series import PiSeries


@dataclass(frozen=True)
class Estimate:
    """What a computation will take.

    Attributes:
        digits: N, the digits after the point.
        base: 10 or 16.
        series: the series' name.
        threads: how many will be used.
        check: "none", "fast" or "full".
        path: "compiled" or "plain".
        kernels: "stored", "loaded" or "to be compiled"; "not used" on the plain path.
        seconds: phase → about how many seconds, and "total".
        memory_bytes: what the process allocates, at most; of a run with a scratch folder, what it needs at least.
        memory_limit_bytes: what it may use.
        fits: whether the computation would start.
        largest: the most digits that would, to two leading digits; −1 if there are none.
        disk_bytes: of the file, at most where the format compresses; None without a file.
        checkpoint_bytes: of disk that a checkpoint would take at once, at most.
        refusal: why the computation would not start; None where it would.
        scratch_bytes: what does not fit in memory, in the scratch folder at once, at most; 0 where all fits.
        address_bytes: of address space, touched or not, as `ulimit` counts it, at most.
        address_limit_bytes: of that, what this process may use; None if the system sets no limit.
    """

    digits: int
    base: int
    series: str
    threads: int
    check: CheckLevel
    path: str
    kernels: str
    seconds: dict[str, float]
    memory_bytes: int
    memory_limit_bytes: int
    fits: bool
    largest: int
    disk_bytes: int | None
    checkpoint_bytes: int
    refusal: str | None
    scratch_bytes: int = 0
    address_bytes: int = 0
    address_limit_bytes: int | None = None

    def __repr__(self) -> str:
        """Like `Estimate(1_000_000 digits take about 0.1 s and 60 MiB of memory on the compiled path: fits)`."""
        return line("Estimate", self.result_text)

    @property
    def result_text(self) -> str:
        """The estimate in one line."""
        disk = "" if self.disk_bytes is None else f", {format_bytes(self.disk_bytes)} on disk"
        verdict = "fits" if self.fits else "does not fit"
        what = f"{counted(self.digits, 'digit')} {'takes' if self.digits == 1 else 'take'}"
        cost = f"{format_seconds(self.seconds['total'])} and {format_bytes(self.memory_bytes)} of memory"
        if self.scratch_bytes:
            cost += f", {format_bytes(self.scratch_bytes)} of scratch"
        return f"{what} about {cost}{disk} on the {self.path} path: {verdict}"


def estimate(
    digits: SupportsIndex,
    *,
    base: SupportsIndex = 10,
    series: str | PiSeries = "chudnovsky",
    threads: SupportsIndex | None = None,
    memory: SupportsIndex | None = None,
    check: CheckLevel = "fast",
    format: Format | None = None,  # noqa: A002 (the name that `write` has)
    block_size: int | None = None,
    scratch: bool = False,
) -> Estimate:
    """What `compute` with these arguments, and a file of that format, would take.

    Args:
        digits: N ≥ 0, the digits after the point.
        base: 10 or 16.
        series: a name of the catalogue, `derived:D`, a file `….toml`, or a series.
        threads: how many to use; all by default.
        memory: bytes to stay within, besides what the machine, the control group and `ulimit` allow.
        check: "none", "fast" or "full".
        format: of the file that the digits go to; None for no file.
        block_size: digits of each file of a .ycd set.
        scratch: whether there is a folder for what does not fit in memory.

    Raises:
        UsageError: an argument is not usable.
        CapacityError: the number of digits is beyond any model.
    """
    digits, base = as_int(digits, "digits"), as_int(base, "base")
    threads, memory = thread_count(threads), byte_limit(memory)
    require_usable(digits, base, check)
    if format == "ycd":
        from pi_engine.digits.file_sizes import require_length

        require_length(digits, format, block_size)
    chosen = chosen_series(series)
    limit = usable_memory(memory)
    plans = list(possible_plans(chosen, digits, base, threads=threads, check=check, scratch=scratch))
    refused = refusal(chosen, digits, base, threads=threads, limit=limit, check=check, scratch=scratch)
    if not plans:
        raise refused
    fitting = [plan for plan in plans if fits(plan, limit)]
    plan = fitting[0] if fitting else min(plans, key=lambda plan: plan.memory_bytes)
    return Estimate(
        digits=digits,
        base=base,
        series=chosen.name,
        threads=threads,
        check=check,
        path=plan.path,
        kernels=plan.kernels,
        seconds=seconds_by_phase(forecast(plan, threads, check)),
        memory_bytes=plan.memory_bytes,
        memory_limit_bytes=limit,
        fits=bool(fitting),
        largest=most_digits(chosen, base, threads=threads, limit=limit, check=check, scratch=scratch),
        disk_bytes=None if format is None else _file_bytes(digits, base, format, block_size),
        checkpoint_bytes=plan.checkpoint_bytes,
        refusal=None if fitting else str(refused),
        scratch_bytes=plan.scratch_bytes,
        address_bytes=plan.address_bytes,
        address_limit_bytes=process_memory_limit(),
    )


def _file_bytes(digits: int, base: int, form: Format, block_size: int | None) -> int:
    """Bytes that the file, or the set of files, takes; it is written once, and then only renamed."""
    from pi_engine.digits.file_sizes import required_size

    return required_size(digits, base, form, block_size)


_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 31_556_952


def format_seconds(seconds: float) -> str:
    """A duration to about two significant digits, like `0.035 s`, `11 s`, `2 min 20 s`, `1 h 10 min`, `3.5 days`."""
    if seconds < 0.01:
        text = "less than 0.01 s"
    elif seconds < 59.5:
        text = f"{_two_digits(seconds)} s"
    elif seconds < 10 * _MINUTE - 5:
        text = _by_tens(seconds, "min", "s")
    elif seconds < 59.5 * _MINUTE:
        text = f"{round(seconds / _MINUTE)} min"
    elif seconds < 10 * _HOUR - 5 * _MINUTE:
        text = _by_tens(seconds / 60, "h", "min")
    elif seconds < 2 * _DAY:
        text = f"{round(seconds / _HOUR)} h"
    else:
        unit, name = (_DAY, "days") if seconds < 2 * _YEAR else (_YEAR, "years")
        text = f"{_two_digits(seconds / unit)} {name}"
    return text


def _by_tens(small: float, large_unit: str, small_unit: str) -> str:
    """A number of small units, to the nearest ten; 60 of them are a large one."""
    large, tens = divmod(round(small / 10), 6)
    return f"{large} {large_unit}" + (f" {10 * tens} {small_unit}" if tens else "")


def _two_digits(value: float) -> str:
    rounded = float(f"{value:.1e}")
    return f"{rounded:_.0f}" if rounded >= 10 else f"{rounded:g}"
