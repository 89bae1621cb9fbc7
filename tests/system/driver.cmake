# The device drivers, against real routers and against a hostile server.
add_executable(driver_probe system/driver_probe.c)
target_link_libraries(driver_probe PRIVATE infra_driver)
system_test(frr_driver TIMEOUT 180)
