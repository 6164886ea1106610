"""Intrinsics whose body is LLVM code: what kernels call as a function of values, and what is written as one of LLVM's builder."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from numba.core import types
from numba.extending import intrinsic


def instruction(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make an intrinsic of a function of LLVM's builder and the arguments, which gives the value, or None for a void signature.

    Args:
        signature: of Numba's types, or a function that gives it for the types of the arguments.
    """

    def decorated(build: Callable[..., Any]) -> Any:
        @wraps(build)
        def typed(_typingctx: Any, *kinds: Any) -> Any:
            def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
                value = build(builder, *args)
                return context.get_dummy_value() if signature.return_type == types.void else value

            return signature if hasattr(signature, "return_type") else signature(*kinds), codegen

        return intrinsic(typed)

    return decorated
