unit_test(web cgi)
unit_test(web decode)
unit_test(web signed)
unit_test(web throttle)
unit_test(web markdown)
target_compile_definitions(unit_web_markdown PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# Those that ask a whole portal.
set(portal
    "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
unit_test(web exchange ${portal})
unit_test(web login ${portal})
unit_test(web routes ${portal})
unit_test(web api_records ${portal})
unit_test(web api_more ${portal})
unit_test(web api_openapi ${portal})
unit_test(web mcp ${portal})
unit_test(web mcp_tools ${portal})
unit_test(web page ${portal})
unit_test(web threads ${portal} Threads::Threads)

