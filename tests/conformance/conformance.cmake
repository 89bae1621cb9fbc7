# One suite for every driver, against its simulator or a real server
# (conformance/main.c).
if(TARGET switchyard-sim)
  add_executable(conformance
      conformance/backend_eos.c
      conformance/backend_frr.c
      conformance/backend_ios.c
      conformance/backend_netconf.c
      conformance/backend_nxos.c
      conformance/backends.c
      conformance/bench.c
      conformance/cases.c
      conformance/cuts.c
      conformance/cutter.c
      conformance/hostile.c
      conformance/main.c
      conformance/rig.c
      conformance/somebody.c)
  target_link_libraries(conformance PRIVATE
      app infra_driver infra_netconf infra_ssh domain base)
  target_include_directories(conformance PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})

  # conformance_test(<backend> <suite>…)
  function(conformance_test backend)
    foreach(suite ${ARGN})
      add_test(NAME conformance/${backend}/${suite}
          COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/conformance/run.sh
              ${backend} ${suite})
      set_tests_properties(conformance/${backend}/${suite} PROPERTIES
          ENVIRONMENT SWITCHYARD_BUILD=${CMAKE_BINARY_DIR}
          TIMEOUT 240 LABELS conformance SKIP_RETURN_CODE 77)
    endforeach()
  endfunction()
  conformance_test(eapi cases cuts hostile)
  conformance_test(eos cases cuts hostile)
  conformance_test(frr cases cuts)
  conformance_test(ios cases cuts hostile)
  conformance_test(junos cases cuts hostile)
  conformance_test(nxapi cases cuts hostile)
  conformance_test(nxos cases cuts hostile)

  # Between a real NETCONF server and the suite; see tests/netconf.
  add_executable(netconf_relay netconf/relay.c)
  target_link_libraries(netconf_relay PRIVATE infra_netconf base)
  target_include_directories(netconf_relay PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  # Loaded into a program that is not ours: without our sanitizers.
  add_library(netconf_clock SHARED netconf/clock.c)
  target_include_directories(netconf_clock PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_definitions(netconf_clock PRIVATE _GNU_SOURCE)
  conformance_test(netconf cases cuts)
  set_tests_properties(conformance/netconf/cuts PROPERTIES TIMEOUT 400)
endif()
