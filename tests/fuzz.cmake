# libFuzzer targets, by clang: cmake --preset fuzz.  Run one as
#   fuzz_jinja_render -dict=tests/fuzz/jinja.dict tests/fuzz/corpus/jinja_render
if(SWITCHYARD_FUZZ)
  foreach(name jinja_compile jinja_render)
    add_executable(fuzz_${name} fuzz/${name}.c)
    target_link_libraries(fuzz_${name} PRIVATE jinja base)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  endforeach()

  add_executable(fuzz_ironic_answer fuzz/ironic_answer.c)
  target_link_libraries(fuzz_ironic_answer PRIVATE infra_ironic)
  target_link_options(fuzz_ironic_answer PRIVATE -fsanitize=fuzzer)

  # the one file of the layer, which needs nothing else of it
  add_executable(fuzz_mcp_message fuzz/mcp_message.c
      ${PROJECT_SOURCE_DIR}/src/web/mcp/rpc.c)
  target_link_libraries(fuzz_mcp_message PRIVATE house_style base)
  target_link_options(fuzz_mcp_message PRIVATE -fsanitize=fuzzer)

  add_executable(fuzz_netconf_frame fuzz/netconf_frame.c)
  target_link_libraries(fuzz_netconf_frame PRIVATE infra_netconf)
  target_link_options(fuzz_netconf_frame PRIVATE -fsanitize=fuzzer)

  add_executable(fuzz_eapi_reply fuzz/eapi_reply.c)
  target_link_libraries(fuzz_eapi_reply PRIVATE infra_eapi)
  target_link_options(fuzz_eapi_reply PRIVATE -fsanitize=fuzzer)
  add_executable(fuzz_nxapi_reply fuzz/nxapi_reply.c)
  target_link_libraries(fuzz_nxapi_reply PRIVATE infra_nxapi)
  target_link_options(fuzz_nxapi_reply PRIVATE -fsanitize=fuzzer)
  add_executable(fuzz_probe_hello fuzz/probe_hello.c)
  target_link_libraries(fuzz_probe_hello PRIVATE infra_probe)
  target_link_options(fuzz_probe_hello PRIVATE -fsanitize=fuzzer)

  add_executable(fuzz_prompt fuzz/prompt.c)
  target_link_libraries(fuzz_prompt PRIVATE infra_driver infra_ssh domain base)
  target_link_options(fuzz_prompt PRIVATE -fsanitize=fuzzer)
endif()
