"""A client that holds every answer of the portal against its own OpenAPI document.

Nothing of the portal is used but HTTP and /api/openapi.json.
"""
import http.client
import json
import re
import urllib.parse

import jsonschema

METHODS = ("get", "post", "put", "patch", "delete")
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time")
def is_time(text):
    """RFC 3339, as far as the portal writes it."""
    return not isinstance(text, str) or re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text) is not None


class Broken(Exception):
    """An answer that is not what the document promises."""


class Answer:
    def __init__(self, response, data):
        self.status = response.status
        self.type = (response.getheader("Content-Type") or "").split(";")[0]
        self.etag = response.getheader("ETag")
        self.text = data.decode("utf-8")
        self.json = json.loads(self.text) if self.type.endswith("json") else None


class Operation:
    def __init__(self, method, path, item):
        self.method, self.path = method.upper(), path
        self.id = item["operationId"]
        self.role = item["x-role"]
        self.open = item.get("security") == []
        self.body = item.get("requestBody", {}).get("content", {})
        self.answers = item["responses"]
        self.names = re.findall(r"{(\w+)}", path)

    def url(self, values, query=None):
        path = self.path
        for name in self.names:
            path = path.replace("{%s}" % name, urllib.parse.quote(str(values[name]), safe=""))
        return path + ("?" + urllib.parse.urlencode(query) if query else "")


class Portal:
    def __init__(self, url, tokens):
        self.host = urllib.parse.urlsplit(url).netloc
        self.tokens = tokens
        self.document = self.send("GET", "/api/openapi.json", "admin").json
        self.operations = {}
        self.exercised = set()
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    o = Operation(method, path, item[method])
                    self.operations[o.id] = o

    def send(self, method, url, role, body=None, kind=None, headers=None):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        headers = dict(headers or {})
        if role:
            headers["Authorization"] = "Bearer " + self.tokens[role]
        if body is not None:
            headers["Content-Type"] = kind or "application/json"
            if not isinstance(body, str):
                body = json.dumps(body)
            body = body.encode("utf-8")
        connection.request(method, url, body, headers)
        response = connection.getresponse()
        answer = Answer(response, response.read())
        connection.close()
        return answer

    def validate(self, value, schema, what):
        # references are resolved in the whole document
        whole = dict(self.document, **schema)
        errors = list(jsonschema.Draft202012Validator(whole, format_checker=FORMATS)
                      .iter_errors(value))
        if errors:
            raise Broken("%s: %s: %s" % (what, "/".join(map(str, errors[0].path)),
                                         errors[0].message[:400]))

    def body_schema(self, name):
        """Of what an operation is sent, with its reference resolved."""
        schema = self.operations[name].body["application/json"]["schema"]
        return self.document["components"]["schemas"][schema["$ref"].split("/")[-1]]

    def check_problem(self, o, answer, status):
        what = "%s answers %d %s" % (o.id, answer.status, answer.text[:300])
        if answer.status != status:
            raise Broken("%s, not %d" % (what, status))
        content = o.answers["default"]["content"]
        if answer.type not in content:
            raise Broken("%s of the type %s" % (what, answer.type))
        self.validate(answer.json, content[answer.type]["schema"], what)
        if answer.json["status"] != status:
            raise Broken(what)

    def call(self, name, values=None, body=None, query=None, headers=None):
        """Calls an operation as admin; its answer must be the promised one."""
        o = self.operations[name]
        kind = next(iter(o.body), None)
        if body is not None and kind == "application/json":
            self.validate(body, o.body[kind]["schema"], "%s: what is sent" % name)
        answer = self.send(o.method, o.url(values or {}, query), "admin", body, kind, headers)
        wanted = [status for status in o.answers if status != "default"]
        what = "%s %s" % (name, o.url(values or {}, query))
        if str(answer.status) not in wanted:
            raise Broken("%s: %d, not %s: %s" % (what, answer.status, wanted,
                                                 answer.text[:400]))
        content = o.answers[str(answer.status)].get("content")
        if not content and answer.text:
            raise Broken("%s: a body where there is none" % what)
        if content:
            if answer.type not in content:
                raise Broken("%s: the type %s" % (what, answer.type))
            value = answer.json if answer.type.endswith("json") else answer.text
            self.validate(value, content[answer.type]["schema"], what)
        self.exercised.add(name)
        return answer
