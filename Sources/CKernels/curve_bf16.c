#define CK_BF16 1
#include "curve.c"
