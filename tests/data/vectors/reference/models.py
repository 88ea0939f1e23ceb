"""Commission and slippage models. A model is a dict with `kind`, as the JSON files hold it."""

import math

from exact import D, ONE, ZERO, div

BPS = D(10000)


class BadModel(ValueError):
    """A model that no configuration may contain."""


def check_commission(model):
    kind = model["kind"]
    if kind == "tiered" and not model["tiers"]:
        raise BadModel("tiered commission without tiers")
    for name in ("rate", "minimum", "fee", "cost"):
        if name in model and D(model[name]) < 0:
            raise BadModel(f"negative {name}")


def check_slippage(model):
    kind = model["kind"]
    if kind == "bps" and D(model["bps"]) < 0:
        raise BadModel("negative basis points")
    if kind == "fixed" and D(model["amount"]) < 0:
        raise BadModel("negative amount")
    limit = model.get("limit")
    if limit is not None and D(limit) <= 0:
        raise BadModel("volume limit must be positive")


def commission(model, quantity, price, before, paid, maker, traded, multiplier=ONE):
    """The charge for one fill.

    quantity: units of this fill, unsigned; before: units of the order filled earlier; paid: what
    the order was charged earlier; traded: the account's traded value this calendar month, before
    this fill. The minimum of per_share and per_contract holds per order.
    """
    kind = model["kind"]
    value = quantity * price * multiplier
    if kind == "none":
        return ZERO
    if kind in ("per_share", "per_contract"):
        fee = D(model.get("fee", "0"))
        total = (before + quantity) * D(model["rate"]) + fee
        return max(total, D(model.get("minimum", "0"))) - paid
    if kind == "per_trade":
        return D(model["cost"]) if before == 0 else ZERO
    if kind == "per_dollar":
        return value * D(model["rate"])
    if kind == "maker_taker":
        return value * D(model["maker" if maker else "taker"])
    if kind == "tiered":
        reached = [t for t in model["tiers"] if D(t["from"]) <= traded]
        return value * D(reached[-1]["rate"])
    raise BadModel(kind)


def own_limit(model):
    """The share of a bar's volume that the slippage model itself allows, or None."""
    limit = model.get("limit")
    return None if limit is None else D(limit)


def slipped(model, side, base, used, volume):
    """The price after slippage; side is +1 for a buy, -1 for a sell.

    used: all fills of the asset in this bar, this one included.
    """
    kind = model["kind"]
    if kind == "none":
        return base
    if kind == "fixed":
        return base + side * D(model["amount"])
    if kind == "bps":
        return base * (ONE + side * D(model["bps"]) / BPS)
    if kind == "volume_share":
        share = min(div(used, volume), D(model["limit"]))
        return base * (ONE + side * D(model["impact"]) * share * share)
    raise BadModel(kind)


def volatility_volume_share(side, base, quantity, mean_volume, daily_returns, eta):
    """zipline's model in floats: base ± base · eta · sigma · sqrt(psi) / 10^4.

    sigma: sample deviation of the daily returns times sqrt(252); psi: quantity over the mean daily
    volume. Without returns 7.5 basis points of the base.
    """
    if not daily_returns:
        return base * (1 + side * 7.5e-4)
    n = len(daily_returns)
    mean = math.fsum(daily_returns) / n
    sigma = math.sqrt(math.fsum((r - mean) ** 2 for r in daily_returns) / (n - 1)) * math.sqrt(252)
    psi = quantity / mean_volume
    return base + side * base * eta * sigma * math.sqrt(psi) / 10000
