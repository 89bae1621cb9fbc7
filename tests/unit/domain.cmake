unit_test(domain schema)
unit_test(domain record)
unit_test(domain policy)
unit_test(domain run)
unit_test(domain schedule)
unit_test(domain reach)
unit_test(domain waves)
unit_test(domain text_diff)
unit_test(domain line_origin)
unit_test(domain config_tree)
target_compile_definitions(unit_domain_config_tree PRIVATE
    TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/unit/domain/frr")
unit_test(domain config_plan)
target_compile_definitions(unit_domain_config_plan PRIVATE
    TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/unit/domain/frr")
unit_test(domain config_property)
target_compile_definitions(unit_domain_config_property PRIVATE
    TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/unit/domain/frr")
unit_test(domain config_cisco)
