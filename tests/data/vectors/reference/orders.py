"""What is traded and what was asked for."""

from exact import D, ONE, ZERO, ceil_to, div, floor_to

BUY, SELL = 1, -1
FINAL = ("filled", "canceled", "rejected", "expired")


class Asset:
    def __init__(self, symbol, lot="1", tick="0.01", multiplier="1"):
        self.symbol = symbol
        self.lot, self.tick, self.multiplier = D(lot), D(tick), D(multiplier)

    def limit(self, side, price):
        """A buy down, a sell up: never worse than asked."""
        return (floor_to if side == BUY else ceil_to)(price, self.tick)

    def stop(self, side, price):
        """A sell down, a buy up."""
        return (ceil_to if side == BUY else floor_to)(price, self.tick)


class Order:
    def __init__(self, number, name, asset, side, quantity, kind):
        self.number, self.name, self.asset = number, name, asset
        self.side, self.quantity, self.kind = side, quantity, kind
        self.limit = self.stop = None
        self.trail_amount = self.trail_fraction = None
        self.tif, self.tag, self.reduce_only = "gtc", "", False
        self.status, self.reason = "accepted", ""
        self.filled = self.cost = self.commission = ZERO
        self.created = self.updated = None
        # The index of the bar at whose end it was placed: it can fill from the next one on.
        self.placed = None
        self.first = None        # index of its first eligible bar
        self.triggered = None    # index of the bar that triggered a stop; None before
        self.triggered_inside = False
        self.active = True       # False: the child of a bracket whose entry has not filled
        self.active_from = None  # index of the first bar in which a child may fill
        self.active_inside = False
        self.parent = None
        # What a child may still close: filled of its entry, less closed by it and its pair.
        self.room = None
        self.children = []
        self.oco = None

    @property
    def open(self):
        return self.status not in FINAL

    @property
    def remaining(self):
        left = self.quantity - self.filled
        return left if self.room is None else min(left, self.room)

    @property
    def average(self):
        return div(self.cost, self.filled) if self.filled else None

    @property
    def counts(self):
        """Whether it counts as working towards a target (simulation.md 16)."""
        return (self.open and self.kind in ("market", "limit") and not self.reduce_only
                and self.parent is None)

    def level(self):
        """The trigger: fixed, or where the trail stands."""
        return self.stop

    def ratchet(self, bar):
        """Moves a trail by the bar's favorable extreme; it never loosens."""
        extreme = bar.high if self.side == SELL else bar.low
        level = self.trail_from(extreme)
        better = level > self.stop if self.side == SELL else level < self.stop
        if better:
            self.stop = level

    def trail_from(self, extreme):
        away = -ONE if self.side == SELL else ONE
        if self.trail_amount is not None:
            return extreme + away * self.trail_amount
        return extreme * (ONE + away * self.trail_fraction)
