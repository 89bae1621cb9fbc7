"""A real NETCONF server (netconfd) behind a control socket like that of the
simulators, so that one suite can be asked of both.

    control.py DIR USER ADDRESS PORT SOCKET

DIR holds relay, clock.so, sshd_config.in and state.  The server is looked at through its own
subsystem and Python's own XML parser, past the client that is tested.
"""

import mmap
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from xml.dom import minidom

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
STATE = ["clock", "commands", "commits", "open", "cut-after", "cut-before",
         "truncate", "only-10", "unreachable"]
MODES = ["cut-after", "cut-before", "truncate", "only-10"]
FIRST = """<?xml version="1.0" encoding="UTF-8"?>
<nc:config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">
<if:interfaces xmlns:if="urn:ietf:params:xml:ns:yang:ietf-interfaces">
<if:interface><if:name>eth0</if:name>
<if:description>to spine1</if:description>
<if:type xmlns:t="urn:ietf:params:xml:ns:yang:iana-if-type">t:ethernetCsmacd</if:type>
</if:interface></if:interfaces>
<sys:system xmlns:sys="urn:ietf:params:xml:ns:yang:ietf-system">
<sys:contact>noc</sys:contact><sys:hostname>netconf</sys:hostname>
</sys:system></nc:config>
"""


def wait(what, done, seconds=10, pause=0.01):
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise RuntimeError("no " + what)
        time.sleep(pause)


# --- one textual form ---------------------------------------------------------

def escape(text):
    for char, as_ in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, as_)
    return text


def prefixed(node, text):
    """Declares the prefix of an identity."""
    prefix, colon, _ = text.partition(":")
    while colon and node is not None and node.nodeType == node.ELEMENT_NODE:
        uri = node.getAttribute("xmlns:" + prefix)
        if uri:
            return ' xmlns:%s="%s"' % (prefix, uri)
        node = node.parentNode
    return ""


def form(node, namespace, depth, out):
    children = [c for c in node.childNodes if c.nodeType == c.ELEMENT_NODE]
    own = node.namespaceURI or ""
    start = "  " * depth + "<" + node.localName
    if own != namespace:
        start += ' xmlns="%s"' % own
    if children:
        out.append(start + ">")
        for child in children:
            form(child, own, depth + 1, out)
        out.append("  " * depth + "</%s>" % node.localName)
        return
    text = "".join(c.data for c in node.childNodes)
    start += prefixed(node, text)
    if not text.strip():
        out.append(start + "/>")
    else:
        out.append(start + ">%s</%s>" % (escape(text), node.localName))


# --- the server ---------------------------------------------------------------

