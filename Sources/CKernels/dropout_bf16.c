#define CK_BF16 1
#include "dropout.c"
