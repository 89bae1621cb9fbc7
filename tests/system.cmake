# system_test(<name> [TIMEOUT s]): tests/system/<name>.sh against the programs
# of this build and, where it asks for one, a lab of real routers. A test that
# this system cannot hold (no root, no namespaces) says why and is skipped;
# with CI=true it fails instead (tests/system/lib.sh).
function(system_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_test(NAME system/${name}
      COMMAND ${PROJECT_SOURCE_DIR}/tests/system/${name}.sh)
  set_tests_properties(system/${name} PROPERTIES
      TIMEOUT ${arg_TIMEOUT} LABELS system SKIP_RETURN_CODE 77
      ENVIRONMENT "SWITCHYARD_BUILD=${PROJECT_BINARY_DIR}")
endfunction()

add_executable(fcgi_echo system/fcgi_echo.c)
target_link_libraries(fcgi_echo PRIVATE house_style ${FCGI_LIBRARY})

system_test(lab)
system_test(man)
system_test(cli_words)
system_test(docs TIMEOUT 60)
system_test(metrics)
system_test(nginx)
system_test(nginx_sso)
system_test(bootstrap)
system_test(provision TIMEOUT 400)
system_test(generate TIMEOUT 180)
system_test(fleet TIMEOUT 240)
system_test(reachability TIMEOUT 180)
system_test(netconf_hello TIMEOUT 240)
system_test(kill_load TIMEOUT 400)
system_test(notify TIMEOUT 120)
system_test(servers TIMEOUT 300)
system_test(servers_faults TIMEOUT 300)
system_test(servers_auth TIMEOUT 300)
system_test(bootstrap_ironic)
system_test(mcp TIMEOUT 300)
system_test(rest TIMEOUT 180)
system_test(mcp_conformance TIMEOUT 180)
