unit_test(infra_ssh terminal)
unit_test(infra_ssh prompt)
unit_test(infra_driver section_plan)
unit_test(infra_driver cisco)
