# The pages: their parts alone, then all of them with their own templates.
unit_test(web page_cache)

function(page_test module)
  unit_test(web ${module}
      "$<LINK_GROUP:RESCAN,app,infra_git,infra_queue,infra_ironic,infra_secrets>")
  target_compile_definitions(unit_web_${module} PRIVATE
      SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endfunction()

page_test(diff_view)
page_test(diff_golden)
page_test(pages)
page_test(record_forms)
page_test(config_pages)
page_test(run_pages)
page_test(automation_pages)
page_test(access_pages)
page_test(text_files)
page_test(past)
page_test(tables)
page_test(run_table)
page_test(outbox_table)
page_test(device_versions)
page_test(audit)
page_test(search)
page_test(dashboard)
page_test(parameter_form)
