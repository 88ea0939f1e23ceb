#!/usr/bin/env python3
"""Writes when schedules fire around changes of the clocks.

    python3 -m venv venv && venv/bin/pip install -r .ci/requirements.txt
    venv/bin/python tests/data/vectors/schedule/generate.py [--check]

writes `clock-changes.txt` beside itself: for every change of the clocks of six zones from 2016 to 2025
(and the same nights in Tokyo and UTC, which have none) the instants at which rules fire in the four and a
half days around it. Wall clocks come from Python's `zoneinfo`, minute by minute; what the fields of a cron
expression name comes from `croniter`; sessions are regular hours of an exchange and its holidays in
`exchange_calendars`. With `--check` it writes nothing, and ends with 1 if the file would change.
"""

import functools
import pathlib
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from zoneinfo import ZoneInfo

import exchange_calendars as ec
from croniter import croniter

FILE = pathlib.Path(__file__).with_name("clock-changes.txt")
UTC = timezone.utc
MINUTE = timedelta(minutes=1)
WINDOW = timedelta(days=4, hours=12)
ZONES = {
    "America/New_York": "XNYS",
    "Europe/London": "XLON",
    "Europe/Berlin": "XFRA",
    "Australia/Sydney": "XASX",
    "America/Toronto": "XTSE",
    "America/Chicago": "CMES",
    "Asia/Tokyo": "XTKS",
    "UTC": "24/7",
}
CRONS = [
    "30 2 * * *",
    "30 1 * * *",
    "*/30 0-3 * * *",
    "0 0 * * SUN",
    "*/45 9 * * MON-FRI",
    "15 3 * * SAT,SUN",
]
EXPANDED = {cron: croniter.expand(cron)[0] for cron in CRONS}
CLOCKS = ["01:30", "02:30", "03:00", "14:00"]


def changes(zone):
    """The days in UTC on which the offset of a zone changes."""
    days, at = [], datetime(2016, 1, 1, tzinfo=UTC)
    while at.year < 2026:
        later = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            days.append(at)
        at = later
    return days


def wall(zone, start):
    """Each naive local minute of the window and the instant that it means: its first occurrence, or the
    first instant after a gap."""
    first = {}
    at = start - timedelta(days=1)
    end = start + WINDOW + timedelta(days=1)
    while at < end:
        first.setdefault(at.astimezone(zone).replace(tzinfo=None), at)
        at += MINUTE
    local, last = min(first), max(first)
    skipped = []
    while local <= last:
        if local in first:
            for minute in skipped:
                first[minute] = first[local]
            skipped = []
        else:
            skipped.append(local)
        local += MINUTE
    return first



def names(cron, local):
    """Whether an expression names a minute; of those here, at most one day is restricted."""
    values = [local.minute, local.hour, local.day, local.month, local.isoweekday() % 7]
    return all(field == ["*"] or value in field for value, field in zip(values, EXPANDED[cron]))


@functools.cache
def hours(calendar):
    """The opens and the closes of the sessions of an exchange."""
    sessions = ec.get_calendar(calendar, start="2015-01-01", end="2027-01-01").schedule
    return [[at.to_pydatetime() for at in sessions[column]] for column in ["open", "close"]]


def rules(name, zone, calendar, start):
    """Each rule as text with its calendar, and its instants."""
    clock = wall(zone, start)
    inside = lambda at: start <= at < start + WINDOW
    for cron in CRONS:
        found = {at for local, at in clock.items() if inside(at) and names(cron, local)}
        yield "24/7", f'cron("{cron}", "{name}")', found
    days = {local.date() for local in clock if local.hour == 12}
    for text in CLOCKS:
        time = datetime.strptime(text, "%H:%M").time()
        found = {clock.get(datetime.combine(day, time)) for day in days}
        yield "24/7", f'at("{text}", "{name}")', {at for at in found if at and inside(at)}
    if calendar == "24/7":
        return
    opens, closes = hours(calendar)
    for text, base, minutes in [
        ('market_open("30m")', opens, 30),
        ("pre_market()", opens, -30),
        ('market_close("15m")', closes, -15),
        ('after_hours("1h")', closes, 60),
    ]:
        found = {at + timedelta(minutes=minutes) for at in base}
        yield calendar, text, {at for at in found if inside(at)}
    every = set()
    for begin, end in zip(opens, closes):
        if start - WINDOW < begin < start + WINDOW:
            at = begin + timedelta(minutes=90)
            while at <= end:
                every.add(at)
                at += timedelta(minutes=90)
    yield calendar, 'every("1h30m")', {at for at in every if inside(at)}


def main():
    packages = ["exchange_calendars", "croniter", "tzdata"]
    lines = [
        "# When rules fire around changes of the clocks; see SOURCES.md.",
        f"# Written by generate.py with {', '.join(f'{name} {version(name)}' for name in packages)}.",
        "# start of the window in UTC, calendar, rule: minutes after that start",
    ]
    for name, calendar in ZONES.items():
        zone = ZoneInfo(name)
        # Where no clock changes, the nights of New York.
        days = changes(zone) or changes(ZoneInfo("America/New_York"))
        assert len(days) == 20, f"{name} has {len(days)} changes"
        for day in days:
            start = day - timedelta(days=2)
            for on, rule, instants in rules(name, zone, calendar, start):
                minutes = sorted(int((at - start) / MINUTE) for at in instants)
                lines.append(f"{start:%Y-%m-%d} {on} {rule}: {' '.join(map(str, minutes))}".rstrip())
    text = "\n".join(lines) + "\n"
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text)
    elif FILE.read_text() != text:
        old, new = FILE.read_text().splitlines(), text.splitlines()
        found = next((f"{a!r}, now {b!r}" for a, b in zip(old, new) if a != b), "another length")
        sys.exit(f"{FILE.name} differs: {found}")


if __name__ == "__main__":
    main()
