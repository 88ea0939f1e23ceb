"""Writes every vector of this folder: `python3 generate.py [--fast] [--check]`.

`--fast` leaves out W2, which takes most of the time. `--check` writes nothing here, and ends with 1
where a file would change. Nothing but the standard library is needed.
"""

import csv
import gzip
import hashlib
import json
import os
import sys
import tempfile

import cases_account  # noqa: F401  registers its scenarios
import cases_exchange  # noqa: F401
import generators
import random_scenarios
import scenarios
import tables
import workloads
from exact import text
from workloads import equity_csv, fills_csv, orders_csv, save, table

HERE = os.path.dirname(os.path.abspath(__file__))
STRIDE = 500
RANDOM = 100


# Where vectors are written: elsewhere while they are only checked.
OUT = HERE


def here(*parts):
    return os.path.join(HERE, *parts)


def out(*parts):
    return os.path.join(OUT, *parts)


def json_text(document):
    """One item a line, so that a change of one is a change of one line."""
    parts = []
    for key, rows in document.items():
        if isinstance(rows, list):
            value = "[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]"
        else:
            value = json.dumps(rows)
        parts.append(f"{json.dumps(key)}: {value}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write_json(name, document):
    with open(out(name), "w") as file:
        file.write(json_text(document))


def sha(content):
    return hashlib.sha256(content.encode()).hexdigest()


def deliver(folder, sim, strategy, arguments, stride=1, orders=True, fill_stride=1):
    """Writes one run; above a stride of 1 only every so many rows, and the hash of all."""
    os.makedirs(out(folder), exist_ok=True)
    for old in os.listdir(out(folder)):
        os.remove(out(folder, old))
    fills, equity, placed = fills_csv(sim), equity_csv(sim), orders_csv(sim)
    lines = fills.splitlines(keepends=True)
    kept = [lines[0]] + [r for n, r in enumerate(lines[1:])
                         if n % fill_stride == 0 or n == len(lines) - 2]
    save(out(folder, "fills.csv"), "".join(kept))
    if orders:
        save(out(folder, "orders.csv"), placed)
    save(out(folder, "equity.csv"), equity_csv(sim, stride))
    summary = {
        "arguments": arguments, "bars": len(sim.feed.times) * len(sim.feed.bars),
        "fills": len(sim.fills), "orders": len(sim.orders),
        "final_cash": text(sim.ledger.cash), "final_value": text(sim.ledger.value()),
        "fills_sha256": sha(fills), "equity_sha256": sha(equity),
        "fills_every": fill_stride, "equity_every": stride,
    }
    margin = getattr(strategy, "margin", None)
    if margin is not None:
        summary["decision_margin"] = margin
        summary["side_changes"] = strategy.changes
    else:
        summary["smallest_gap_between_ranks"] = strategy.gap
        summary["rebalances"] = strategy.rebalances
    with open(out(folder, "expected.json"), "w") as file:
        json.dump(summary, file, indent=1)
        file.write("\n")
    print(folder, {k: v for k, v in summary.items() if "sha" not in k and k != "arguments"},
          "largest use of margin", sim.peak_margin)


def w1():
    actions = [{"asset": "AAPL", **r} for r in csv.DictReader(open(here("AAPL.actions.csv")))]
    goog, aapl = ("GOOG", here("GOOG.csv.gz")), ("AAPL", here("AAPL.csv.gz"), actions)
    base = {"capital": "100000", "commission": "per_share:0.005:1", "slippage": "bps:5",
            "fill_at": "next_open", "volume_limit": "none", "script": "tests/scripts/w1.rhai"}
    for folder, source, change in [
        ("w1-goog", goog, {}),
        ("w1-goog-volume-limit", goog, {"volume_limit": "0.025"}),
        ("w1-goog-100m-volume-limit", goog, {"capital": "100000000", "volume_limit": "0.025"}),
        ("w1-goog-next-close", goog, {"fill_at": "next_close"}),
        ("w1-goog-this-close", goog, {"fill_at": "this_close"}),
        ("w1-aapl-actions", aapl, {}),
        ("w1-aapl-actions-200m-volume-limit", aapl,
         {"capital": "200000000", "volume_limit": "0.025"}),
    ]:
        sim, strategy = workloads.w1(*source, **change)
        deliver(folder, sim, strategy, {**base, **change, "data": f"{source[0]}.csv.gz",
                                        "kind": "equity"})


def w3():
    sim, strategy = workloads.w3()
    assert {o.status for o in sim.orders} == {"filled"}
    assert sim.peak_margin < 1, "an order near its margin: the readings of rule 17 differ"
    deliver("w3", sim, strategy, {
        "capital": "100000", "commission": "per_share:0.005:1", "slippage": "bps:5",
        "fill_at": "next_open", "volume_limit": "none", "script": "tests/scripts/w3.rhai",
        "data": "generated W3", "kind": "equity", "calendar": "24/7"}, STRIDE)


def w2():
    sim, strategy = workloads.w2()
    assert strategy.first_side is False, "the first side must be `below` (see w2_gated.rhai)"
    deliver("w2", sim, strategy, {
        "capital": "100000", "commission": "per_share:0.005:1", "slippage": "bps:5",
        "fill_at": "next_open", "volume_limit": "none",
        "script": "tests/scripts/w2.rhai and w2_gated.rhai", "data": "generated W2",
        "kind": "equity", "calendar": "24/7"}, 2000, orders=False, fill_stride=100)


def generated_data():
    """Hashes of the generators' files, and of their beginnings for quick tests."""
    rows = []
    for k in range(generators.W3_ASSETS):
        bars = generators.w3_bars(k)
        labels = generators.times(len(bars), 60)
        rows.append({"file": f"S{k:02d}.csv", "workload": "w3", "bars": len(bars),
                     "sha256": sha("".join(generators.csv_lines(bars, labels)))})
    bars = generators.w2_bars()
    labels = generators.times(len(bars), 1)
    for count in (20_000, 100_000, len(bars)):
        rows.append({"file": "MIN.csv", "workload": "w2", "bars": count,
                     "sha256": sha("".join(generators.csv_lines(bars[:count], labels)))})
    write_json("generated.json", {"files": rows})


def randoms():
    built, dropped = random_scenarios.build(RANDOM)
    document = {"schema": "rustybt.scenarios/1", "scenarios": built}
    save(out("random_scenarios.json"), json_text(document), 0)
    print(len(built), "random scenarios with", sum(len(s["expect"]["fills"]) for s in built),
          "fills; thrown away:", dropped)


def main():
    built = scenarios.build()
    write_json("scenarios.json", {"schema": "rustybt.scenarios/1", "scenarios": built})
    randoms()
    write_json("tables.json", tables.document())
    save(out("rounding.csv"), table(["id", "tick", "price", "buy_limit_or_sell_stop",
                                      "sell_limit_or_buy_stop", "comment"], tables.rounding()))
    print(len(built), "scenarios")
    w1()
    w3()
    if "--fast" not in sys.argv[1:]:
        generated_data()
        w2()


def content(path):
    with open(path, "rb") as file:
        data = file.read()
    return gzip.decompress(data) if path.endswith(".gz") else data


def check():
    """Makes everything in a folder of its own and compares it with what is here."""
    global OUT
    with tempfile.TemporaryDirectory() as OUT:
        main()
        made = sorted(os.path.relpath(os.path.join(folder, name), OUT)
                      for folder, _, names in os.walk(OUT) for name in names)
        wrong = [name for name in made
                 if not os.path.exists(here(name)) or content(out(name)) != content(here(name))]
        for folder in os.listdir(OUT):
            if os.path.isdir(out(folder)):
                wrong += [f"{folder}/{name}" for name in os.listdir(here(folder))
                          if not os.path.exists(out(folder, name))]
    if wrong:
        sys.exit("differ: " + " ".join(wrong))
    print(len(made), "files are as committed")


if __name__ == "__main__":
    check() if "--check" in sys.argv[1:] else main()
