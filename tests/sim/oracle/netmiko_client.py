"""netmiko logs in, reads, changes and saves on every platform with a CLI."""

import sys

from netmiko import ConnectHandler
from netmiko.ssh_exception import NetMikoAuthenticationException

from harness import Sim, holds, lacks, run_together, same


def connect(sim, kind, platform, password="admin"):
    return ConnectHandler(
        device_type=kind, host=sim.hosts[platform], port=2200,
        username="admin", password=password, secret="admin")


def eos(sim):
    with connect(sim, "arista_eos", "eos") as c:
        same("prompt", c.find_prompt(), "eos1>")
        c.enable()
        running = c.send_command("show running-config")
        holds("running", running, "hostname eos1")
        holds("end of running", running, "\nend")
        holds("error", c.send_command("show foo"),
              "% Invalid input (at token 1: 'foo')")
        c.send_config_set(["interface Ethernet3", "description by netmiko",
                           "no switchport", "ip address 10.9.9.1/24"])
        lacks("startup", sim.ask("startup", "eos1"), "by netmiko")
        holds("save", c.save_config() if hasattr(c, "save_config")
              else c.send_command("write memory"), "Copy completed")
    sim.ask("reload", "eos1")
    running = sim.ask("running", "eos1")
    holds("after reload", running, "   description by netmiko\n")


def eos_session(sim):
    with connect(sim, "arista_eos", "eos") as c:
        c.enable()
        c.send_command("configure session oracle", expect_string=r"s-oracle\)#")
        c.send_command("vlan 77", expect_string="vlan-77")
        c.send_command("end", expect_string="eos1#")
        diff = c.send_command("show session-config named oracle diffs")
        holds("diff", diff, "+vlan 77")
        lacks("running", sim.ask("running", "eos1"), "vlan 77")
        c.send_command("configure session oracle commit timer 00:02:00")
        holds("sessions", c.send_command("show configuration sessions"),
              "pendingCommitTimer")
        holds("running", sim.ask("running", "eos1"), "vlan 77")
        sim.ask("skew", "eos1", "121")
        lacks("reverted", sim.ask("running", "eos1"), "vlan 77")


def refuse_password(sim):
    for kind, platform in (("arista_eos", "eos"),):
        try:
            connect(sim, kind, platform, "wrong")
        except NetMikoAuthenticationException:
            continue
        raise AssertionError("%s took a wrong password" % platform)


def main():
    with Sim(sys.argv[1], ["eos"]) as sim:
        def arista_eos():
            eos(sim)
            eos_session(sim)

        def wrong_password():
            refuse_password(sim)

        return run_together([arista_eos, wrong_password])


if __name__ == "__main__":
    sys.exit(main())
