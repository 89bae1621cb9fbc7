# The tests of the device simulators.  Without their libraries the tests that
# need a simulator are left out.
include(${CMAKE_CURRENT_LIST_DIR}/program.cmake)
if(TARGET switchyard-sim)
  foreach(module cli conf grammar junos_tree nxapi timers wire)
    unit_test(sim ${module})
  endforeach()

  add_library(vault_sim STATIC ${sim_sources}/vault.c
      ${sim_sources}/vault_engine.c
      ${sim_sources}/https_cert.c)
  target_link_libraries(vault_sim PUBLIC sim PRIVATE PkgConfig::MICROHTTPD
      PkgConfig::GNUTLS)
  add_executable(switchyard-vault-sim ${sim_sources}/vault_main.c)
  target_link_libraries(switchyard-vault-sim PRIVATE vault_sim)
  unit_test(infra_secrets vault vault_sim)
  target_link_options(unit_infra_secrets_vault PRIVATE
      LINKER:--wrap=free,--wrap=realloc)

  system_test(provision_eos TIMEOUT 300)
  system_test(provision_netconf TIMEOUT 120)
  system_test(provision_eapi TIMEOUT 300)
  system_test(provision_nxapi TIMEOUT 240)
  system_test(bootstrap_sims TIMEOUT 120)
  system_test(backups TIMEOUT 180)
  system_test(discover TIMEOUT 180)
  system_test(simlab TIMEOUT 120)
  system_test(sim_parallel TIMEOUT 120)
  system_test(mixed_fleet TIMEOUT 400)
  system_test(vault TIMEOUT 240)

  # Clients that are not ours: they say whether a simulator is like the device.
  # Exit status 77: the client is not installed.
  foreach(client ansible ncclient netmiko pyeapi)
    # The independent clients are many packages: without one, no such test.
    execute_process(COMMAND /usr/bin/python3 -c
        "import importlib.util as u, sys; sys.exit(not u.find_spec('${client}'))"
        RESULT_VARIABLE sim_client_missing ERROR_QUIET)
    if(sim_client_missing)
      continue()
    endif()
    add_test(NAME sim/${client} COMMAND /usr/bin/python3 -B
        ${CMAKE_CURRENT_SOURCE_DIR}/sim/oracle/${client}_client.py
        $<TARGET_FILE:switchyard-sim>)
    set_tests_properties(sim/${client} PROPERTIES LABELS sim TIMEOUT 120
        SKIP_RETURN_CODE 77)
  endforeach()
endif()
