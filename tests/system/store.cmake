add_executable(store_stress system/store_stress.c)
target_link_libraries(store_stress PRIVATE infra_git)
add_test(NAME system/store_writers COMMAND store_stress writers 10)
add_test(NAME system/store_kill COMMAND store_stress kill 70)
set_tests_properties(system/store_writers system/store_kill PROPERTIES
    TIMEOUT 120 LABELS system RUN_SERIAL ON)
