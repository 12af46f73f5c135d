#define CK_BF16 1
#include "epilogue_forward.c"
