# cmake --install: programs, what they show, man pages, services, nginx's site
# (docs/deploying.md).
include(GNUInstallDirs)

set(SWITCHYARD_DATADIR ${CMAKE_INSTALL_FULL_DATADIR}/switchyard)
set(units ${PROJECT_SOURCE_DIR}/bootstrap.d/systemd)
set(made ${PROJECT_BINARY_DIR}/install)

file(READ ${units}/hardening.in SWITCHYARD_HARDENING)
foreach(unit switchyard-web switchyard-worker switchyard-maintenance)
  configure_file(${units}/${unit}.service.in ${made}/${unit}.service @ONLY)
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/nginx/site.conf.in ${made}/site.conf @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${units}/hardening.in)

# The programs find what they show at ../share/switchyard (base/share.h).
install(TARGETS switchyard RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS switchyard-web switchyard-worker
    RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(DIRECTORY templates static git-store
    DESTINATION ${CMAKE_INSTALL_DATADIR}/switchyard)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DATADIR}/switchyard
    PATTERN man EXCLUDE)
install(FILES nginx/fastcgi_params nginx/sso-example.conf ${made}/site.conf
    DESTINATION ${CMAKE_INSTALL_DATADIR}/switchyard/nginx)
install(FILES docs/man/switchyard.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES docs/man/switchyard-web.8 docs/man/switchyard-worker.8
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES ${made}/switchyard-web.service ${made}/switchyard-worker.service
    ${made}/switchyard-maintenance.service
    ${units}/switchyard-web.socket ${units}/switchyard-maintenance.timer
    DESTINATION lib/systemd/system)
install(FILES ${units}/switchyard.sysusers
    DESTINATION lib/sysusers.d RENAME switchyard.conf)
