"""The reference simulated exchange: bar by bar, exact, slow and plain.

An independent reading of simulation.md; it shares no code with the engine. Where that page leaves
two readings, `Ambiguous` is raised, so that no vector depends on one of them.
"""

from collections import namedtuple
from fractions import Fraction

from exact import D, ONE, ZERO, booked, div, trunc_to
from ledger import Ledger
from models import commission, own_limit, slipped
from orders import BUY, SELL, Asset, Order

Bar = namedtuple("Bar", "open high low close volume")
Fill = namedtuple("Fill", "time order side quantity price commission slippage cash_after "
                          "position_after phase maker bar")

STOPS = ("stop", "stop_limit", "trailing_stop")


class Ambiguous(Exception):
    """simulation.md allows two answers here: choose another vector."""


class Feed:
    """Bars of several assets on one grid of timestamps.

    times: labels of the bars; ends: the instants at which they are over; sessions: the date of the
    session that each belongs to.
    """

    def __init__(self, times, ends, sessions, bars):
        self.times, self.ends, self.sessions, self.bars = times, ends, sessions, bars

    def bar(self, symbol, i):
        return self.bars[symbol][i]

    def last_of_session(self, i):
        return i + 1 < len(self.times) and self.sessions[i + 1] != self.sessions[i]


class Config:
    def __init__(self, **given):
        self.capital = D(given.pop("capital", "100000"))
        self.account = given.pop("account", "margin")
        self.fill_at = given.pop("fill_at", "next_open")
        self.commission = given.pop("commission", {"kind": "none"})
        self.slippage = given.pop("slippage", {"kind": "none"})
        limit = given.pop("volume_limit", None)
        self.volume_limit = None if limit is None else D(limit)
        self.cancel_policy = given.pop("cancel_policy", "never")
        self.daily = given.pop("daily", False)
        assert not given, given


INITIAL = D("0.5")
MAINTENANCE = D("0.25")


