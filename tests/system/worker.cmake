# The worker as it ships, over devices that are directories.
add_executable(switchyard-worker-fake
    ${PROJECT_SOURCE_DIR}/src/main_worker.c ${fake_driver})
target_include_directories(switchyard-worker-fake PRIVATE
    ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(switchyard-worker-fake PRIVATE worker
    "$<LINK_GROUP:RESCAN,app,infra_git,infra_http,infra_queue,infra_secrets>" infra_probe infra_netconf)

function(worker_test name timeout)
  add_executable(worker_${name} system/worker/${name}.c system/worker/kit.c)
  target_include_directories(worker_${name} PRIVATE
      ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_definitions(worker_${name} PRIVATE
      SWITCHYARD_WORKER="$<TARGET_FILE:switchyard-worker-fake>"
      SWITCHYARD_CLI="$<TARGET_FILE:switchyard>")
  target_link_libraries(worker_${name} PRIVATE house_style
      "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue>")
  add_dependencies(worker_${name} switchyard-worker-fake switchyard)
  add_test(NAME system/worker_${name} COMMAND worker_${name})
  set_tests_properties(system/worker_${name} PROPERTIES
      TIMEOUT ${timeout} LABELS system SKIP_RETURN_CODE 77)
endfunction()

worker_test(runs 120)
worker_test(again 60)
worker_test(record 60)
worker_test(store 120)
worker_test(fleet 120)
worker_test(outputs 60)
worker_test(fleet_kill 180)
worker_test(teardown 120)
worker_test(kill 300)
worker_test(hook 120)
worker_test(settings 120)
worker_test(schedule 120)
worker_test(retention 60)
worker_test(disk 60)

system_test(layers TIMEOUT 60)
