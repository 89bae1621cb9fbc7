# Our template engine against Python's Jinja2 (Debian python3-jinja2).
add_executable(jinja_cases oracle/jinja_cases.c)
target_link_libraries(jinja_cases PRIVATE jinja base)
