# switchyard render alone: run by tests/bench/jinja/bench.py from a release
# build, and by the test of the command.
add_executable(jinja_render bench/jinja/render_main.c)
target_link_libraries(jinja_render PRIVATE cli_render)
add_test(NAME system/render
    COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/system/render.sh
        $<TARGET_FILE:jinja_render>)
set_tests_properties(system/render PROPERTIES LABELS system TIMEOUT 60)
