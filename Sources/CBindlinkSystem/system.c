#include "bindlink_system.h"
