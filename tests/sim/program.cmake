# switchyard-sim, simulated devices (docs/simulators.md): for tests, and for the
# demonstration of `./bootstrap run`.  libmicrohttpd and GnuTLS are needed by
# them alone: without any of them the rest builds.
set(sim_sources ${CMAKE_CURRENT_LIST_DIR})
pkg_check_modules(MICROHTTPD IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(GNUTLS IMPORTED_TARGET gnutls)
pkg_check_modules(SIM_LIBXML2 IMPORTED_TARGET libxml-2.0)

if(MICROHTTPD_FOUND AND GNUTLS_FOUND AND SIM_LIBXML2_FOUND)
  add_library(sim STATIC
      ${sim_sources}/cli.c
      ${sim_sources}/cli_common.c
      ${sim_sources}/cli_pipe.c
      ${sim_sources}/cli_term.c
      ${sim_sources}/conf.c
      ${sim_sources}/conf_block.c
      ${sim_sources}/conf_diff.c
      ${sim_sources}/conf_edit.c
      ${sim_sources}/device.c
      ${sim_sources}/device_file.c
      ${sim_sources}/endpoint.c
      ${sim_sources}/eos.c
      ${sim_sources}/eos_api.c
      ${sim_sources}/eos_conf.c
      ${sim_sources}/eos_file.c
      ${sim_sources}/eos_session.c
      ${sim_sources}/eos_show.c
      ${sim_sources}/grammar.c
      ${sim_sources}/grammar_type.c
      ${sim_sources}/hostile.c
      ${sim_sources}/ios.c
      ${sim_sources}/ios_archive.c
      ${sim_sources}/ios_conf.c
      ${sim_sources}/ios_file.c
      ${sim_sources}/ios_show.c
      ${sim_sources}/junos.c
      ${sim_sources}/junos_cli.c
      ${sim_sources}/junos_cli_change.c
      ${sim_sources}/junos_cli_show.c
      ${sim_sources}/junos_diff.c
      ${sim_sources}/junos_format.c
      ${sim_sources}/junos_netconf.c
      ${sim_sources}/junos_parse.c
      ${sim_sources}/junos_rpc.c
      ${sim_sources}/junos_schema.c
      ${sim_sources}/junos_show.c
      ${sim_sources}/junos_store.c
      ${sim_sources}/junos_tree.c
      ${sim_sources}/junos_xml.c
      ${sim_sources}/mem.c
      ${sim_sources}/nxos.c
      ${sim_sources}/nxos_api.c
      ${sim_sources}/nxos_checkpoint.c
      ${sim_sources}/nxos_conf.c
      ${sim_sources}/nxos_file.c
      ${sim_sources}/nxos_rpc.c
      ${sim_sources}/nxos_show.c
      ${sim_sources}/platform.c
      ${sim_sources}/scp.c)
  target_include_directories(sim PUBLIC ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(sim PUBLIC house_style domain base
      PkgConfig::JANSSON PkgConfig::PCRE2 PkgConfig::NETTLE
      PkgConfig::SIM_LIBXML2 Threads::Threads)
  add_executable(switchyard-sim
      ${sim_sources}/control.c
      ${sim_sources}/fleet.c
      ${sim_sources}/fleet_state.c
      ${sim_sources}/https_cert.c
      ${sim_sources}/https_front.c
      ${sim_sources}/main.c
      ${sim_sources}/ssh_chan.c
      ${sim_sources}/ssh_front.c
      ${sim_sources}/ssh_peer.c)
  target_link_libraries(switchyard-sim PRIVATE sim PkgConfig::SSH
      PkgConfig::MICROHTTPD PkgConfig::GNUTLS)
  set_target_properties(switchyard-sim PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
else()
  message(STATUS "Simulators are not built: libmicrohttpd-dev, "
      "libgnutls28-dev and libxml2-dev are needed")
endif()
