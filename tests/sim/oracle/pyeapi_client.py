"""pyeapi runs commands over eAPI."""

import sys

import pyeapi
from pyeapi.eapilib import CommandError, ConnectionError

from harness import Sim, holds, lacks, same


def connect(sim, password="admin"):
    return pyeapi.connect(
        transport="https", host=sim.hosts["eos"], port=8443, username="admin",
        password=password, return_node=True)


def facts(node):
    version = node.enable("show version")[0]["result"]
    same("model", version["modelName"], "vEOS-lab")
    same("version", version["version"], "4.30.1F")
    same("hostname",
         node.enable("show hostname")[0]["result"]["hostname"], "eos1")
    interfaces = node.enable("show interfaces")[0]["result"]["interfaces"]
    same("description", interfaces["Ethernet1"]["description"],
         "uplink to spine1")
    holds("running", node.running_config, "hostname eos1")


def change(sim, node):
    node.config(["interface Ethernet4", "description by pyeapi"])
    holds("running", sim.ask("running", "eos1"), "description by pyeapi")
    vlans = node.api("vlans")
    same("create vlan", vlans.create("300"), True)
    same("name vlan", vlans.set_name("300", "oracle"), True)
    same("vlan", vlans.get("300")["name"], "oracle")
    node.config([{"cmd": "banner motd", "input": "Text by pyeapi"},
                 "no alias nobody-has-it"])
    holds("banner", sim.ask("running", "eos1"),
          "banner motd\nText by pyeapi\nEOF\n")
    node.enable("write memory")
    holds("startup", sim.ask("startup", "eos1"), "vlan 300")


def session(sim, node):
    node.run_commands(["configure session api", "vlan 301"])
    sessions = node.enable("show configuration sessions")[0]["result"]
    same("state", sessions["sessions"]["api"]["state"], "pending")
    diff = node.enable(
        "show session-config named api diffs", encoding="text")
    holds("diff", diff[0]["result"]["output"], "+vlan 301")
    node.enable("configure session api commit timer 00:01:00")
    sessions = node.enable("show configuration sessions")[0]["result"]
    same("state", sessions["sessions"]["api"]["state"], "pendingCommitTimer")
    node.enable("configure session api commit")
    sim.ask("skew", "eos1", 61)
    holds("kept", sim.ask("running", "eos1"), "vlan 301")
    node.run_commands(["configure session gone", "vlan 302"])
    node.enable("configure session gone abort")
    lacks("aborted", sim.ask("running", "eos1"), "vlan 302")


def refusals(sim, node):
    try:
        node.enable("show nonsense")
    except CommandError as error:
        same("code", error.error_code, 1002)
        holds("detail", str(error.command_error), "Invalid input")
    else:
        raise AssertionError("nonsense was taken")
    try:
        connect(sim, "wrong").enable("show version")
    except ConnectionError:
        return
    raise AssertionError("a wrong password was taken")


def main():
    with Sim(sys.argv[1], ["eos"]) as sim:
        node = connect(sim)
        facts(node)
        change(sim, node)
        session(sim, node)
        refusals(sim, node)
    print("ok pyeapi")


if __name__ == "__main__":
    main()
