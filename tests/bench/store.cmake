# Not a test: run by tests/bench/store_bench.sh, from a release build.
add_executable(store_bench bench/store_bench.c)
target_link_libraries(store_bench PRIVATE infra_git)
