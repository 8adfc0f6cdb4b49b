"""This machine's clock, against everybody else's."""

from world import Seed


def off(title, offset, says="", expect="wrong_clock", **more):
    return Seed("the clock", title, expect, faketime=offset, says=says, **more)


SEEDS = [
    off("20 minutes behind", "-20m", "20 minutes behind"),
    off("20 minutes ahead", "+20m", "20 minutes ahead"),
    off("an hour behind", "-1h", "60 minutes behind"),
    off("a day behind", "-1d"),
    off("a day ahead", "+1d"),
    off("a month ahead", "+30d", "days ahead"),
    off("a year behind", "-1y"),
    off("a year ahead", "+1y", "days ahead"),
    off("the year 2000", "@2000-06-01 00:00:00", "2000-06-01"),
    off("the year 1970", "@1970-01-05 00:00:00", "1970-01-05"),
]