class Server:
    def __init__(self, folder, user, address, port):
        self.dir = folder
        self.user = user
        self.address = address
        self.port = port
        self.netconfd = self.sshd = None
        self.reloads = 0
        with open(self.path("state"), "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 8 * len(STATE))
        self.make_key()
        self.start_sshd()

    def path(self, name):
        return os.path.join(self.dir, name)

    def get(self, name):
        return struct.unpack_from("=q", self.map, 8 * STATE.index(name))[0]

    def set(self, name, value):
        struct.pack_into("=q", self.map, 8 * STATE.index(name), value)

    def make_key(self):
        for name in ("host_key", "host_key.pub"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                        "-C", "netconf", "-f", self.path("host_key")],
                       check=True)

    def answers(self):
        try:
            socket.create_connection((self.address, self.port), 1).close()
        except OSError:
            return False
        return True

    def users(self, *libraries):
        """The environment of a program that sees the test's users only."""
        files = {"NSS_WRAPPER_" + n.upper(): self.path(n)
                 for n in ("passwd", "group", "shadow")}
        return dict(files, LD_PRELOAD=" ".join(libraries))

    def start_sshd(self):
        if self.sshd:
            self.sshd.kill()
            self.sshd.wait()
        self.sshd = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-f", self.path("sshd_config"),
             "-E", self.path("sshd.log")],
            env=dict(os.environ, **self.users("libnss_wrapper.so")))
        wait("sshd", self.answers)

    def stop_netconfd(self):
        if self.netconfd:
            self.netconfd.kill()
            self.netconfd.wait()
        for name in ("ncx.sock", "netconfd.log"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))

    def runs(self):
        """Its socket and this line come in any order; it may also end."""
        if self.netconfd.poll() is not None:
            raise RuntimeError("netconfd ended")
        if not (os.path.exists(self.path("netconfd.log")) and
                os.path.exists(self.path("ncx.sock"))):
            return False
        with open(self.path("netconfd.log"), errors="replace") as f:
            return "Running netconfd" in f.read()

    def takes_sessions(self):
        try:
            self.ask_once("<get-config><source><running/></source>"
                          "</get-config>")
        except (RuntimeError, OSError):
            return False
        return True

    def start_netconfd(self):
        """Now and then it does not come up for the first time."""
        for _ in range(2):
            try:
                return self.start_once()
            except RuntimeError as error:
                print(repr(error), flush=True)
        return self.start_once()

    def start_once(self):
        self.stop_netconfd()
        # it keeps a file at its user's home, which may be half written
        shutil.rmtree(self.path("home"), ignore_errors=True)
        os.mkdir(self.path("home"))
        modules = ["--module=" + m for m in (
            "ietf-interfaces", "iana-if-type", "ietf-ip", "ietf-system")]
        self.netconfd = subprocess.Popen(
            ["/usr/sbin/netconfd", "--superuser=" + self.user,
             "--target=candidate", "--port=%d" % self.port,
             "--with-startup=true", "--startup=" + self.path("startup.xml"),
             "--ncxserver-sockname=" + self.path("ncx.sock"),
             "--log=" + self.path("netconfd.log"), "--log-level=info"]
            + modules,
            cwd=self.dir, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, NETCONF_STATE=self.path("state"),
                     **self.users(self.path("clock.so"),
                                  "libnss_wrapper.so")))
        wait("netconfd", self.runs, seconds=5)
        os.chmod(self.path("ncx.sock"), 0o666)
        # Only a session tells that it takes sessions.
        wait("session", self.takes_sessions, seconds=5)

    def ask(self, *operations):
        """The replies, as documents.  netconfd sometimes hangs up on sessions
        that come right after some that were cut."""
        end = time.monotonic() + 10
        while True:
            try:
                return self.ask_once(*operations)
            except (RuntimeError, OSError) as error:
                print(repr(error), flush=True)
                if time.monotonic() > end:
                    raise
            time.sleep(0.2)

    def ask_once(self, *operations):
        child = subprocess.Popen(
            ["/usr/sbin/netconf-subsystem",
             "--ncxserver-sockname=%d@%s" % (self.port,
                                             self.path("ncx.sock"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=dict(os.environ, USER=self.user,
                     SSH_CONNECTION="127.0.0.1 1 %s %d" % (self.address,
                                                           self.port)))
        messages = ['<hello xmlns="%s"><capabilities><capability>urn:ietf:'
                    'params:netconf:base:1.0</capability></capabilities>'
                    '</hello>' % BASE]
        messages += ['<rpc xmlns="%s" message-id="%d">%s</rpc>' % (BASE, i, o)
                     for i, o in enumerate(operations)]
        replies = []
        for message in messages:
            child.stdin.write((message + "]]>]]>").encode())
            child.stdin.flush()
            text = b""
            while b"]]>]]>" not in text:
                if not select.select([child.stdout], [], [], 3)[0]:
                    child.kill()
                    raise RuntimeError("the server says nothing")
                piece = child.stdout.read1(65536)
                if not piece:
                    raise RuntimeError("the server hung up (status %s)"
                                       % self.netconfd.poll())
                text += piece
            if not replies:
                # it loses what comes right after a hello
                time.sleep(0.05)
            replies.append(minidom.parseString(
                text.split(b"]]>]]>")[0].strip()))
        child.stdin.close()
        child.stdout.close()
        child.wait()
        return replies[1:]

    def config(self, name):
        data = self.ask("<get-config><source><%s/></source></get-config>"
                        % name)[0].getElementsByTagNameNS(BASE, "data")[0]
        out = []
        for node in data.childNodes:
            if node.nodeType == node.ELEMENT_NODE:
                form(node, None, 0, out)
        return "".join(line + "\n" for line in out)

    def waits(self):
        """Running cannot be locked while a commit waits."""
        reply = self.ask("<lock><target><running/></target></lock>")[0]
        return "confirmed-commit pending" in reply.toxml()

    # --- what the suite asks ----------------------------------------------

    def do_key(self):
        for name in STATE:
            self.set(name, 0)
        self.reloads = 0
        with open(self.path("startup.xml"), "w") as f:
            f.write(FIRST)
        self.start_netconfd()
        with open(self.path("host_key.pub")) as f:
            return f.read()

    def do_running(self):
        return self.config("running")

    def do_startup(self):
        return self.config("startup")

    def do_reload(self):
        self.reloads += 1
        self.start_netconfd()
        return ""

    def do_stats(self):
        return "commands=%d open=%d commits=%d reverts=0 reloads=%d\n" % (
            self.get("commands"), self.get("open"), self.get("commits"),
            self.reloads)

    def do_mode(self, setting):
        name, _, value = setting.partition("=")
        if name == "off":
            for mode in MODES:
                self.set(mode, 0)
        elif name == "change-key":
            self.make_key()
            self.start_sshd()
        elif name in MODES:
            self.set(name, int(value or 1))
        else:
            raise RuntimeError("no such mode")
        return ""

    def do_advance(self, seconds):
        waiting = self.waits()
        self.set("clock", self.get("clock") + int(seconds))
        # the server looks at its timers when it was quiet for a second
        if waiting:
            time.sleep(1.1)
        if waiting and int(seconds) > 120:
            wait("revert", lambda: not self.waits(), pause=1.1)
        if "cut-off-management" not in self.config("running"):
            self.set("unreachable", 0)
        return ""

    def stop(self):
        self.stop_netconfd()
        if self.sshd:
            self.sshd.kill()
            self.sshd.wait()


def serve(server, path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    print("ready", flush=True)
    while True:
        client = listener.accept()[0]
        with client, client.makefile("rw") as f:
            words = f.readline().split()
            # "running netconf1": there is one device
            args = words[1:] if words[0] == "advance" else words[2:]
            try:
                text = getattr(server, "do_" + words[0])(*args)
                f.write("ok %d\n%s" % (len(text.encode()), text))
            except (RuntimeError, OSError, AttributeError) as error:
                print(words, repr(error), flush=True)
                f.write("error %d\n%s" % (len(repr(error)), repr(error)))
            f.flush()


def end(*_):
    raise SystemExit(0)


def main():
    folder, user, address, port, path = sys.argv[1:]
    signal.signal(signal.SIGTERM, end)
    server = Server(folder, user, address, int(port))
    try:
        serve(server, path)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
