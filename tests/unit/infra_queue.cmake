unit_test(infra_queue spool Threads::Threads)
unit_test(infra_secrets secrets)
unit_test(infra_secrets vault_answer)
unit_test(infra_secrets vault_config)