class Simulator:
    def __init__(self, config, assets, feed, actions=()):
        self.config, self.feed = config, feed
        self.assets = {a.symbol: a for a in assets}
        self.actions = sorted(actions, key=lambda a: a["ex_date"])
        self.actions_done = 0
        self.ledger = Ledger(config.capital)
        for a in assets:
            self.ledger.multiplier[a.symbol] = a.multiplier
        self.orders, self.working, self.fills, self.equity = [], [], [], []
        self.now = -1
        self.used = {}
        self.traded = {}
        self.peak_margin = ZERO
        # Whether to refuse also what only the order of booking could show.
        self.strict = False

    # ---- the run ------------------------------------------------------------------------------

    def run(self, handle, on_fill=None, each_equity=True):
        for i in range(len(self.feed.times)):
            self.now = i
            self.used = {}
            self.corporate_actions(i)
            booked_before = len(self.fills)
            self.bar(i)
            self.callbacks(booked_before, on_fill)
            self.mark(i)
            # Where no asset has a bar nothing ends, so nobody is called and there is no equity row.
            if not any(self.feed.bar(symbol, i) for symbol in self.feed.bars):
                if self.feed.last_of_session(i):
                    self.session_end(i)
                continue
            handle(self, i)
            if self.config.fill_at == "this_close":
                booked_before = len(self.fills)
                self.phase(i, "this_close")
                self.callbacks(booked_before, on_fill)
            if self.feed.last_of_session(i):
                self.session_end(i)
            if each_equity:
                self.equity.append((self.feed.times[i], self.ledger.cash,
                                    self.ledger.positions_value(), self.ledger.value()))

    def callbacks(self, since, on_fill):
        if on_fill:
            for fill in self.fills[since:]:
                on_fill(self, fill)

    def mark(self, i):
        for symbol in self.feed.bars:
            bar = self.feed.bar(symbol, i)
            if bar is not None:
                self.ledger.last[symbol] = bar.close

    def corporate_actions(self, i):
        day = self.feed.sessions[i]
        while self.actions_done < len(self.actions):
            action = self.actions[self.actions_done]
            if action["ex_date"] > day:
                return
            self.actions_done += 1
            symbol, value = action["asset"], D(action["value"])
            if symbol not in self.ledger.last:
                continue
            if action["type"] == "dividend":
                self.ledger.dividend(symbol, value)
            else:
                self.split(symbol, value)

    def split(self, symbol, ratio):
        asset = self.assets[symbol]
        self.ledger.split(symbol, ratio, asset.lot, self.ledger.last[symbol])
        for o in self.working:
            if o.asset.symbol != symbol or not o.open:
                continue
            if o.filled or o.kind == "trailing_stop":
                raise Ambiguous("split of a partly filled order or a trail")
            o.quantity = trunc_to(o.quantity * ratio, asset.lot)
            if o.limit is not None:
                o.limit = asset.limit(o.side, div(o.limit, ratio))
            if o.stop is not None:
                o.stop = asset.stop(o.side, div(o.stop, ratio))

    def bar(self, i):
        """The fills of bar i: at its open, by touches, at its close."""
        self.working = [o for o in self.working if o.open]
        if not self.working:
            return
        for o in self.working:
            if o.first is None and o.active and self.has_bar(o, i):
                o.first = i
        for phase in ("open", "inside", "close"):
            self.phase(i, phase)
        for o in self.working:
            if not o.open or not o.active or not self.has_bar(o, i):
                continue
            if o.kind == "trailing_stop" and o.triggered is None:
                o.ratchet(self.feed.bar(o.asset.symbol, i))
            if o.tif in ("ioc", "fok") and o.first == i:
                self.cancel(o, "immediate or cancel")

    def has_bar(self, o, i):
        return o.placed < i and self.feed.bar(o.asset.symbol, i) is not None

    def phase(self, i, phase):
        """Books one phase: sells, then buys, each by symbol, then order; then what came to life."""
        tried = set()
        while True:
            batch = [o for o in self.working if o.open and o.active and o.number not in tried
                     and (o.active_from is None or o.active_from <= i)
                     and (phase == "this_close" or self.has_bar(o, i) or o.active_inside)]
            if not batch:
                return
            batch.sort(key=lambda o: (o.side, o.asset.symbol, o.number))
            for o in batch:
                tried.add(o.number)
                if o.open:
                    self.attempt(o, i, phase)

    def attempt(self, o, i, phase):
        bar = self.feed.bar(o.asset.symbol, i)
        if bar is None:
            return
        if phase == "this_close":
            if o.kind == "market":
                self.fill(o, i, "close", bar.close, True, False)
            return
        price = self.price(o, i, phase, bar)
        if price is None:
            return
        base, slips = price
        at_open = phase == "open" and o.first == i
        if self.strict and phase == "open" and base in (o.limit, o.stop):
            raise Ambiguous("an open that equals the price of an order: open or touch")
        if phase == "open" and o.kind == "limit" and self.partner_stops(o, bar, i):
            raise Ambiguous("a target beyond the open of a bar that touches the stop")
        if o.kind == "stop_limit" and self.config.commission["kind"] == "maker_taker":
            raise Ambiguous("maker or taker of a stop-limit")
        if o.kind == "limit" and phase == "open" and base == o.limit:
            if self.config.commission["kind"] == "maker_taker":
                raise Ambiguous("a limit that equals the open")
        maker = o.kind in ("limit", "stop_limit") and not at_open
        self.fill(o, i, phase, base, slips, maker)

    def price(self, o, i, phase, bar):
        """(price before slippage, whether slippage is added), or None: no fill in this phase."""
        buy = o.side == BUY
        if o.kind == "market":
            if phase == "open" and self.config.fill_at == "next_open":
                return bar.open, True
            if phase == "close" and self.config.fill_at == "next_close":
                return bar.close, True
            return None
        if o.kind == "limit":
            return self.limit_price(o, i, phase, bar)
        if o.kind in ("stop", "trailing_stop"):
            if o.triggered is not None and o.triggered < i:
                return (bar.open, True) if phase == "open" else None
            level = o.stop
            gapped = bar.open >= level if buy else bar.open <= level
            if phase == "open" and gapped:
                o.triggered = i
                return bar.open, True
            touched = bar.high >= level if buy else bar.low <= level
            if phase == "inside" and touched and o.triggered is None:
                if gapped and o.active_inside:
                    raise Ambiguous("the stop of a bracket beyond the open of its entry's bar")
                o.triggered = i
                return level, True
            return None
        # stop_limit
        if o.triggered is None:
            level = o.stop
            gapped = bar.open >= level if buy else bar.open <= level
            touched = bar.high >= level if buy else bar.low <= level
            if phase == "open" and gapped:
                o.triggered = i
            elif phase == "inside" and touched:
                o.triggered, o.triggered_inside = i, True
                return None
            else:
                return None
        if o.triggered == i and o.triggered_inside:
            return None
        return self.limit_price(o, i, phase, bar)

    def limit_price(self, o, i, phase, bar):
        buy = o.side == BUY
        at_open = bar.open <= o.limit if buy else bar.open >= o.limit
        if phase == "open":
            return (bar.open, False) if at_open else None
        if phase != "inside" or at_open:
            return None
        touched = bar.low <= o.limit if buy else bar.high >= o.limit
        if not touched or self.partner_stops(o, bar, i):
            return None
        return o.limit, False

    def partner_stops(self, o, bar, i):
        """If a stop and a target are both touched, the stop fills."""
        p = o.oco
        if p is None or not p.open or not p.active or p.kind not in STOPS:
            return False
        return bar.high >= p.stop if p.side == BUY else bar.low <= p.stop

    # ---- one fill -----------------------------------------------------------------------------

    def fill(self, o, i, phase, base, slips, maker):
        symbol, bar = o.asset.symbol, self.feed.bar(o.asset.symbol, i)
        used = self.used.get(symbol, ZERO)
        quantity = o.remaining
        limits = [x for x in (self.config.volume_limit, own_limit(self.config.slippage))
                  if x is not None]
        if limits:
            allowed = trunc_to(bar.volume * min(limits), o.asset.lot) - used
            quantity = min(quantity, allowed)
        if o.reduce_only:
            held = self.ledger.amount(symbol)
            quantity = min(quantity, abs(held) if held * o.side < 0 else ZERO)
        if o.tif == "fok" and quantity < o.remaining:
            return self.cancel(o, "fill or kill")
        if quantity <= 0:
            return None
        model = self.config.slippage if slips else {"kind": "none"}
        price = slipped(model, o.side, base, used + quantity, bar.volume)
        short_of_cash = False
        if self.config.account == "cash" and o.side == BUY:
            quantity, short_of_cash = self.affordable(o, quantity, price, maker)
            if quantity <= 0:
                return self.cancel(o, "not enough cash")
        self.used[symbol] = used + quantity
        self.book(o, i, phase, quantity, price, base, maker)
        if o.open and short_of_cash:
            self.cancel(o, "not enough cash")
        if o.open and o.tif == "ioc":
            self.cancel(o, "immediate or cancel")
        return None

    def charge(self, o, quantity, price, maker, before=None, paid=None):
        month = self.feed.times[self.now][:7]
        return commission(self.config.commission, quantity, price,
                          o.filled if before is None else before,
                          o.commission if paid is None else paid,
                          maker, self.traded.get(month, ZERO), o.asset.multiplier)

    def affordable(self, o, quantity, price, maker):
        """The largest quantity whose cost and commission the cash covers."""
        unit = price * o.asset.multiplier
        most = min(quantity, trunc_to(max(div(self.ledger.cash, unit), ZERO), o.asset.lot))
        while most > 0 and most * unit + self.charge(o, most, price, maker) > self.ledger.cash:
            most -= o.asset.lot
        return most, most < quantity

    def book(self, o, i, phase, quantity, price, base, maker):
        symbol = o.asset.symbol
        cost = self.charge(o, quantity, price, maker)
        booked(price), booked(cost)
        month = self.feed.times[i][:7]
        value = quantity * price * o.asset.multiplier
        self.traded[month] = self.traded.get(month, ZERO) + value
        o.filled += quantity
        o.cost += quantity * price
        o.commission += cost
        o.status = "filled" if o.filled == o.quantity else "partially_filled"
        o.updated = i
        self.ledger.book(symbol, o.side * quantity, price, cost)
        self.ledger.last.setdefault(symbol, price)
        slippage = booked((price - base) * o.side * quantity * o.asset.multiplier)
        self.fills.append(Fill(self.feed.times[i], o, o.side, quantity, price, cost, slippage,
                               self.ledger.cash, self.ledger.amount(symbol), phase, maker, i))
        self.wake(o, i, phase)
        if o.room is not None:
            o.room -= quantity
        if o.oco is not None and o.oco.open:
            if o.open and o.room is None:
                raise Ambiguous("a partial fill of one of two tied orders")
            if not o.open:
                self.cancel(o.oco, "one cancels the other")
            else:
                # Of a pair that protects a partly filled entry the other loses what this one closed.
                o.oco.quantity -= quantity
                o.oco.room -= quantity

    def wake(self, entry, i, phase):
        """The fill of an entry brings its children to life; they close no more than it filled."""
        quantity = self.fills[-1].quantity
        for child in entry.children:
            if not child.open:
                continue
            child.room += quantity
            if child.active:
                continue
            child.active = True
            if child.kind in STOPS and phase != "close":
                child.active_from, child.active_inside, child.first = i, True, i
            else:
                child.active_from = i + 1

    def cancel(self, o, reason):
        if not o.open:
            return
        o.status, o.reason, o.updated = "canceled", reason, self.now
        for child in o.children:
            if not o.filled:
                self.cancel(child, "entry canceled")

    def session_end(self, i):
        session = self.feed.sessions[i]
        for o in self.working:
            if not o.open or o.first is None:
                continue
            if o.tif == "day" and self.feed.sessions[o.first] == session:
                o.status, o.reason, o.updated = "expired", "end of the session", i
            elif self.config.cancel_policy == "eod" and o.active:
                self.cancel(o, "end of the session")

    # ---- what a strategy asks for --------------------------------------------------------------

    def order(self, symbol, amount, name=None, **options):
        """A signed amount, rounded towards zero to the lot. Returns the order, or None."""
        asset = self.assets[symbol]
        amount = trunc_to(amount, asset.lot)
        if amount == 0:
            return None
        o = self.make(asset, BUY if amount > 0 else SELL, abs(amount), name, options)
        self.accept(o)
        return o

    def make(self, asset, side, quantity, name, options):
        number = len(self.orders) + 1
        limit, stop = options.pop("limit", None), options.pop("stop", None)
        trail = options.pop("trail", None)
        fraction = options.pop("trail_percent", None)
        if trail is not None or fraction is not None:
            kind = "trailing_stop"
        else:
            kind = {(False, False): "market", (True, False): "limit", (False, True): "stop",
                    (True, True): "stop_limit"}[(limit is not None, stop is not None)]
        o = Order(number, name or f"o{number}", asset, side, quantity, kind)
        o.limit = None if limit is None else asset.limit(side, D(limit))
        o.stop = None if stop is None else asset.stop(side, D(stop))
        if kind == "trailing_stop":
            o.trail_amount = None if trail is None else D(trail)
            o.trail_fraction = None if fraction is None else D(fraction)
            o.stop = o.trail_from(self.ledger.last[asset.symbol])
        o.tif = options.pop("tif", "gtc")
        o.tag = options.pop("tag", "")
        o.reduce_only = options.pop("reduce_only", False)
        assert not options, options
        o.created = o.updated = o.placed = self.now
        self.orders.append(o)
        self.working.append(o)
        return o

    def bracket(self, symbol, amount, stop, target, name, entry_limit=None):
        options = {} if entry_limit is None else {"limit": entry_limit}
        entry = self.order(symbol, amount, name, **options)
        side = -entry.side
        for role, option in (("stop", {"stop": stop}), ("target", {"limit": target})):
            child = self.make(entry.asset, side, entry.quantity, f"{entry.name}.{role}", option)
            child.active, child.parent, child.room = False, entry, ZERO
            entry.children.append(child)
        a, b = entry.children
        a.oco, b.oco = b, a
        return entry

    def modify(self, o, amount=None, limit=None, stop=None):
        """A replacement takes effect from the next bar; a final order stays what it is."""
        if not o.open:
            return
        if amount is not None:
            o.quantity = trunc_to(D(amount), o.asset.lot)
        if limit is not None:
            o.limit = o.asset.limit(o.side, D(limit))
        if stop is not None:
            o.stop = o.asset.stop(o.side, D(stop))
        o.updated = self.now

    def oco(self, a, b):
        a.oco, b.oco = b, a

    def order_target(self, symbol, target, name=None, **options):
        """Counts what is held and working; cancels the newest of what overshoots."""
        target = trunc_to(target, self.assets[symbol].lot)
        mine = [o for o in self.working if o.counts and o.asset.symbol == symbol]
        held = self.ledger.amount(symbol)
        net = held + sum((o.side * o.remaining for o in mine), ZERO)
        for o in sorted(mine, key=lambda o: -o.number):
            # What is working leads past the target in the direction in which it leads.
            overshoots = net > target if net > held else net < held and net < target
            if not overshoots:
                break
            if (net > target) == (o.side == BUY):
                net -= o.side * o.remaining
                self.cancel(o, "replaced by a new target")
        return self.order(symbol, target - net, name, **options)

    def units(self, symbol, money):
        """The whole lots that a sum of money buys at the last price, towards zero."""
        asset = self.assets[symbol]
        price = Fraction(self.ledger.last[symbol]) * Fraction(asset.multiplier)
        return trunc_to(Fraction(money) / price, asset.lot)

    def order_target_percent(self, symbol, fraction, name=None, **options):
        money = self.ledger.value() * D(fraction)
        return self.order_target(symbol, self.units(symbol, money), name, **options)

    # ---- acceptance ----------------------------------------------------------------------------

    def accept(self, o):
        held = self.ledger.amount(o.asset.symbol)
        same = [w for w in self.working if w is not o and w.open and w.active and w.parent is None
                and w.asset.symbol == o.asset.symbol and w.side == o.side]
        ahead = sum((w.remaining for w in same), ZERO)
        if held * o.side < 0:
            if o.quantity + ahead <= abs(held):
                return
        if self.config.account == "cash":
            if o.side == SELL:
                self.reject(o, "a cash account sells only what it holds")
            return
        answers = set(self.margin_readings(o))
        if held * o.side < 0 and o.quantity <= abs(held):
            # A reduction by itself, but other reductions work ahead of it.
            answers.add(True)
        if len(answers) > 1:
            raise Ambiguous(f"margin of {o.name}: the readings differ")
        if answers == {False}:
            self.reject(o, "margin")

    def margin_readings(self, new):
        """Whether the account can carry `new`, in each reading of simulation.md 17: working orders
        netted or at their worst, commission of this order or of all, counted against equity or
        against buying power."""
        equity = self.ledger.value()
        working = [w for w in self.working if w.open and w.active and w.parent is None]
        net = worst = ZERO
        for symbol in sorted({w.asset.symbol for w in working} | set(self.ledger.held())):
            last = self.ledger.last[symbol] * self.ledger.multiplier[symbol]
            held = self.ledger.amount(symbol)
            buys = sum((w.remaining for w in working
                        if w.asset.symbol == symbol and w.side == BUY), ZERO)
            sells = sum((w.remaining for w in working
                         if w.asset.symbol == symbol and w.side == SELL), ZERO)
            net += abs(held + buys - sells) * last
            worst += max(abs(held + buys), abs(held - sells)) * last
        last = self.ledger.last
        one = self.charge(new, new.remaining, last[new.asset.symbol], False)
        every = sum((self.charge(w, w.remaining, last[w.asset.symbol], False)
                     for w in working), ZERO)
        if equity > 0:
            self.peak_margin = max(self.peak_margin, div(worst * INITIAL + every, equity))
        for exposure in (net, worst):
            for fee in (one, every):
                yield exposure * INITIAL + fee <= equity
                yield (exposure + fee) * INITIAL <= equity

    def reject(self, o, reason):
        if self.strict:
            raise Ambiguous("a rejection")
        o.status, o.reason = "rejected", reason
