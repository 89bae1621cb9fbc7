function(app_test module)
  unit_test(app ${module} infra_git infra_queue Threads::Threads ${ARGN})
endfunction()

app_test(access)
app_test(hostkeys)
app_test(snapshot)
app_test(inventory)
app_test(runs)
