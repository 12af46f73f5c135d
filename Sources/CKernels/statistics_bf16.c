#define CK_BF16 1
#include "statistics.c"
