"""Every operation of /api/openapi.json, exercised, its answers validated.

  URL      of a portal over an Ironic, with the demonstration's store and a
           backup and command outputs of r1
  TOKENS   directory with the files admin, operator and viewer
  DISK     URL of an image that an agent can be given

An operation that no row here exercises fails the test: a row is to be added
(or, if it only reads and its path is made of known names, a value to KNOWN).
"""
import base64
import os
import socket
import struct
import sys
import time

from contract import Broken, Portal

TOKENS = {role: open(os.path.join(os.environ["TOKENS"], role)).read().strip()
          for role in ("admin", "operator", "viewer")}
KEY = base64.b64encode(struct.pack(">I11sI32s", 11, b"ssh-ed25519", 32, bytes(32))).decode()

# Values for the names in paths, for operations that only read.
KNOWN = {"name": "r1", "device": "r1", "job": "provision", "area": "lab", "vid": 10}


def await_that(what, test, seconds=60):
    until = time.monotonic() + seconds
    while not test():
        if time.monotonic() > until:
            raise Broken("%s does not come about" % what)
        time.sleep(0.1)


# --- records: every kind that can be created, listed and deleted ---------------

def record_kinds(p):
    """(create, list, get, replace, update, delete) of each kind."""
    for o in list(p.operations.values()):
        one = [x for x in p.operations.values() if x.path.startswith(o.path + "/{")
               and x.method == "PATCH"]
        if o.method != "POST" or not one:
            continue
        same = {x.method: x.id for x in p.operations.values() if x.path == one[0].path}
        lists = [x.id for x in p.operations.values() if x.path == o.path and x.method == "GET"]
        yield o.id, lists[0], same["GET"], same["PUT"], same["PATCH"], same["DELETE"]


def value_of(schema):
    """The least that a schema takes."""
    if "enum" in schema:
        return schema["enum"][0]
    return {"string": "sample", "integer": schema.get("minimum", 1), "boolean": False,
            "array": [], "object": {}}[schema["type"]]


def sample(items, schema):
    """A new record like one that is there, or what the schema asks for."""
    if items:
        record = dict(items[0])
    else:
        record = {name: value_of(schema["properties"][name]) for name in schema["required"]}
    if "vid" in record:
        record["vid"] = 4000
    record["name"] = "sample-" + str(len(items))
    return record


def exercise_kind(p, create, list_, get, replace, update, delete):
    record = sample(p.call(list_).json["items"], p.body_schema(create))
    made = p.call(create, body=record)
    where = {"name": record["name"]}
    if "area" in p.operations[get].names:
        where = {"area": record["area"], "vid": record["vid"]}
    read = p.call(get, where)
    if read.json != made.json or read.etag != made.etag:
        raise Broken("%s: not what %s answered" % (get, create))
    if p.send("GET", p.operations[get].url(where), "admin",
              headers={"If-None-Match": read.etag}).status != 304:
        raise Broken("%s: no 304" % get)
    p.check_problem(p.operations[update],
                    p.send("PATCH", p.operations[update].url(where), "admin", {}), 428)
    put = p.call(replace, where, record, headers={"If-Match": read.etag})
    patched = p.call(update, where, {"description": "a sample"} if "description" in read.json
                     else {}, headers={"If-Match": put.etag})
    p.check_problem(p.operations[delete], p.send(
        "DELETE", p.operations[delete].url(where), "admin",
        headers={"If-Match": '"%s"' % ("0" * 39 + "1")}), 412)
    p.call(delete, where, headers={"If-Match": patched.etag})
    p.check_problem(p.operations[get], p.send("GET", p.operations[get].url(where), "admin"), 404)
    restore = create.replace("create", "restore")
    if restore not in p.operations:
        return
    back = p.call(restore, where, {})
    if back.json != patched.json:
        raise Broken("%s: not what was deleted" % restore)
    p.check_problem(p.operations[restore],
                    p.send("POST", p.operations[restore].url(where), "admin", {}), 409)
    p.call(delete, where, headers={"If-Match": back.etag})


