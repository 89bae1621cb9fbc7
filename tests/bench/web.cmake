# Not tests: run by tests/bench/run.sh, from a release build.
add_executable(hello_fcgi bench/hello_fcgi.c)
target_link_libraries(hello_fcgi PRIVATE ${FCGI_LIBRARY} Threads::Threads)
