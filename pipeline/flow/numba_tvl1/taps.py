"""One sample of the bicubic warp as vector instructions, which LLVM does not find by itself.

A pixel's image value and gradient lie side by side, so that four neighbours in a row are one
vector of 16 floats: the sample is four such loads, and eight multiply-adds. From numba's scalar
code for the same sum, LLVM makes 60 scalar multiply-adds and takes 5 times as long.
"""

from typing import Any, no_type_check

from llvmlite import ir
from numba import types
from numba.core.base import BaseContext
from numba.extending import intrinsic

LANES = 4  # floats of a pixel: image, its x and y derivative, 0
TAPS = 4  # pixels of a sample per axis
FAST = ("fast",)
INDEX = ir.IntType(32)


@intrinsic
@no_type_check
def sample(  # noqa: PLR0917 - the operands of an instruction
    _typing: Any,
    image: types.Array,
    first: types.Integer,
    weights: types.Array,
    x: types.Integer,
    stride: types.Integer,
    out: types.Array,
) -> tuple[Any, Any]:
    """``out[4x : 4x + 4] = Σⱼ wy[j] Σᵢ wx[i] image[first + 4 stride j + 4 i + (0, 1, 2, 3)]``.

    The weights wx, then wy of pixel x are ``weights[x + stride k]``. Arrays are flat float32.
    """

    def generate(
        context: BaseContext, builder: ir.IRBuilder, signature: Any, values: list[ir.Value]
    ) -> ir.Value:
        arrays = {
            place: context.make_array(signature.args[place])(context, builder, values[place]).data
            for place in (0, 2, 5)
        }
        first, x, stride = (values[place] for place in (1, 3, 4))
        weights = [
            _load_weight(builder, arrays[2], builder.add(x, _times(builder, stride, k)))
            for k in range(2 * TAPS)
        ]
        lines = [
            _load_line(builder, arrays[0], builder.add(first, _times(builder, stride, LANES * j)))
            for j in range(TAPS)
        ]
        column = _weighted_sum(builder, lines, weights[TAPS:])
        pixels = [_part(builder, column, LANES * i) for i in range(TAPS)]
        result = _weighted_sum(builder, pixels, weights[:TAPS])
        _store(builder, result, arrays[5], _times(builder, x, LANES))
        return context.get_dummy_value()

    return types.void(image, first, weights, x, stride, out), generate


def _times(builder: ir.IRBuilder, value: ir.Value, factor: int) -> ir.Value:
    return builder.mul(value, ir.Constant(value.type, factor))


def _load_line(builder: ir.IRBuilder, data: ir.Value, index: ir.Value) -> ir.Value:
    """Load four pixels."""
    line = ir.VectorType(ir.FloatType(), LANES * TAPS)
    return builder.load(_pointer(builder, data, index, line), align=4)


def _store(builder: ir.IRBuilder, value: ir.Value, data: ir.Value, index: ir.Value) -> None:
    builder.store(value, _pointer(builder, data, index, value.type), align=4)


def _pointer(builder: ir.IRBuilder, data: ir.Value, index: ir.Value, type_: ir.Type) -> ir.Value:
    return builder.bitcast(builder.gep(data, [index]), type_.as_pointer())


def _load_weight(builder: ir.IRBuilder, data: ir.Value, index: ir.Value) -> ir.Value:
    return builder.load(builder.gep(data, [index]))


def _part(builder: ir.IRBuilder, vector: ir.Value, start: int) -> ir.Value:
    """Take one pixel out of a vector of pixels."""
    places = ir.Constant(
        ir.VectorType(INDEX, LANES), [INDEX(start + lane) for lane in range(LANES)]
    )
    return builder.shuffle_vector(vector, vector, places)


def _weighted_sum(
    builder: ir.IRBuilder, vectors: list[ir.Value], weights: list[ir.Value]
) -> ir.Value:
    """Return the sum of vectors, each times a number."""
    total = None
    for vector, weight in zip(vectors, weights, strict=True):
        product = builder.fmul(vector, _splat(builder, weight, vector.type.count), flags=FAST)
        total = product if total is None else builder.fadd(total, product, flags=FAST)
    return total


def _splat(builder: ir.IRBuilder, value: ir.Value, lanes: int) -> ir.Value:
    """Repeat a number in all lanes."""
    undefined = ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined)
    one = builder.insert_element(undefined, value, INDEX(0))
    places = ir.Constant(ir.VectorType(INDEX, lanes), [INDEX(0)] * lanes)
    return builder.shuffle_vector(one, undefined, places)
