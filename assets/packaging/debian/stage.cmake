# Run by CPack on the staged tree of the .deb: what Debian has otherwise than other systems.
# CPACK_TEMPORARY_DIRECTORY is the tree's root; CPACK_DEBIAN_FILES holds changelog, copyright and
# what lintian may overlook.
set(share ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
set(doc ${share}/doc/flamescope)

# Without the time and the name, so that the same tree gives the same bytes.
function(compress path)
    execute_process(COMMAND gzip -9nf ${path} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

configure_file(${CPACK_DEBIAN_FILES}/changelog ${doc}/changelog.Debian COPYONLY)
configure_file(${CPACK_DEBIAN_FILES}/copyright ${doc}/copyright COPYONLY)
configure_file(${CPACK_DEBIAN_FILES}/lintian-overrides ${share}/lintian/overrides/flamescope COPYONLY)
compress(${doc}/changelog.Debian)
compress(${share}/man/man1/flamescope.1)

file(MAKE_DIRECTORY ${share}/zsh/vendor-completions)
file(RENAME ${share}/zsh/site-functions/_flamescope ${share}/zsh/vendor-completions/_flamescope)
file(REMOVE_RECURSE ${share}/zsh/site-functions ${share}/flamescope/licenses) # are in copyright

execute_process(COMMAND strip --remove-section=.comment --remove-section=.note
                        ${CPACK_TEMPORARY_DIRECTORY}/usr/bin/flamescope COMMAND_ERROR_IS_FATAL ANY)

# The umask of whoever builds is not the package's.
file(GLOB_RECURSE files LIST_DIRECTORIES true ${CPACK_TEMPORARY_DIRECTORY}/*)
foreach(path IN LISTS files)
    if(IS_DIRECTORY ${path} OR path MATCHES "/usr/bin/")
        set(executable OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
    else()
        set(executable "")
    endif()
    file(CHMOD ${path} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ ${executable})
endforeach()
