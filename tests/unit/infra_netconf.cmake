unit_test(infra_netconf frame)
unit_test(infra_netconf hidden)
unit_test(infra_netconf netconf)
unit_test(infra_netconf xml)
