"""Starts switchyard-sim for clients that are not ours, and looks into it."""

import os
import subprocess
import tempfile
import threading
import traceback


class Sim:
    """One process of simulated devices; `with Sim(program, groups) as sim`."""

    def __init__(self, program, platforms, extra=()):
        self.program = program
        self.folder = tempfile.TemporaryDirectory(prefix="sim-oracle-")
        self.control = os.path.join(self.folder.name, "control")
        pid = os.getpid()
        self.base = "127.%d.%d" % (100 + pid // 250 % 100, pid % 250)
        self.hosts = {}
        self.command = [program, "--control", self.control]
        for number, platform in enumerate(platforms, 1):
            host = "%s.%d" % (self.base, number)
            self.hosts[platform] = host
            self.command += [
                "--platform", platform, "--listen", host, "--port", "2200",
                "--netconf-port", "8830", "--https-port", "8443",
            ]
        self.command += list(extra)

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if line != "ready\n":
            raise RuntimeError("switchyard-sim did not start")
        return self

    def __exit__(self, *what):
        self.process.terminate()
        status = self.process.wait(timeout=30)
        self.folder.cleanup()
        if status != 0 and what[0] is None:
            raise RuntimeError("switchyard-sim ended with %d" % status)

    def ask(self, *words):
        return subprocess.run(
            [self.program, "ctl", self.control] + [str(w) for w in words],
            check=True, stdout=subprocess.PIPE, text=True).stdout


def same(what, found, expected):
    if found != expected:
        raise AssertionError(
            "%s: found %r, expected %r" % (what, found, expected))


def holds(what, text, part):
    if part not in text:
        raise AssertionError("%s: %r is not in %r" % (what, part, text))


def lacks(what, text, part):
    if part in text:
        raise AssertionError("%s: %r is in %r" % (what, part, text))


def run_together(checks):
    """Runs functions at the same time; the number of those that failed."""
    failed = []

    def run(check):
        try:
            check()
            print("ok", check.__name__)
        except Exception:  # whatever a client raises is a failed check
            failed.append(check.__name__)
            print("FAILED", check.__name__)
            traceback.print_exc()

    threads = [threading.Thread(target=run, args=(c,)) for c in checks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(failed)
