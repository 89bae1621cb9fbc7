"""Reads `show running-config` of devices with netmiko, one after the other.

netmiko_sweep.py FIRST-ADDRESS COUNT PORT USER PASSWORD-FILE
Prints "devices bytes milliseconds-of-CPU-a-device", without the imports.
"""

import ipaddress
import resource
import sys

from netmiko import ConnectHandler


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


first, count, port, user, file = sys.argv[1:]
with open(file, encoding="utf-8") as source:
    password = source.read()
size = 0
before = cpu()
for i in range(int(count)):
    device = ConnectHandler(
        device_type="arista_eos", port=int(port), username=user,
        password=password, host=str(ipaddress.ip_address(first) + i))
    device.enable()
    size += len(device.send_command("show running-config"))
    device.disconnect()
print(count, size, "%.3f" % ((cpu() - before) / int(count)))
