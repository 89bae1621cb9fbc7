# The pages: their parts alone, then all of them with their own templates.
unit_test(web diff_view "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
unit_test(web diff_golden "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_diff_golden PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")
unit_test(web page_cache)
unit_test(web pages "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_pages PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")
unit_test(web text_files "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_text_files PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")
unit_test(web past "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_past PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")
unit_test(web tables "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_tables PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")
unit_test(web device_versions "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_device_versions PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")
unit_test(web audit "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_audit PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")
unit_test(web search "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_search PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")
unit_test(web dashboard "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_dashboard PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")

unit_test(web parameter_form "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
target_compile_definitions(unit_web_parameter_form PRIVATE
    SOURCE_DIR="${PROJECT_SOURCE_DIR}")
