"""ncclient edits, compares, commits and rolls back over NETCONF."""

import sys

from ncclient import manager
from ncclient.operations import RPCError
from ncclient.transport.errors import AuthenticationError

from harness import Sim, holds, lacks, same


def connect(sim, name="junos", password="admin"):
    return manager.connect(
        host=sim.hosts["junos"], port=8830, username="admin",
        password=password, hostkey_verify=False, look_for_keys=False,
        allow_agent=False, device_params={"name": name})


def facts(m):
    reply = m.rpc("<get-software-information/>")
    same("model", reply.xpath("//product-model")[0].text, "vmx")
    same("hostname", reply.xpath("//host-name")[0].text, "junos1")
    text = m.get_configuration(format="text")
    holds("text", text.xpath("//configuration-text")[0].text,
          "host-name junos1;")
    xml = m.get_configuration(format="xml")
    same("xml", xml.xpath("//system/host-name")[0].text, "junos1")
    names = xml.xpath("//interfaces/interface/name")
    same("interfaces", [n.text for n in names],
         ["fxp0", "ge-0/0/0", "lo0"])


def change(sim, m):
    m.lock()
    m.load_configuration(action="set", config=[
        "set system domain-name example.org",
        "set interfaces ge-0/0/1 unit 0 family inet address 10.4.4.1/24"])
    diff = m.compare_configuration()
    holds("diff", diff.xpath("//configuration-output")[0].text,
          "[edit system]\n+   domain-name example.org;")
    m.validate()
    m.commit(comment="by ncclient")
    m.unlock()
    holds("running", sim.ask("running", "junos1"), "address 10.4.4.1/24;")
    m.rollback(1)
    m.commit()
    lacks("rolled back", sim.ask("running", "junos1"), "10.4.4.1")


def confirm(sim, m):
    m.load_configuration(
        format="text", action="merge",
        config="snmp {\n    location \"rack 1\";\n}\n")
    m.commit(confirmed=True, timeout="60")
    holds("applied", sim.ask("running", "junos1"), "rack 1")
    sim.ask("skew", "junos1", 61)
    lacks("reverted", sim.ask("running", "junos1"), "rack 1")


def refusals(sim, m):
    other = connect(sim)
    m.lock()
    try:
        other.lock()
    except RPCError as error:
        holds("lock", error.message, "configuration database locked")
    else:
        raise AssertionError("two sessions hold the lock")
    m.unlock()
    other.close_session()
    try:
        m.load_configuration(action="set", config="set system nonsense 1")
    except RPCError as error:
        holds("load", error.message, "syntax error")
    else:
        raise AssertionError("nonsense was taken")
    m.discard_changes()


def standard(sim):
    """RFC 6241 alone, with the persistent confirmed commit of base:1.1."""
    config = ("<config><configuration><system><domain-name>rfc.example"
              "</domain-name></system></configuration></config>")
    with connect(sim, "default") as m:
        m.edit_config(target="candidate", config=config)
        m.commit(confirmed=True, timeout="120", persist="token")
    holds("kept over the session", sim.ask("running", "junos1"),
          "rfc.example")
    with connect(sim, "default") as m:
        m.commit(persist_id="token")
    sim.ask("skew", "junos1", 121)
    holds("confirmed", sim.ask("running", "junos1"), "rfc.example")
    with connect(sim, "default") as m:
        m.edit_config(target="candidate",
                      config=config.replace("rfc.example", "gone.example"))
        m.commit(confirmed=True, timeout="120")
        holds("applied", sim.ask("running", "junos1"), "gone.example")
    holds("reverts with its session", sim.ask("running", "junos1"),
          "rfc.example")


def main():
    with Sim(sys.argv[1], ["junos"]) as sim:
        with connect(sim) as m:
            facts(m)
            change(sim, m)
            confirm(sim, m)
            refusals(sim, m)
        standard(sim)
        try:
            connect(sim, password="wrong")
        except AuthenticationError:
            print("ok ncclient")
            return
        raise AssertionError("a wrong password was taken")


if __name__ == "__main__":
    main()
