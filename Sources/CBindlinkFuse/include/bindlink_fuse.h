#pragma once
#include "../../CFuse3/shim.h"
