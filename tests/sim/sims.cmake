# The device simulators (docs/simulators.md).  libmicrohttpd and GnuTLS are
# needed by them alone: without either the rest builds, and the tests that need
# a simulator are left out.
pkg_check_modules(MICROHTTPD IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(GNUTLS IMPORTED_TARGET gnutls)

if(MICROHTTPD_FOUND AND GNUTLS_FOUND)
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
      PkgConfig::JANSSON PkgConfig::PCRE2 PkgConfig::NETTLE Threads::Threads)
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
else()
  message(STATUS "Simulators are not built: libmicrohttpd-dev and "
      "libgnutls28-dev are needed")
endif()
