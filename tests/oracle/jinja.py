#!/usr/bin/env python3
"""Compares the template engine with Python's Jinja2, byte for byte.

usage: jinja.py <jinja_cases program> [--verbose] [--random N]

A case passes if both print the same, or both fail.  Differences that are
known and documented (docs/templates.md) are recognised by KNOWN, counted, and
listed; everything else is a failure.
"""

import json
import re
import subprocess
import sys
import warnings

import jinja2

import jinja_expressions as expressions
import jinja_generate as generate
import jinja_statements as statements

warnings.simplefilter("ignore", SyntaxWarning)
assert jinja2.__version__.startswith("3.1"), jinja2.__version__

# (name, pattern in the template, what the two outcomes must look like)
KNOWN = [
    ("integers beyond 64 bits", lambda c, py, us: us[0] == "error" and
     ("64 bits" in us[1] or "overflow" in us[1]) and py[0] == "ok"),
    ("a macro called after the loop that it was defined in", lambda c, py, us:
     py == ("ok", "missing") and "endmacro" in c["template"]),
    ("slices of literal numbers", lambda c, py, us:
     re.search(r"\((\d+|true|false|none)\)\[[^\]]*:", c["template"]) is not None),
    ("digits other than 0-9 as numbers", lambda c, py, us:
     "'٣'|int" in c["template"]),
    ("addresses in the repr of generators, functions and objects",
     lambda c, py, us: py[0] == us[0] == "ok" and
     re.search(r"0x[0-9a-f]{6,}|<built-in|<class|<bound|&lt;built-in|&lt;class|&lt;bound"
               "|<function|&lt;function|<Cycler|jinja2\\.|<generator",
               py[1], re.I) is not None),
]


def environment(case):
    return jinja2.Environment(
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        undefined=jinja2.StrictUndefined if case["strict"]
        else jinja2.Undefined,
        autoescape=case["autoescape"], trim_blocks=case["trim_blocks"],
        lstrip_blocks=case["lstrip_blocks"],
        loader=jinja2.DictLoader(case.get("templates", {})))


def python_outcome(case):
    try:
        data = json.loads(json.dumps(case["data"]))
        text = environment(case).from_string(case["template"]).render(data)
        return "ok", text
    except RecursionError:
        raise
    except Exception as e:  # noqa: any failure counts as a failure
        return "error", "%s: %s" % (type(e).__name__, e)


def our_outcome(line):
    reply = json.loads(line)
    return ("ok", reply["ok"]) if "ok" in reply else ("error", reply["error"])


def case(template, data, templates=None, **options):
    c = {"template": template, "data": data, "strict": True,
         "autoescape": False, "trim_blocks": False, "lstrip_blocks": False}
    c.update(options)
    if templates:
        c["templates"] = templates
    return c


def all_cases(n_random):
    for group, x in expressions.expressions():
        for strict in (True, False):
            for auto in (False, True):
                yield group, case("{{ %s }}" % x, expressions.DATA,
                                  strict=strict, autoescape=auto)
    for group, texts in statements.GROUPS.items():
        for text in texts:
            for strict, auto, trim, lstrip in (
                    (True, False, True, False), (False, True, False, True),
                    (True, True, True, True), (False, False, False, False)):
                yield group, case(text, statements.D, statements.TEMPLATES,
                                  strict=strict, autoescape=auto,
                                  trim_blocks=trim, lstrip_blocks=lstrip)
    for text, data, options in generate.expressions(n_random):
        yield "random expressions", case(text, data, **options)
    for text, data, options in generate.templates(n_random):
        yield "random templates", case(text, data, **options)


def main():
    verbose = "--verbose" in sys.argv
    n_random = 1500
    if "--random" in sys.argv:
        n_random = int(sys.argv[sys.argv.index("--random") + 1])
    cases = list(all_cases(n_random))
    lines = "".join(json.dumps(c) + "\n" for _, c in cases)
    ours = subprocess.run([sys.argv[1]], input=lines, capture_output=True,
                          text=True, check=False)
    replies = ours.stdout.split("\n")[:-1]
    counts, known, bad, both_ok = {}, {}, [], 0
    for (group, c), line in zip(cases, replies):
        py, us = python_outcome(c), our_outcome(line)
        counts[group] = counts.get(group, 0) + 1
        if py[0] == us[0] and (py[0] == "error" or py[1] == us[1]):
            both_ok += py[0] == "ok"
            continue
        name = next((k for k, test in KNOWN if test(c, py, us)), None)
        if name:
            known[name] = known.get(name, 0) + 1
        else:
            bad.append((group, c, py, us))
    for group, c, py, us in bad[:None if verbose else 20]:
        options = {k: c[k] for k in ("strict", "autoescape", "trim_blocks",
                                     "lstrip_blocks") if c[k]}
        print("DIFFERENT [%s] %r %s\n  jinja2: %s %r\n  ours:   %s %r" % (
            group, c["template"], " ".join(options), py[0], py[1][:300],
            us[0], us[1][:300]))
    print("%d cases (%s)" % (len(cases), ", ".join(
        "%s %d" % item for item in counts.items())))
    print("%d printed the same, %d failed in both" % (
        both_ok, len(cases) - both_ok - len(bad) - sum(known.values())))
    for name, n in known.items():
        print("known difference: %s: %d" % (name, n))
    if len(replies) != len(cases) or ours.returncode:
        print("the program stopped after %d of %d cases: %s" % (
            len(replies), len(cases), ours.stderr[-2000:]))
        if len(replies) < len(cases):
            print(cases[len(replies)])
        return 1
    print("%d differences" % len(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
