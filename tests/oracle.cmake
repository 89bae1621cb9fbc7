# Our template engine against Python's Jinja2 (Debian python3-jinja2).
add_executable(jinja_cases oracle/jinja_cases.c)
target_link_libraries(jinja_cases PRIVATE jinja base)
find_program(SYSTEM_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(SYSTEM_PYTHON)
  add_test(NAME oracle/jinja
      COMMAND ${SYSTEM_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/oracle/jinja.py
          $<TARGET_FILE:jinja_cases>)
  add_test(NAME oracle/starting_templates
      COMMAND ${SYSTEM_PYTHON}
          ${CMAKE_CURRENT_SOURCE_DIR}/oracle/starting_templates.py
          $<TARGET_FILE:switchyard> ${PROJECT_SOURCE_DIR})
  set_tests_properties(oracle/jinja oracle/starting_templates PROPERTIES
      LABELS oracle TIMEOUT 120
      ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endif()