# --- files ---------------------------------------------------------------------

def exercise_files(p):
    rows = [("Template", {"platform": "frr", "file": "sample.j2"}, "hostname {{ device.name }}\n"),
            ("TemplateInDirectory", {"platform": "frr", "dir": "part", "file": "s.j2"}, "!\n"),
            ("TemplateOfRole", {"platform": "frr", "dir": "role", "subdir": "router",
                                "file": "s.j2"}, "!\n"),
            ("GlobalContext", {"file": "global.json"}, {"sample": 1}),
            ("Context", {"of": "role", "file": "router.json"}, {"sample": 1})]
    for name, where, body in rows:
        there = p.send("GET", p.operations["get" + name].url(where), "admin")
        made = p.call("put" + name, where, body,
                      headers={"If-Match": there.etag} if there.status == 200 else {})
        if made.status != (200 if there.status == 200 else 201):
            raise Broken("put%s: %d" % (name, made.status))
        etag = p.call("get" + name, where).etag
        p.call("put" + name, where, body, headers={"If-Match": etag})
        p.call("delete" + name, where, headers={"If-Match": etag})
    p.call("listTemplates")
    p.call("listContext")


# --- devices, jobs, runs ---------------------------------------------------------

def exercise_device(p):
    r1 = {"name": "r1"}
    text = p.call("getIntended", r1).text
    p.call("putIntended", r1, text)
    p.call("renderDevice", r1, "")
    p.call("approveHostkey", r1, {"keys": ["ssh-ed25519 " + KEY]})


def silent_device(p, port):
    """A device whose address takes connections and says nothing."""
    device = dict(p.call("getDevice", {"name": "r1"}).json, name="silent",
                  primary_ip4="127.0.0.1:%d" % port)
    p.call("createDevice", body=device)
    p.call("putIntended", {"name": "silent"}, "hostname silent\n")


def exercise_runs(p):
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    silent_device(p, listener.getsockname()[1])
    body = {"parameters": {"device": "silent", "dry_run": True}}
    where = {"job": "provision"}
    begun = p.call("startRun", where, body, headers={"Idempotency-Key": "one"}).json
    again = p.call("startRun", where, body, headers={"Idempotency-Key": "one"}).json
    if again["id"] != begun["id"]:
        raise Broken("startRun: one key, two runs")
    run = {"id": begun["id"]}
    p.call("cancelRun", run, {})
    await_that("the end of a run", lambda: p.call("getRun", run).json["state"]
               not in ("queued", "claimed", "running"))
    p.call("listRunDevices", run)
    p.call("getRunLog", run, query={"since": 0})
    p.call("getRunDiff", dict(run, device="silent"))
    p.call("listRuns", query={"device": "silent", "limit": 1})
    p.check_problem(p.operations["cancelRun"],
                    p.send("POST", p.operations["cancelRun"].url(run), "admin", {}), 409)
    listener.close()
    KNOWN["id"] = begun["id"]


def exercise_reachability(p):
    run = p.call("startRun", {"job": "reachability"},
                 {"parameters": {"device": "r1", "timeout": 1, "attempts": 1}}).json
    await_that("a sweep", lambda: p.call("getRun", {"id": run["id"]}).json["state"]
               not in ("queued", "claimed", "running"))


