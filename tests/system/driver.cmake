# The device drivers, against real routers and against a hostile server.
add_executable(driver_probe system/driver_probe.c)
target_link_libraries(driver_probe PRIVATE infra_driver)
system_test(frr_driver TIMEOUT 180)
system_test(jump TIMEOUT 120)
add_executable(hostile_ssh sim/hostile_ssh.c)
target_link_libraries(hostile_ssh PRIVATE house_style PkgConfig::SSH)
system_test(hostile TIMEOUT 300)
