# Not tests: run by the scripts beside them, from a release build.
add_executable(store_bench bench/store_bench.c)
target_link_libraries(store_bench PRIVATE infra_git)
add_executable(history_bench bench/history_bench.c)
target_link_libraries(history_bench PRIVATE infra_git)
add_executable(search_bench bench/search_bench.c)
target_link_libraries(search_bench PRIVATE base)
add_executable(runs_bench bench/runs_bench.c)
target_link_libraries(runs_bench PRIVATE
    "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue>")
