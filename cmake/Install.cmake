# What `cmake --install` puts where. Included last, when the target exists.
# SPDX-License-Identifier: Apache-2.0

include(GNUInstallDirs)

install(TARGETS debug-process RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_SOURCE_DIR}/man/debug-process.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_SOURCE_DIR}/completions/debug-process.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME debug-process)
# Debian's zsh does not look into site-functions below /usr.
set(ZSH_COMPLETIONS site-functions)
if(EXISTS /etc/debian_version)
  set(ZSH_COMPLETIONS vendor-completions)
endif()
install(FILES ${CMAKE_SOURCE_DIR}/completions/_debug-process DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${ZSH_COMPLETIONS})
install(FILES ${CMAKE_SOURCE_DIR}/completions/debug-process.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/CHANGELOG.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/LICENSES DESTINATION ${CMAKE_INSTALL_DOCDIR})
