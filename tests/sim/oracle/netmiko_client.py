"""netmiko logs in, reads, changes and saves on every platform with a CLI."""

import sys
import tempfile

from netmiko import ConnectHandler, FileTransfer
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


def ios(sim):
    with connect(sim, "cisco_ios", "ios") as c:
        same("prompt", c.find_prompt(), "ios1#")
        holds("running", c.send_command("show running-config"), "\nend")
        holds("error", c.send_command("show foo"),
              "% Invalid input detected at '^' marker.")
        c.send_config_set(["interface Loopback7",
                           "ip address 10.7.7.7 255.255.255.255",
                           "description by netmiko"])
        lacks("startup", sim.ask("startup", "ios1"), "Loopback7")
        holds("save", c.save_config(), "[OK]")
    sim.ask("reload", "ios1")
    holds("after reload", sim.ask("running", "ios1"),
          "interface Loopback7\n description by netmiko\n")


def ios_replace(sim):
    wanted = sim.ask("running", "ios1").replace(
        "description uplink", "description replaced")
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as f:
        f.write(wanted)
        f.flush()
        with connect(sim, "cisco_ios", "ios") as c:
            with FileTransfer(c, f.name, "candidate.cfg",
                              file_system="flash:") as transfer:
                same("exists", transfer.check_file_exists(), False)
                transfer.transfer_file()
                same("md5", transfer.verify_file(), True)
            diff = c.send_command("show archive config differences "
                                  "system:running-config flash:candidate.cfg")
            holds("diff", diff, "+description replaced")
            holds("diff", diff, "-description uplink")
            out = c.send_command("configure replace flash:candidate.cfg force "
                                 "revert trigger error timer 2")
            holds("replace", out, "Rollback Done")
            holds("timer", c.send_command(
                "show archive config rollback timer"), "Timer value: 2 min")
            same("running", sim.ask("running", "ios1"), wanted)
            sim.ask("skew", "ios1", 121)
            holds("reverted", sim.ask("running", "ios1"),
                  "description uplink")


def nxos(sim):
    with connect(sim, "cisco_nxos", "nxos") as c:
        same("prompt", c.find_prompt(), "nxos1#")
        holds("running", c.send_command("show running-config"),
              "hostname nxos1")
        holds("error", c.send_command("show foo"),
              "% Invalid command at '^' marker.")
        c.send_command("checkpoint file before")
        c.send_config_set(["interface Ethernet1/5", "no switchport",
                           "ip address 10.5.5.5/24", "description oracle"])
        patch = c.send_command("show diff rollback-patch running-config "
                               "file before")
        holds("patch", patch, "no description oracle")
        holds("save", c.save_config(), "Copy complete.")
        sim.ask("reload", "nxos1")
    with connect(sim, "cisco_nxos", "nxos") as c:
        holds("after reload", sim.ask("running", "nxos1"),
              "  description oracle")
        out = c.send_command("rollback running-config file before")
        holds("rollback", out, "Rollback completed successfully.")
        lacks("rolled back", sim.ask("running", "nxos1"), "oracle")
        out = c.send_command(
            "configure replace bootflash:before commit-timeout 60")
        holds("replace", out, "Configure replace completed successfully")
        holds("commit", c.send_command("configure replace commit"), "Commit")


def junos(sim):
    with connect(sim, "juniper_junos", "junos") as c:
        same("prompt", c.find_prompt(), "admin@junos1>")
        holds("running", c.send_command("show configuration"),
              "host-name junos1;")
        holds("set", c.send_command("show configuration | display set"),
              "set system host-name junos1")
        holds("error", c.send_command("show foo"), "syntax error.")
        c.config_mode()
        c.send_config_set(
            ['set interfaces ge-0/0/5 description "by netmiko"'],
            exit_config_mode=False)
        holds("compare", c.send_command("show | compare"),
              '+   ge-0/0/5 {\n+       description "by netmiko";\n+   }')
        lacks("not yet", sim.ask("running", "junos1"), "by netmiko")
        holds("check", c.commit(check=True), "check succeeds")
        holds("confirmed", c.commit(confirm=True, confirm_delay=2),
              "rolled back in 2 minutes")
        holds("applied", sim.ask("running", "junos1"), "by netmiko")
        sim.ask("skew", "junos1", 121)
        lacks("reverted", sim.ask("running", "junos1"), "by netmiko")
        c.send_config_set(
            ['set interfaces ge-0/0/5 description kept'],
            exit_config_mode=False)
        holds("commit", c.commit(), "commit complete")
        c.exit_config_mode()
    sim.ask("reload", "junos1")
    holds("after reload", sim.ask("running", "junos1"), "description kept;")


def refuse_password(sim):
    for kind, platform in (("arista_eos", "eos"), ("cisco_ios", "ios"),
                           ("cisco_nxos", "nxos"), ("juniper_junos", "junos")):
        try:
            connect(sim, kind, platform, "wrong")
        except NetMikoAuthenticationException:
            continue
        raise AssertionError("%s took a wrong password" % platform)


def main():
    with Sim(sys.argv[1], ["eos", "ios", "nxos", "junos"]) as sim:
        def arista_eos():
            eos(sim)
            eos_session(sim)

        def cisco_ios():
            ios(sim)
            ios_replace(sim)

        def cisco_nxos():
            nxos(sim)

        def juniper_junos():
            junos(sim)

        def wrong_password():
            refuse_password(sim)

        return run_together([arista_eos, cisco_ios, cisco_nxos,
                             juniper_junos, wrong_password])


if __name__ == "__main__":
    sys.exit(main())
