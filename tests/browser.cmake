# Debian's Chromium in front of a portal of this build with two real routers;
# skipped with the reason where the system cannot hold it.
foreach(suite flow pages script tables)
  add_test(NAME browser/${suite}
      COMMAND ${PROJECT_SOURCE_DIR}/tests/browser/run.sh ${suite})
  set_tests_properties(browser/${suite} PROPERTIES
      TIMEOUT 1500 LABELS browser SKIP_RETURN_CODE 77
      RESOURCE_LOCK chromium
      ENVIRONMENT "SWITCHYARD_BUILD=${PROJECT_BINARY_DIR}")
endforeach()

# The pages of servers, over a real Ironic; the first steps, from nothing.
foreach(suite servers firstrun)
  add_test(NAME browser/${suite}
      COMMAND ${PROJECT_SOURCE_DIR}/tests/browser/${suite}.sh)
  set_tests_properties(browser/${suite} PROPERTIES
      TIMEOUT 1500 LABELS browser SKIP_RETURN_CODE 77 RESOURCE_LOCK chromium
      ENVIRONMENT "SWITCHYARD_BUILD=${PROJECT_BINARY_DIR}")
endforeach()
