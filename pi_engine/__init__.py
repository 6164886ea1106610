"""Compute, and check, digits of π.

>>> import pi_engine
>>> pi_engine.compute(1000)[:20]
'14159265358979323846'

compute(1_000_000)       N digits of π: a ComputeResult, with text(), words, value, write("pi.txt")
open("pi.ycd")           the digits of a file as a sequence, at any place: a DigitSequence
verify_file("pi.txt")    whether a file holds digits of π, and where it goes wrong: a Verification
hex_digits(10**6)        hexadecimal digits from a position on, without those before
bigint.multiply(a, b)    products of large integers, faster than GMP's; bigint.release_memory()
radix.to_text(x)         large integers to decimal text, and back: radix.from_text(text)
series.get("ramanujan")  the series that compute sums; catalogue(), derive(163), load("my.toml")
prepare()                loads or compiles all kernels now, so that nothing waits for a compiler later
PiEngineError            the base of all errors: UsageError, VerificationError, CapacityError,
                         CorruptFileError, OutputError

help(pi_engine.compute) describes one of them. Each is loaded on first use: importing the package
imports neither gmpy2 nor numba.
"""

TYPE_CHECKING = False  # importing typing for it would take longer than all the rest of this module

if TYPE_CHECKING:
    from pi_engine import bigint as bigint
    from pi_engine import radix as radix
    from pi_engine import series as series
    from pi_engine.distributed.bbp.hex_anywhere import hex_digits as hex_digits
    from pi_engine.engine.compute import compute as compute
    from pi_engine.engine.planning.backend import prepare as prepare
    from pi_engine.engine.result import ComputeResult as ComputeResult
    from pi_engine.errors import CapacityError as CapacityError
    from pi_engine.errors import CorruptFileError as CorruptFileError
    from pi_engine.errors import OutputError as OutputError
    from pi_engine.errors import PiEngineError as PiEngineError
    from pi_engine.errors import UsageError as UsageError
    from pi_engine.errors import VerificationError as VerificationError
    from pi_engine.files.methods.verdict import Verification as Verification
    from pi_engine.files.verify import verify_file as verify_file
    from pi_engine.runtime.versions import __version__ as __version__
    from pi_engine.sequence.digit_sequence import DigitSequence as DigitSequence
    from pi_engine.sequence.digit_sequence import open as open  # noqa: A004 (its name in the package)

_HOME = {
    "compute": "pi_engine.engine.compute",
    "verify_file": "pi_engine.files.verify",
    "Verification": "pi_engine.files.methods.verdict",
    "ComputeResult": "pi_engine.engine.result",
    "prepare": "pi_engine.engine.planning.backend",
    "open": "pi_engine.sequence.digit_sequence",
    "DigitSequence": "pi_engine.sequence.digit_sequence",
    "hex_digits": "pi_engine.distributed.bbp.hex_anywhere",
    "bigint": "pi_engine.bigint",
    "radix": "pi_engine.radix",
    "series": "pi_engine.series",
    "__version__": "pi_engine.runtime.versions",
    "PiEngineError": "pi_engine.errors",
    "UsageError": "pi_engine.errors",
    "VerificationError": "pi_engine.errors",
    "CapacityError": "pi_engine.errors",
    "CorruptFileError": "pi_engine.errors",
    "OutputError": "pi_engine.errors",
}
# There is no __all__: with it help(pi_engine) is all classes in full, 800 lines, behind which the docstring is lost.

if not TYPE_CHECKING:  # a type checker would take every name for one of this module

    def __getattr__(name: str) -> object:
        """Import the module that a public name lives in, at its first use (PEP 562)."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module = import_module(_HOME[name])
        value = module if _HOME[name] == f"{__name__}.{name}" else getattr(module, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME} - {"__dir__", "__getattr__"})


del TYPE_CHECKING
