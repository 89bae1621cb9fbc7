unit_test(infra_queue spool Threads::Threads)
unit_test(infra_secrets secrets)
