"""Exact decimal arithmetic for the reference simulator.

Every sum and product is exact: the context traps `Inexact`, so a rounding that nobody asked for
stops the run. Quotients are rounded by `div` alone: 28 significant digits, half to even.

rust_decimal holds a mantissa below 2^96 and at most 28 decimals, so its quotients may carry one
digit more than ours (100 / 3 has 29 there). Whatever depends on a quotient that does not terminate
is therefore compared to 20 significant digits; `booked` refuses any booked number that 96 bits and
28 decimals cannot hold, so that no vector depends on how an implementation rounds there.
"""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from decimal import DivisionByZero, Inexact, InvalidOperation, Overflow, getcontext
from fractions import Fraction

_exact = getcontext()
_exact.prec = 90
for _signal in (Inexact, InvalidOperation, DivisionByZero, Overflow):
    _exact.traps[_signal] = True

_quotient = Context(prec=28, rounding=ROUND_HALF_EVEN)
_quotient.traps[Inexact] = False

D = Decimal
ZERO = D(0)
ONE = D(1)


def div(a, b):
    """a / b with 28 significant digits, half to even."""
    return _quotient.divide(a, b)


def terminates(a, b):
    """Whether a / b is exact in 28 significant digits."""
    return div(a, b) * b == a


def _step(value, step, rounding):
    whole = Fraction(value) / Fraction(step)
    floor = whole.numerator // whole.denominator
    if rounding == ROUND_FLOOR or whole.denominator == 1:
        n = floor
    elif rounding == ROUND_CEILING:
        n = floor + 1
    elif rounding == ROUND_DOWN:
        n = floor if whole >= 0 else floor + 1
    else:
        raise ValueError(rounding)
    return D(n) * step


def trunc_to(value, step):
    """Towards zero to a multiple of step; value may be a Fraction."""
    return _step(value, step, ROUND_DOWN)


def floor_to(value, step):
    return _step(value, step, ROUND_FLOOR)


def ceil_to(value, step):
    return _step(value, step, ROUND_CEILING)


def booked(value):
    """Returns value, or fails if rust_decimal could not hold it exactly."""
    text = value.normalize()
    sign, digits, exponent = text.as_tuple()
    mantissa = int("".join(map(str, digits))) * (10 ** exponent if exponent > 0 else 1)
    if mantissa >= 2 ** 96 or -exponent > 28:
        raise OverflowError(f"{value} does not fit 96 bits and 28 decimals")
    return value


def text(value):
    """Without exponent and trailing zeros; an empty cell for None."""
    if value is None:
        return ""
    value = D(value)
    if value == 0:
        return "0"
    out = format(value.normalize(), "f")
    return out
