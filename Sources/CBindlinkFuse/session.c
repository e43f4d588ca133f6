#include "bindlink_fuse.h"
