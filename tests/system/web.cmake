add_executable(fcgi_client system/fcgi_client.c)
target_link_libraries(fcgi_client PRIVATE house_style)

add_executable(listen_exec system/listen_exec.c)
target_link_libraries(listen_exec PRIVATE house_style)

system_test(http_attacks)
system_test(install TIMEOUT 120)
system_test(web_process)
