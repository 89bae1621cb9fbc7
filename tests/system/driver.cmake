# The device drivers, against real routers and against a hostile server.
add_executable(driver_probe system/driver_probe.c
    system/driver_probe_options.c)
target_link_libraries(driver_probe PRIVATE infra_driver)
system_test(frr_driver TIMEOUT 180)
system_test(jump TIMEOUT 120)
system_test(provision_jump TIMEOUT 180)
add_executable(hostile_ssh sim/hostile_ssh.c)
target_link_libraries(hostile_ssh PRIVATE house_style PkgConfig::SSH)
system_test(hostile TIMEOUT 300)
add_executable(hostile_netconf sim/hostile_netconf.c)
target_link_libraries(hostile_netconf PRIVATE house_style)
system_test(hostile_netconf TIMEOUT 180)
