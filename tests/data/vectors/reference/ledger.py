"""Cash and positions."""

from exact import ONE, ZERO, booked, div, trunc_to


class Position:
    def __init__(self):
        self.amount = ZERO
        self.basis = ZERO
        self.realized = ZERO
        # False once a quotient was rounded: the basis is then compared to 20 digits only.
        self.basis_exact = True


class Ledger:
    """Cash, positions and last prices. Commission is paid from cash and is not in the basis."""

    def __init__(self, cash):
        self.cash = cash
        self.positions = {}
        self.last = {}
        self.multiplier = {}

    def amount(self, symbol):
        held = self.positions.get(symbol)
        return held.amount if held else ZERO

    def held(self):
        return sorted(s for s, p in self.positions.items() if p.amount != 0)

    def market_value(self, symbol):
        return self.amount(symbol) * self.last[symbol] * self.multiplier.get(symbol, ONE)

    def positions_value(self):
        return sum((self.market_value(s) for s in self.held()), ZERO)

    def value(self):
        return self.cash + self.positions_value()

    def book(self, symbol, signed, price, commission):
        """Books one fill; signed: positive bought, negative sold."""
        multiplier = self.multiplier.get(symbol, ONE)
        p = self.positions.setdefault(symbol, Position())
        old, new = p.amount, p.amount + signed
        closed = min(abs(old), abs(signed)) if old * signed < 0 else ZERO
        if closed:
            direction = ONE if old > 0 else -ONE
            p.realized += (price - p.basis) * closed * direction * multiplier
        if new == 0:
            p.basis, p.basis_exact = ZERO, True
        elif old == 0 or old * new < 0:
            p.basis, p.basis_exact = price, True
        elif abs(new) > abs(old):
            cost = p.basis * old + price * signed
            p.basis = div(cost, new)
            p.basis_exact = p.basis_exact and p.basis * new == cost
        p.amount = new
        self.cash = booked(self.cash - signed * price * multiplier - commission)

    def split(self, symbol, ratio, lot, previous_close):
        """ratio: new units for one old. What the lot cannot hold is paid at the previous close."""
        self.last[symbol] = div(self.last[symbol], ratio)
        p = self.positions.get(symbol)
        if p is None or p.amount == 0:
            return
        exact = p.amount * ratio
        p.amount = trunc_to(exact, lot)
        self.cash = booked(self.cash + div((exact - p.amount) * previous_close, ratio))
        cost = p.basis
        p.basis = div(cost, ratio)
        p.basis_exact = p.basis_exact and p.basis * ratio == cost

    def dividend(self, symbol, per_unit):
        self.cash = booked(self.cash + self.amount(symbol) * per_unit)
