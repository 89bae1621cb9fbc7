# The device simulators (docs/simulators.md).  libmicrohttpd and GnuTLS are
# needed by them alone: without any of them the rest builds, and the tests that need
# a simulator are left out.
pkg_check_modules(MICROHTTPD IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(GNUTLS IMPORTED_TARGET gnutls)
pkg_check_modules(SIM_LIBXML2 IMPORTED_TARGET libxml-2.0)

if(MICROHTTPD_FOUND AND GNUTLS_FOUND AND SIM_LIBXML2_FOUND)
  add_library(sim STATIC
      sim/cli.c
      sim/cli_common.c
      sim/cli_pipe.c
      sim/cli_term.c
      sim/conf.c
      sim/conf_block.c
      sim/conf_diff.c
      sim/conf_edit.c
      sim/device.c
      sim/device_file.c
      sim/endpoint.c
      sim/eos.c
      sim/eos_api.c
      sim/eos_conf.c
      sim/eos_file.c
      sim/eos_session.c
      sim/eos_show.c
      sim/grammar.c
      sim/grammar_type.c
      sim/hostile.c
      sim/ios.c
      sim/ios_archive.c
      sim/ios_conf.c
      sim/ios_file.c
      sim/ios_show.c
      sim/junos.c
      sim/junos_cli.c
      sim/junos_diff.c
      sim/junos_format.c
      sim/junos_netconf.c
      sim/junos_parse.c
      sim/junos_rpc.c
      sim/junos_schema.c
      sim/junos_show.c
      sim/junos_store.c
      sim/junos_tree.c
      sim/junos_xml.c
      sim/mem.c
      sim/nxos.c
      sim/nxos_api.c
      sim/nxos_checkpoint.c
      sim/nxos_conf.c
      sim/nxos_file.c
      sim/nxos_show.c
      sim/platform.c
      sim/scp.c)
  target_include_directories(sim PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(sim PUBLIC house_style domain base
      PkgConfig::JANSSON PkgConfig::PCRE2 PkgConfig::NETTLE
      PkgConfig::SIM_LIBXML2 Threads::Threads)
  add_executable(switchyard-sim
      sim/control.c
      sim/fleet.c
      sim/fleet_state.c
      sim/https_cert.c
      sim/https_front.c
      sim/main.c
      sim/ssh_chan.c
      sim/ssh_front.c
      sim/ssh_peer.c)
  target_link_libraries(switchyard-sim PRIVATE sim PkgConfig::SSH
      PkgConfig::MICROHTTPD PkgConfig::GNUTLS)

  foreach(module cli conf grammar junos_tree timers wire)
    unit_test(sim ${module})
  endforeach()

  system_test(provision_eos TIMEOUT 300)
  system_test(provision_eapi TIMEOUT 300)

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
else()
  message(STATUS "Simulators are not built: libmicrohttpd-dev, "
      "libgnutls28-dev and libxml2-dev are needed")
endif()
