"""Templates at random from a grammar, with a fixed seed."""

import random

NAMES = ["n", "f", "s", "l", "d", "users", "html", "e", "nil", "t", "q", "x"]
DATA = {
    "n": 5, "f": 1.5, "s": "some Text", "l": [4, 2, 9], "html": "<i>'",
    "d": {"k": "v", "a": [1, 2], "sub": {"z": None}}, "e": "", "nil": None,
    "t": True, "users": [{"name": "zed", "id": 3}, {"name": "Amy", "id": 1}],
}
FILTERS = ["upper", "lower", "length", "string", "list", "first", "last",
           "sort", "join(',')", "default('D')", "default(1, true)", "int",
           "float", "abs", "title", "trim", "reverse", "unique", "sum", "max",
           "min", "tojson", "e", "safe", "replace('e', 'E')", "capitalize",
           "indent(2)", "center(9)", "truncate(4, true, '')", "map('string')",
           "select", "reject('none')", "map(attribute='name')", "batch(2)",
           "round(1)", "wordcount", "dictsort", "items", "format(1)", "attr('x')"]
TESTS = ["defined", "undefined", "none", "odd", "even", "string", "number",
         "mapping", "sequence", "iterable", "integer", "eq 5", "in [5, 's']",
         "divisibleby 2", "lower", "upper", "sameas none", "true", "boolean"]
METHODS = [".upper()", ".split()", ".items()", ".keys()", ".get('k')",
           ".append(1)", ".strip('s')", ".replace('e', '3')", ".name", ".k",
           ".sub.z", ".a", ".startswith('s')", ".nope", ".pop()", ".count(2)",
           ".index(2)", ".title()", ".values()", ".join(['a', 'b'])"]
SUBSCRIPTS = ["[0]", "[-1]", "['k']", "[1:]", "[:2]", "[::-1]", "['nope']",
              "[9]", "['a']", "[n]"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=",
          ">", ">=", "in", "not in", "and", "or"]


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.vars = list(NAMES)

    def literal(self):
        return self.r.choice(
            ["0", "1", "2", "-3", "1.5", "'a'", "'<b>'", "''", "true", "none",
             "[1, 2]", "[]", "{'k': 1}", "(1, 'x')", "'a b c'", "10", "false"])

    def expr(self, depth=0):
        r = self.r
        k = r.random()
        if depth > 3 or k < 0.30:
            return r.choice(self.vars) if r.random() < 0.7 else self.literal()
        if k < 0.50:
            return "%s|%s" % (self.atom(depth), r.choice(FILTERS))
        if k < 0.58:
            return "%s is %s%s" % (self.atom(depth),
                                   r.choice(["", "", "not "]), r.choice(TESTS))
        if k < 0.68:
            return self.atom(depth) + r.choice(METHODS)
        if k < 0.75:
            return self.atom(depth) + r.choice(SUBSCRIPTS)
        if k < 0.92:
            return "%s %s %s" % (self.expr(depth + 1), r.choice(BINARY),
                                 self.expr(depth + 1))
        if k < 0.95:
            return "%s %s" % (r.choice(["not", "-"]), self.atom(depth))
        if k < 0.98:
            return "%s if %s else %s" % (self.atom(depth), self.atom(depth),
                                         self.atom(depth))
        return "[%s, %s]" % (self.expr(depth + 1), self.expr(depth + 1))

    def atom(self, depth):
        if self.r.random() < 0.75:
            return self.r.choice(self.vars)
        return "(" + self.expr(depth + 1) + ")"

    def tag(self, text):
        r = self.r
        left = r.choice(["", "", "", "", "-", "+"])
        right = r.choice(["", "", "", "", "-", "+"])
        return "{%" + left + " " + text + " " + right + "%}"

    def text(self):
        return self.r.choice(["", " ", "\n", "a", "\n  ", " b\n", "<p>", "\n\n",
                              "  \n", "c "])

    def body(self, depth):
        out = [self.text()]
        for _ in range(self.r.randint(1, 3)):
            out.append(self.node(depth))
            out.append(self.text())
        return "".join(out)

    def name(self):
        return self.r.choice(["x", "y", "v", "n", "s"])

    def node(self, depth):
        r = self.r
        k = r.random()
        if depth > 3 or k < 0.40:
            return r.choice(["{{ %s }}", "{{ %s }}", "{{- %s }}",
                             "{{ %s -}}"]) % self.expr()
        if k < 0.52:
            return (self.tag("if " + self.expr()) + self.body(depth + 1) +
                    (self.tag("elif " + self.expr()) + self.body(depth + 1)
                     if r.random() < 0.3 else "") +
                    (self.tag("else") + self.body(depth + 1)
                     if r.random() < 0.5 else "") + self.tag("endif"))
        if k < 0.68:
            return self.loop(depth)
        if k < 0.78:
            return self.tag("set %s = %s" % (self.name(), self.expr()))
        if k < 0.82:
            name = self.name()
            return (self.tag("set " + name) + self.body(depth + 1) +
                    self.tag("endset") + "{{ %s }}" % name)
        if k < 0.87:
            return (self.tag("with %s = %s" % (self.name(), self.expr())) +
                    self.body(depth + 1) + self.tag("endwith"))
        if k < 0.92:
            return self.macro(depth)
        if k < 0.95:
            return (self.tag("filter " + r.choice(["upper", "trim", "e",
                                                   "indent(1)", "lower"])) +
                    self.body(depth + 1) + self.tag("endfilter"))
        if k < 0.97:
            return "{#%s c %s#}" % (r.choice(["", "-", "+"]),
                                    r.choice(["", "-", "+"]))
        return "{% raw %}{{ x }}" + self.text() + "{%- endraw %}"

    def loop(self, depth):
        r = self.r
        target = r.choice(["i", "x", "n", "k, v"])
        over = r.choice(["l", "users", "range(3)", "d", "'ab'", "[]",
                         "[1, 2]", self.expr()])
        if target == "k, v":
            over = r.choice(["d.items()", "[(1, 2)]", "d|dictsort"])
        cond = " if " + self.expr(2) if r.random() < 0.15 else ""
        saved = self.vars
        self.vars = saved + ["i", "loop.index", "loop.last", "loop.length"]
        body = self.body(depth + 1)
        self.vars = saved
        orelse = self.tag("else") + self.body(depth + 1) \
            if r.random() < 0.2 else ""
        return (self.tag("for %s in %s%s" % (target, over, cond)) + body +
                orelse + self.tag("endfor"))

    def macro(self, depth):
        saved = self.vars
        self.vars = saved + ["a", "b"]
        body = self.body(depth + 1)
        self.vars = saved
        return (self.tag("macro m(a, b=%s)" % self.literal()) + body +
                self.tag("endmacro") +
                "{{ m(%s) }}" % self.expr(2))


def templates(n, seed=20240601):
    for i in range(n):
        g = Generator(seed + i)
        yield g.body(0), dict(DATA), {
            "strict": g.r.random() < 0.35,
            "autoescape": g.r.random() < 0.4,
            "trim_blocks": g.r.random() < 0.5,
            "lstrip_blocks": g.r.random() < 0.4,
        }


def expressions(n, seed=77):
    g = Generator(seed)
    for _ in range(n):
        yield "{{ %s }}" % g.expr(), dict(DATA), {
            "strict": g.r.random() < 0.3, "autoescape": g.r.random() < 0.3}
