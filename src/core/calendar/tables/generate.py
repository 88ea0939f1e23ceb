#!/usr/bin/env python3
"""Writes the session tables and the expected answers of their tests.

    python3 -m venv venv && venv/bin/pip install -r .ci/requirements.txt
    venv/bin/python src/core/calendar/tables/generate.py [--check]

writes `src/core/calendar/tables/*.txt`, the rules in local time that the program is built with, and
`tests/data/calendars/*.txt`, the same sessions in UTC as exchange_calendars answers them. With `--check`
it writes nothing, and ends with 1 where a file would change.
"""

import pathlib
import sys

import exchange_calendars as ec
import pandas as pd

NAMES = ["XNYS", "XLON", "XTKS", "XPAR", "XFRA", "XTSE", "XHKG", "XASX", "CMES"]
# Tested only: XNAS shares the table of XNYS, the other two have no holidays and need none.
TESTED = [*NAMES, "XNAS", "24/7", "24/5"]
FIRST, LAST = "2000-01-01", "2030-12-31"
EARLIER = {"XNYS": "1990-01-01"}
ORIGIN = f"exchange_calendars {ec.__version__} (https://github.com/gerrymanoim/exchange_calendars), Apache-2.0"
MINUTES = 10_000

ROOT = pathlib.Path(__file__).resolve().parents[4]
TABLES = ROOT / "src/core/calendar/tables"
GOLDEN = ROOT / "tests/data/calendars"


def deliver(path, lines):
    """Writes a file, or compares it."""
    text = "\n".join(lines) + "\n"
    if "--check" not in sys.argv[1:]:
        path.write_text(text)
    elif path.read_text() != text:
        sys.exit(f"{path.name} differs")


def clock(minutes):
    """Minutes after local midnight as a wall clock; `17:00-1` is on the day before."""
    day, minute = divmod(minutes, 1440)
    if minutes == 1440:
        return "24:00"
    suffix = {0: "", -1: "-1"}[day]
    return f"{minute // 60:02}:{minute % 60:02}{suffix}"


def regular(calendar, day):
    """The regular hours on `day`, in minutes after local midnight, ignoring holidays."""

    def at(times, offset):
        value = None
        for start, time in times:
            if start is None or start <= day:
                value = time
        if value is None:
            return None
        return value.hour * 60 + value.minute + 1440 * offset

    hours = [
        at(calendar.open_times, calendar.open_offset),
        at(calendar.close_times, calendar.close_offset),
    ]
    if calendar.break_start_times:
        hours.append(at(calendar.break_start_times, 0))
        hours.append(at(calendar.break_end_times, 0))
    return tuple(hours)


def local(calendar, row, day):
    """The hours of one session in minutes after local midnight."""
    hours = []
    for column in ["open", "close", "break_start", "break_end"]:
        if pd.isna(row[column]):
            continue
        naive = row[column].tz_convert(calendar.tz).tz_localize(None)
        hours.append(int((naive - day).total_seconds() // 60))
    return tuple(hours)


def by_year(days):
    years = {}
    for day in days:
        years.setdefault(day.year, []).append(f"{day.month:02}{day.day:02}")
    return years


def table(name):
    first = EARLIER.get(name, FIRST)
    calendar = ec.get_calendar(name, start=first, end=LAST)
    schedule = calendar.schedule
    lines = [
        f"# Sessions of {name} in local time.",
        f"# From {ORIGIN}.",
        "# Written by generate.py; table.rs explains the lines.",
        f"zone {calendar.tz}",
        f"covers {first} {LAST}",
        "week " + "".join(str(i + 1) for i in range(7) if calendar.weekmask[i] == "1"),
    ]
    closed, special, before = [], {}, None
    for day in pd.date_range(first, LAST):
        usual = regular(calendar, day)
        if usual != before:
            lines.append(f"hours {day.date()} " + " ".join(map(clock, usual)))
            before = usual
        in_week = calendar.weekmask[day.weekday()] == "1"
        if day in schedule.index:
            assert in_week, f"{name} trades on {day}"
            hours = local(calendar, schedule.loc[day], day)
            if hours != usual:
                special.setdefault(hours, []).append(day)
        elif in_week:
            closed.append(day)
    for year, days in by_year(closed).items():
        lines.append(f"closed {year} " + " ".join(days))
    for hours, days in sorted(special.items()):
        for year, short in by_year(days).items():
            lines.append(f"special {' '.join(map(clock, hours))} {year} " + " ".join(short))
    deliver(TABLES / f"{name.lower()}.txt", lines)


class SplitMix:
    """splitmix64 (Steele, Lea and Flood 2014), which the test repeats."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)


def golden(name, seed):
    calendar = ec.get_calendar(name, start=FIRST, end=LAST)
    schedule = calendar.schedule
    early = set(calendar.early_closes)
    letters, years = {}, []
    for year in range(2000, 2031):
        text = ""
        for day in pd.date_range(f"{year}-01-01", f"{year}-12-31"):
            if day not in schedule.index:
                text += "."
                continue
            row = schedule.loc[day]
            midnight = day.tz_localize("UTC")
            key = [
                str(int((row[column] - midnight).total_seconds() // 60))
                for column in ["open", "close", "break_start", "break_end"]
                if not pd.isna(row[column])
            ]
            key = " ".join(key) + (" early" if day in early else "")
            text += letters.setdefault(key, "abcdefghijklmnopqrstuvwxyz"[len(letters)])
        years.append(f"{year} {text}")

    # The first and last weeks lie outside what a calendar with these bounds answers.
    start = int(pd.Timestamp("2000-02-01").timestamp() // 60)
    end = int(pd.Timestamp("2030-12-01").timestamp() // 60)
    random, bits = SplitMix(seed), 0
    for i in range(MINUTES):
        minute = start + random.next() % (end - start)
        stamp = pd.Timestamp(minute * 60, unit="s", tz="UTC")
        bits |= int(calendar.is_open_on_minute(stamp)) << i
    digits = bits.to_bytes(MINUTES // 8, "little").hex()

    lines = [
        f"# Sessions of {name} in UTC as {ORIGIN.split(' (')[0]} has them; see SOURCES.md.",
        "# letter: minutes from 00:00Z of the session's date to open, close and break",
    ]
    lines += [f"= {letter} {key}" for key, letter in letters.items()]
    lines += years
    lines.append(f"minutes {seed} {start} {end}")
    lines += [digits[i : i + 100] for i in range(0, len(digits), 100)]
    deliver(GOLDEN / f"{name.lower().replace('/', '-')}.txt", lines)


if __name__ == "__main__":
    for each in NAMES:
        table(each)
    for index, each in enumerate(TESTED):
        golden(each, 20_050_103 + index)
