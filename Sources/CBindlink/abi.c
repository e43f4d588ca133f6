/* What compiled programs rely on: sizes, offsets and constants of the header. One that changes by
 * mistake does not compile; one that changes on purpose changes BINDLINK_ABI_VERSION, too. */
#include "bindlink.h"
