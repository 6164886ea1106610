"""The arrays of a kernel's record (`kernel_record`), inside the kernel."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

_WORD = ir.IntType(64)


@intrinsic(prefer_literal=True)
def array_in(typing_context: Any, record: Any, place: Any, dimensions: Any, kind: Any) -> Any:
    """The array at a place of a record, of a given number of dimensions, its items np.int64 or np.uint64."""
    made = types.Array(kind.instance_type, dimensions.literal_value, "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        first = context.cast(builder, arguments[1], signature.args[1], types.int64)
        places = [builder.add(first, ir.Constant(_WORD, i)) for i in range(1 + made.ndim)]
        address, *extents = [builder.load(builder.gep(row, [place])) for place in places]
        strides = [ir.Constant(_WORD, 8)]
        for extent in reversed(extents[1:]):
            strides.insert(0, builder.mul(strides[0], extent))
        array = context.make_array(made)(context, builder)
        data = builder.inttoptr(address, array.data.type)
        populate_array(array, data=data, shape=extents, strides=strides, itemsize=8, meminfo=None)
        return array._getvalue()  # noqa: SLF001 (how Numba hands over what it has made)

    return made(record, place, dimensions, kind), generate
