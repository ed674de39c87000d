/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Numbers: arithmetic on any two objects, and turning objects into numbers.
 *
 * A binary operation asks the left operand's type, then the right one's; the right one first where its type is a
 * subclass of the left one's with a slot of its own. A slot that does not know the other operand returns
 * Gil_NotImplemented. Every function raises TypeError where neither knows, SystemError where an argument is NULL.
 */
#ifndef GILRT_NUMBER_H
#define GILRT_NUMBER_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** 1 when @p o converts to int or float, else 0; cannot fail.
 *  @lock_held */
GIL_API int GilNumber_Check(GilObject *o);
/** 1 when @p o can serve as an index (it has nb_index), else 0; cannot fail.
 *  @lock_held */
GIL_API int GilIndex_Check(GilObject *o);

/** @name Binary operations
 *  @{ */
/** o1 + o2; joins sequences.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Add(GilObject *o1, GilObject *o2);
/** o1 - o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Subtract(GilObject *o1, GilObject *o2);
/** o1 * o2; repeats sequences.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Multiply(GilObject *o1, GilObject *o2);
/** o1 @ o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_MatrixMultiply(GilObject *o1, GilObject *o2);
/** o1 // o2, rounded down.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_FloorDivide(GilObject *o1, GilObject *o2);
/** o1 / o2, as exact as the type can.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_TrueDivide(GilObject *o1, GilObject *o2);
/** o1 % o2, with the sign of @p o2; formats a str.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Remainder(GilObject *o1, GilObject *o2);
/** (o1 // o2, o1 % o2) as a tuple.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Divmod(GilObject *o1, GilObject *o2);
/** pow(o1, o2, o3); @p o3 is Gil_None where there is no modulus.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Power(GilObject *o1, GilObject *o2, GilObject *o3);
/** o1 << o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Lshift(GilObject *o1, GilObject *o2);
/** o1 >> o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Rshift(GilObject *o1, GilObject *o2);
/** o1 & o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_And(GilObject *o1, GilObject *o2);
/** o1 ^ o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Xor(GilObject *o1, GilObject *o2);
/** o1 | o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Or(GilObject *o1, GilObject *o2);
/** @} */

/** @name In place
 *  The result replaces @p o1; it is the same object where the type can change it.
 *  @{ */
/** o1 += o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceAdd(GilObject *o1, GilObject *o2);
/** o1 -= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceSubtract(GilObject *o1, GilObject *o2);
/** o1 *= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceMultiply(GilObject *o1, GilObject *o2);
/** o1 @= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceMatrixMultiply(GilObject *o1, GilObject *o2);
/** o1 //= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceFloorDivide(GilObject *o1, GilObject *o2);
/** o1 /= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceTrueDivide(GilObject *o1, GilObject *o2);
/** o1 %= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceRemainder(GilObject *o1, GilObject *o2);
/** o1 **= o2; @p o3 as for GilNumber_Power().
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlacePower(GilObject *o1, GilObject *o2, GilObject *o3);
/** o1 <<= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceLshift(GilObject *o1, GilObject *o2);
/** o1 >>= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceRshift(GilObject *o1, GilObject *o2);
/** o1 &= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceAnd(GilObject *o1, GilObject *o2);
/** o1 ^= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceXor(GilObject *o1, GilObject *o2);
/** o1 |= o2.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_InPlaceOr(GilObject *o1, GilObject *o2);
/** @} */

/** @name Unary operations
 *  @{ */
/** -o.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Negative(GilObject *o);
/** +o.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Positive(GilObject *o);
/** abs(o).
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Absolute(GilObject *o);
/** ~o.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Invert(GilObject *o);
/** @} */

/** @name Conversions
 *  @{ */
/** int(o): nb_int, nb_index, or the text of a str, bytes or bytearray.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Long(GilObject *o);
/** float(o): nb_float, nb_index, or the text of a str, bytes or bytearray.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Float(GilObject *o);
/** @p o as an exact int without loss: only types with nb_index.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_Index(GilObject *o);
/** The index @p n as str in base 2 (0b), 8 (0o), 10 or 16 (0x); SystemError for another base.
 *  @newref
 *  @lock_held
 *  @reenters the operands' slots */
GIL_API GilObject *GilNumber_ToBase(GilObject *n, int base);
/** The index @p o as a C integer. Where it does not fit: @p exc is raised, or with @p exc NULL it is clipped.
 *  @lock_held
 *  @reenters the type's index
 *  @return the value, or -1 with the error set */
GIL_API Gil_ssize_t GilNumber_AsSsize_t(GilObject *o, GilObject *exc);
/** @} */

GIL_END_DECLS

#endif
