# Sweeps over many devices: devices_bench.sh.
if(TARGET switchyard-sim)
  add_executable(ssh_sweep bench/ssh_sweep.c)
  target_link_libraries(ssh_sweep PRIVATE infra_driver PkgConfig::SSH)
endif()
