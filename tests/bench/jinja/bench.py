#!/usr/bin/env python3
"""Times our engine beside Python's Jinja2: same templates, same data.

usage: bench.py <jinja_render program>

Jinja2 renders compiled templates; so do we.  Both figures are for one render
with the data in memory,
the best of several rounds.
Prints microseconds and the ratio, and fails if the outputs differ.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import jinja2

ROUNDS = 7
HERE = os.path.dirname(os.path.abspath(__file__))


def access_data():
    return {
        "hostname": "access1",
        "vlans": [{"id": 10 + i, "name": "vlan %d" % i} for i in range(12)],
        "interfaces": [
            {"name": "GigabitEthernet1/0/%d" % i, "enabled": i % 5 != 0,
             "mode": "trunk" if i > 48 else "access", "vlan": 10 + i % 12,
             "vlans": list(range(10, 22)),
             **({"description": "port %d" % i} if i % 3 else {})}
            for i in range(1, 53)],
        "ntp_servers": ["192.0.2.1", "192.0.2.2"],
        "users": {"admin": 15, "noc": 1, "Backup": 5},
    }


def core_data():
    return {
        "hostname": "core1", "process": 1, "asn": 65000,
        "interfaces": [
            {"name": "HundredGigE0/0/0/%d" % i, "mtu": 9216,
             "description": "link %d" % i, "mask": "255.255.255.254",
             "address": "10.0.%d.%d" % (i // 128, i % 128 * 2),
             "ospf": {"enabled": i % 4 != 0, "area": i % 3, "cost": 10 + i}}
            for i in range(200)],
        "neighbors": [
            {"address": "10.9.%d.%d" % (i // 200, i % 200 + 1),
             "asn": 65001 + i, "name": "peer%d" % i,
             "families": [{"name": "ipv4", "active": True},
                          {"name": "ipv6", "active": i % 2 == 0}]}
            for i in range(150)],
        "prefix_lists": [
            {"name": "PL%d" % i,
             "entries": ["10.%d.%d.0/24" % (i, j) for j in range(50)]}
            for i in range(30)],
        "routes": [{"prefix": "172.16.%d.0/24" % (i % 256), "via": "10.0.0.1",
                    **({"tag": i} if i % 2 else {})} for i in range(1000)],
    }


def page_data():
    words = ["devices", "areas", "vlans", "runs", "jobs", "hooks", "servers",
             "templates", "settings", "help"]
    return {
        "title": "Switchyard", "root": "", "version": "0.1", "active": "runs",
        "labels": {w: w.title() for w in words},
        "user": {"name": "ann", "role": "operator"},
        "device": {"name": "access1", "area": "lab", "platform": "frr",
                   "primary_ip": "192.0.2.1/24", "status": "active"},
        "rows": [{"name": "eth%d" % i, "vlan": i, "note": "a & b",
                  "up": i % 2 == 0} for i in range(30)],
    }


def ours(program, template, data_file, flags, n):
    args = [program, "--template", os.path.join(HERE, template), "--data",
            data_file] + flags
    once = subprocess.run(args, capture_output=True, text=True, check=True)
    best = min(float(subprocess.run(
        args + ["--repeat", str(n)], capture_output=True, text=True,
        check=True).stderr.split()[0]) for _ in range(ROUNDS))
    return once.stdout, best


def python(template, data, html, n):
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), trim_blocks=True,
        undefined=jinja2.Undefined if html else jinja2.StrictUndefined,
        autoescape=html)
    t = env.get_template(template)
    out = t.render(data)
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(n):
            t.render(data)
        best = min(best, (time.perf_counter() - start) * 1e6 / n)
    return out, best


def main():
    failed = False
    for name, template, data, html, n in (
            ("52-interface access switch", "access.j2", access_data(), False,
             100),
            ("core router", "core.j2", core_data(), False, 10),
            ("HTML page", "page.html", page_data(), True, 300)):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
            json.dump(data, f)
            f.flush()
            flags = ["--autoescape", "--lenient"] if html else []
            our_out, our_us = ours(sys.argv[1], template, f.name, flags,
                                   n * 20)
        py_out, py_us = python(template, data, html, n)
        print("%-28s %7d bytes %6d lines: Jinja2 %9.1f us, ours %8.2f us, "
              "%.1f times faster" % (name, len(our_out),
                                     our_out.count("\n"), py_us, our_us,
                                     py_us / our_us))
        if our_out != py_out:
            print("  THE OUTPUTS DIFFER")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
