unit_test(worker hook_events
    "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_secrets>")
unit_test(worker wire Threads::Threads)
unit_test(worker greet_book)
