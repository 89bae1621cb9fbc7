"""The store's starting templates: ours and Python's Jinja2 give the golden text.

    starting_templates.py SWITCHYARD SOURCE_DIR
"""
import ipaddress
import json
import re
import subprocess
import sys

import jinja2
import jinja2.sandbox

switchyard, source = sys.argv[1:]
golden = source + "/tests/golden/templates"
data = json.load(open(golden + "/data.json"))


def ipaddr(value, query=""):
    """The queries of Ansible's filter that the templates use."""
    interface = ipaddress.ip_interface(value)
    return {"address": str(interface.ip), "netmask": str(interface.netmask),
            "network": str(interface.network.network_address)}[query]


def by_python(platform):
    env = jinja2.sandbox.SandboxedEnvironment(
        trim_blocks=True, undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(
            [source + "/git-store/templates/" + platform,
             source + "/git-store/templates"]))
    env.filters["ipaddr"] = ipaddr
    env.tests["match"] = lambda value, pattern: re.match(pattern, value)
    return env.get_template("main.j2").render(data)


def by_switchyard(platform):
    templates = source + "/git-store/templates"
    return subprocess.run(
        [switchyard, "render", "--template", templates + "/" + platform +
         "/main.j2", "--data", golden + "/data.json", "--path",
         templates + "/" + platform, "--path", templates],
        check=True, capture_output=True, text=True).stdout


failed = False
for platform in ["frr", "eos", "ios", "nxos", "junos"]:
    expected = open("%s/%s.cfg" % (golden, platform)).read()
    for name, render in [("switchyard", by_switchyard), ("jinja2", by_python)]:
        got = render(platform)
        if got != expected:
            failed = True
            print("%s: %s differs from %s.cfg:" % (platform, name, platform))
            subprocess.run(["diff", "-u", "%s/%s.cfg" % (golden, platform),
                            "-"], input=got, text=True)
sys.exit(failed)
