# What strangers may send, each reader by itself.  With clang (cmake --preset
# fuzz) they are libFuzzer targets, run one as
#   fuzz_jinja_render -dict=tests/fuzz/jinja.dict tests/fuzz/corpus/jinja_render
# else tests that read the corpora, with a few bytes changed.
#
# fuzz_target(<name> <library>...): tests/fuzz/<name>.c
function(fuzz_target name)
  if(SWITCHYARD_FUZZ)
    add_executable(fuzz_${name} fuzz/${name}.c)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(fuzz_${name} fuzz/${name}.c fuzz/replay.c)
    add_test(NAME fuzz/${name} COMMAND fuzz_${name}
        ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
    set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT 60 LABELS unit)
  endif()
  target_link_libraries(fuzz_${name} PRIVATE ${ARGN})
endfunction()

fuzz_target(config_text domain base)
fuzz_target(cron domain base)
fuzz_target(eapi_reply infra_eapi)
fuzz_target(import_text app)
fuzz_target(ironic_answer infra_ironic)
fuzz_target(jinja_compile jinja base)
fuzz_target(jinja_render jinja base)
fuzz_target(line_regex base)
# the one file of the layer, which needs nothing else of it
fuzz_target(mcp_message house_style base)
target_sources(fuzz_mcp_message PRIVATE ${PROJECT_SOURCE_DIR}/src/web/mcp/rpc.c)
fuzz_target(netconf_frame infra_netconf)
fuzz_target(nxapi_reply infra_nxapi)
fuzz_target(probe_hello infra_probe)
fuzz_target(prompt infra_driver infra_ssh domain base)
fuzz_target(record domain base)
fuzz_target(request_text web)
fuzz_target(search_image app)
fuzz_target(vault_answer infra_secrets)
fuzz_target(vault_config infra_secrets)
