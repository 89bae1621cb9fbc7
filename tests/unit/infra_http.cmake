unit_test(infra_http http Threads::Threads)
