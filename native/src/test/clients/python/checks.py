"""Runs named checks one after the other, prints a line for each, and counts the failures."""

import asyncio
import sys
import time
import traceback


class Checks:
    """A list of async functions, each a check with its own time limit."""

    def __init__(self, seconds_max=20):
        self.seconds_max = seconds_max
        self.failed = 0
        self.passed = 0

    async def run(self, name, check):
        started = time.monotonic()
        try:
            await asyncio.wait_for(check(), self.seconds_max)
        except BaseException as error:  # a check may fail in any way
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            self.failed += 1
            print(f"FAIL {name}: {type(error).__name__}: {error}", flush=True)
            traceback.print_exc(limit=4, file=sys.stderr)
        else:
            self.passed += 1
            print(f"ok   {name} ({(time.monotonic() - started) * 1000:.0f} ms)", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


def equal(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)