def exercise_notifications(p):
    """A channel that nobody listens on, and a run that fails."""
    p.call("createChannel", body={"name": "deaf", "type": "webhook", "events": ["run_failed"],
                                  "url": "http://127.0.0.1:9/"})
    p.call("startRun", {"job": "backup"}, {"parameters": {"devices": ["silent"], "retries": 0}})
    listed = lambda place: p.call("listNotifications", query={"place": place}).json["items"]
    await_that("a notification", lambda: listed("waiting") and listed("waiting")[0]["attempts"])
    where = {"notification": listed("waiting")[0]["id"]}

    def done(operation):
        """It is being sent now and then."""
        o = p.operations[operation]
        return p.send(o.method, o.url(where), "admin",
                      {} if o.method == "POST" else None).status in (202, 204)
    await_that("sending it again", lambda: done("retryNotification"))
    await_that("dropping it", lambda: done("dropNotification"))
    if [n["id"] for n in listed("given-up")] != [where["notification"]]:
        raise Broken("what was dropped is not given up")
    p.call("retryNotification", where, {})
    await_that("dropping it again", lambda: done("dropNotification"))
    p.call("dropNotification", where)
    p.check_problem(p.operations["dropNotification"],
                    p.send("DELETE", p.operations["dropNotification"].url(where), "admin"), 404)
    p.check_problem(p.operations["listNotifications"],
                    p.send("GET", "/api/v1/notifications?place=nowhere", "admin"), 400)


def exercise_again(p):
    """A run over many devices, none of which answers."""
    run = p.call("startRun", {"job": "bulk-provision"},
                 {"parameters": {"devices": ["r1"], "dry_run": True, "retries": 0}}).json
    await_that("the end of a run over many", lambda: p.call("getRun", {"id": run["id"]}).json["state"]
               not in ("queued", "claimed", "running"))
    again = p.call("runAgain", {"id": run["id"]}, {}).json
    p.send("POST", p.operations["cancelRun"].url({"id": again["id"]}), "admin", {})


def exercise_schedules(p):
    names = [s["name"] for s in p.call("listSchedules").json["items"]]
    p.call("runSchedule", {"name": names[0]}, {})
    p.call("getScheduleTimes", {"name": names[0]})


def exercise_transfer(p):
    p.call("exportRecords", {"kind": "roles"})
    report = p.call("importRecords", {"kind": "roles"}, "name\nimported\n").json
    if not report["saved"] or report["created"] != 1:
        raise Broken("importRecords: %s" % report)
    wrong = p.call("importRecords", {"kind": "roles"}, "name\n../x\n").json
    if wrong["saved"] or wrong["wrong"] != 1:
        raise Broken("importRecords: %s" % wrong)


def exercise_hooks(p):
    p.call("testHook", {"name": "default"}, {"device": "r1"})


# --- who may ---------------------------------------------------------------------

def exercise_access(p):
    p.call("createToken", body={"name": "sample", "role": "viewer"})
    p.call("getToken", {"name": "sample"})
    p.call("revokeToken", {"name": "sample"})
    p.call("getUser", {"name": p.call("listUsers").json["items"][0]["name"]})
    for get, put in (("getSettings", "replaceSettings"), ("getIronic", "replaceIronic")):
        there = p.call(get)
        p.call(put, body=there.json, headers={"If-Match": there.etag})


# --- servers ---------------------------------------------------------------------

def server_is(p, name, *states):
    return lambda: p.call("getServer", {"id": name}).json["provision_state"] in states


def ask_server(p, operation, name, body, *states):
    p.call(operation, {"id": name}, body)
    await_that("%s of %s" % (operation, name), server_is(p, name, *states))


