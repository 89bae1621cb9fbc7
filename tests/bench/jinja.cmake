# Not a test: run by tests/bench/jinja/bench.py, from a release build.
add_executable(jinja_render bench/jinja/render_main.c)
target_link_libraries(jinja_render PRIVATE cli_render)
