/* libfuse3's low-level interface, as Debian's libfuse3-dev 3.14 and everything newer has it.
   No feature macro is defined here: the types of the C library must be the same as in Swift's Glibc
   module. */
#pragma once
#ifndef FUSE_USE_VERSION
#define FUSE_USE_VERSION 314
#endif
#include <fuse_lowlevel.h>
