"""Ansible's eos, ios, nxos and junos collections read, change and save."""

import json
import os
import subprocess
import sys
import tempfile

from harness import Sim, holds, run_together, same

COMMON = {
    "ansible_user": "admin",
    "ansible_password": "admin",
    "ansible_port": 2200,
    "ansible_connection": "ansible.netcommon.network_cli",
    "ansible_network_cli_ssh_type": "paramiko",
    "ansible_host_key_checking": False,
    "ansible_python_interpreter": "/usr/bin/python3",
}

HTTPAPI = {
    "ansible_connection": "ansible.netcommon.httpapi",
    "ansible_httpapi_use_ssl": True,
    "ansible_httpapi_validate_certs": False,
    "ansible_httpapi_port": 8443,
}

# For every host: what differs in its variables, and its tasks.
HOSTS = {
    "eos": ("eos", {
        "ansible_network_os": "arista.eos.eos",
        "ansible_become": True,
        "ansible_become_method": "ansible.netcommon.enable",
    }, [
        {"arista.eos.eos_facts": {"gather_subset": ["min", "interfaces"]}},
        {"ansible.builtin.assert": {"that": [
            "ansible_net_hostname == 'eos1'",
            "ansible_net_version == '4.30.1F'",
            "'Ethernet1' in ansible_net_interfaces"]}},
        {"arista.eos.eos_config": {
            "parents": "interface Ethernet5",
            "lines": ["description by ansible"], "save_when": "modified"}},
    ]),
    "eapi": ("eos", dict(HTTPAPI, **{
        "ansible_network_os": "arista.eos.eos",
        "ansible_become": True,
        "ansible_become_method": "ansible.netcommon.enable",
    }), [
        {"arista.eos.eos_command": {"commands": ["show version"]}},
        {"arista.eos.eos_config": {
            "parents": "interface Ethernet6", "lines": ["description eapi"]}},
    ]),
    "ios": ("ios", {
        "ansible_network_os": "cisco.ios.ios",
    }, [
        {"cisco.ios.ios_facts": {"gather_subset": ["min", "interfaces"]}},
        {"ansible.builtin.assert": {"that": [
            "ansible_net_hostname == 'ios1'",
            "ansible_net_version == '17.3.3'",
            "'GigabitEthernet1' in ansible_net_interfaces"]}},
        {"cisco.ios.ios_config": {
            "parents": "interface GigabitEthernet3",
            "lines": ["description by ansible"], "save_when": "modified"}},
    ]),
    "nxos": ("nxos", {
        "ansible_network_os": "cisco.nxos.nxos",
    }, [
        {"cisco.nxos.nxos_facts": {"gather_subset": ["min", "interfaces"]}},
        {"ansible.builtin.assert": {"that": [
            "ansible_net_hostname == 'nxos1'",
            "ansible_net_version == '9.3(8)'"]}},
        {"cisco.nxos.nxos_config": {
            "parents": "interface Ethernet1/6",
            "lines": ["description by ansible"], "save_when": "modified"}},
    ]),
    "nxapi": ("nxos", dict(HTTPAPI, **{
        "ansible_network_os": "cisco.nxos.nxos",
    }), [
        {"cisco.nxos.nxos_facts": {"gather_subset": ["min"]}},
        {"ansible.builtin.assert": {"that": [
            "ansible_net_api == 'nxapi'",
            "ansible_net_hostname == 'nxos1'",
            "ansible_net_version == '9.3(8)'"]}},
        {"cisco.nxos.nxos_command": {"commands": [
            "show version", {"command": "show hostname",
                             "output": "json"}]},
         "register": "shown"},
        {"ansible.builtin.assert": {"that": [
            "'NXOS: version 9.3(8)' in shown.stdout[0]",
            "shown.stdout[1].hostname == 'nxos1'"]}},
        {"cisco.nxos.nxos_config": {
            "parents": "interface Ethernet1/7",
            "lines": ["description nxapi"], "save_when": "modified"}},
        {"cisco.nxos.nxos_config": {
            "parents": "interface Ethernet1/8",
            "lines": ["bogus line"]},
         "register": "refused", "failed_when": "refused is not failed"},
    ]),
    "junos": ("junos", {
        "ansible_network_os": "junipernetworks.junos.junos",
        "ansible_connection": "ansible.netcommon.netconf",
        "ansible_port": 8830,
    }, [
        {"junipernetworks.junos.junos_facts": {"gather_subset": ["min"]}},
        {"ansible.builtin.assert": {"that": [
            "ansible_net_hostname == 'junos1'"]}},
        {"junipernetworks.junos.junos_config": {
            "lines": ["set interfaces ge-0/0/6 description by-ansible"],
            "comment": "by ansible"}},
    ]),
}

EXPECTED = {
    "eos": ("startup", "eos1", "   description by ansible\n"),
    "eapi": ("running", "eos1", "   description eapi\n"),
    "ios": ("startup", "ios1", " description by ansible\n"),
    "nxos": ("startup", "nxos1", "  description by ansible\n"),
    "nxapi": ("startup", "nxos1", "  description nxapi\n"),
    "junos": ("running", "junos1", "description by-ansible;"),
}


def play(folder, sim, name):
    platform, variables, tasks = HOSTS[name]
    variables = dict(COMMON, **variables)
    if "ansible_httpapi_port" in variables:
        variables["ansible_port"] = variables["ansible_httpapi_port"]
    variables["ansible_host"] = sim.hosts[platform]
    inventory = os.path.join(folder, name + ".json")
    playbook = os.path.join(folder, name + "-play.json")
    with open(inventory, "w") as f:
        json.dump({"all": {"hosts": {name: variables}}}, f)
    with open(playbook, "w") as f:
        json.dump([{"hosts": "all", "gather_facts": False,
                    "tasks": tasks}], f)
    environment = dict(
        os.environ, ANSIBLE_HOME=os.path.join(folder, name),
        ANSIBLE_LOCAL_TEMP=os.path.join(folder, name + "-tmp"),
        ANSIBLE_PERSISTENT_CONTROL_PATH_DIR=os.path.join(folder, name + "-pc"),
        ANSIBLE_PERSISTENT_CONNECT_TIMEOUT="30",
        ANSIBLE_HOST_KEY_CHECKING="False", ANSIBLE_NOCOLOR="1",
        HOME=folder, PATH="/usr/bin:/bin", PYTHONDONTWRITEBYTECODE="1")
    result = subprocess.run(
        ["/usr/bin/ansible-playbook", "-i", inventory, playbook],
        env=environment, cwd=folder, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=110)
    same(name + ": " + result.stdout, result.returncode, 0)
    what, device, line = EXPECTED[name]
    holds(name, sim.ask(what, device), line)


def main():
    with tempfile.TemporaryDirectory(prefix="sim-ansible-") as folder, \
            Sim(sys.argv[1], ["eos", "ios", "nxos", "junos"]) as sim:
        checks = []
        for name in sys.argv[2:] or HOSTS:
            def check(name=name):
                play(folder, sim, name)
            check.__name__ = "ansible_" + name
            checks.append(check)
        return run_together(checks)


if __name__ == "__main__":
    sys.exit(main())
