unit_test(infra_probe ssh_hello)
unit_test(infra_probe snmp_talk)
unit_test(infra_probe sweep Threads::Threads)
