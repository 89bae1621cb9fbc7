add_executable(fcgi_client system/fcgi_client.c)
target_link_libraries(fcgi_client PRIVATE house_style)

system_test(http_attacks)
system_test(web_process)
