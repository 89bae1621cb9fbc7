unit_test(infra_http http Threads::Threads)
unit_test(infra_http certificate)
unit_test(infra_ironic answers)
unit_test(infra_eapi reply)