def exercise_servers(p):
    for name, url in (("sample", "http://images.test/a.img"),
                      ("gone", "http://127.0.0.1:1/a.img"), ("disk", os.environ["DISK"])):
        image = {"name": name, "url": url, "checksum": os.environ["DISK_MD5"]}
        if p.call("replaceImage", {"name": name}, image).status != 201:
            raise Broken("replaceImage: no 201 for a new one")
    begun = p.call("provisionServer", body={"server_id": "s1", "image_id": "sample"}).json
    status = {"operation_id": begun["operation_id"]}
    await_that("a deployment", lambda: p.call("getProvisionStatus", status)
               .json["status"] == "completed")
    p.call("powerServer", {"id": "s1"}, {"target": "reboot"})
    p.call("maintainServer", {"id": "s1"}, {"target": "on", "reason": "a test"})
    p.call("maintainServer", {"id": "s1"}, {"target": "off"})
    ask_server(p, "rebuildServer", "s1", {"image_id": "sample"}, "active")
    ask_server(p, "deprovisionServer", "s1", {}, "available")
    ask_server(p, "provisionThisServer", "agent", {"image_id": "gone"}, "deploy failed")
    p.call("retryServer", {"id": "agent"}, {})
    await_that("a second failure", server_is(p, "agent", "deploy failed"))
    ask_server(p, "deprovisionServer", "agent", {}, "available")
    ask_server(p, "provisionThisServer", "agent", {"image_id": "disk"}, "wait call-back")
    ask_server(p, "abortServer", "agent", {}, "available", "deploy failed")
    p.call("listServers", query={"limit": 1})
    p.call("validateServer", {"id": "s1"})


def exercise_changes(p):
    """What happened to a device, and what a change of it would start."""
    KNOWN["commit"] = p.call("getDeviceHistory", {"name": "r1"}).json["items"][0]["commit"]
    hook = {"name": p.call("listHooks").json["items"][0]["name"]}
    p.call("testHook", hook, {"device": "r1"})


def exercise_search(p):
    if not p.call("search", query={"q": "bgp", "limit": 1}).json["items"]:
        raise Broken("search: nothing is found")
    p.check_problem(p.operations["search"],
                    p.send("GET", p.operations["search"].url({}, {"q": "(" * 3,
                           "mode": "regex"}), "admin"), 400)


# --- what holds for all ----------------------------------------------------------

RANKS = {"nobody": 0, "viewer": 1, "operator": 2, "approver": 3, "admin": 4}


def put_back(p, o):
    """What can be read and replaced is replaced by itself; False if it cannot be."""
    gets = [x for x in p.operations.values() if x.path == o.path and x.method == "GET"]
    if o.method != "PUT" or not gets:
        return False
    there = p.call(gets[0].id, KNOWN)
    p.call(o.id, KNOWN, there.json, headers={"If-Match": there.etag} if there.etag else {})
    return True


def exercise_the_rest(p):
    for o in p.operations.values():
        if o.id in p.exercised:
            continue
        known = all(name in KNOWN for name in o.names)
        if known and o.method == "GET":
            p.call(o.id, KNOWN)
        elif not known or not put_back(p, o):
            print("%s %s (%s) is not exercised" % (o.method, o.path, o.id))


def check_refusals(p):
    """Strangers and low roles get the problem that the document describes."""
    nowhere = {name: "nope" for o in p.operations.values() for name in o.names}
    for o in p.operations.values():
        url = o.url(nowhere)
        if o.open:
            continue
        p.check_problem(o, p.send(o.method, url, None), 401)
        for role in ("viewer", "operator"):
            if RANKS[role] < RANKS[o.role]:
                p.check_problem(o, p.send(o.method, url, role), 403)
        if o.method == "GET" and o.names:
            p.check_problem(o, p.send("GET", url, "admin"), 404)


def main():
    p = Portal(os.environ["URL"], TOKENS)
    exercise_device(p)
    for kind in record_kinds(p):
        exercise_kind(p, *kind)
    exercise_files(p)
    exercise_runs(p)
    exercise_reachability(p)
    exercise_notifications(p)
    exercise_again(p)
    exercise_schedules(p)
    exercise_hooks(p)
    exercise_transfer(p)
    exercise_access(p)
    exercise_servers(p)
    exercise_search(p)
    exercise_changes(p)
    exercise_the_rest(p)
    check_refusals(p)
    left = sorted(set(p.operations) - p.exercised)
    print("%d of %d operations exercised" % (len(p.exercised), len(p.operations)))
    return 1 if left else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Broken as broken:
        sys.exit("broken: %s" % broken)
