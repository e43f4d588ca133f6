// The entry point of `bindlink` and of `mount.fuse.bindlink`, the same program under another name.
import Glibc

exit(runProgram(ProgramArguments.ofThisProcess))
