unit_test(infra_git txn)
