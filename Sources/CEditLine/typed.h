/// Keys that were typed ahead, taken out of the terminal so that no other program gets them.
#ifndef QATLAB_CEDITLINE_TYPED_H
#define QATLAB_CEDITLINE_TYPED_H

/// 1 where some are kept.
int typed_waits(void);

/// Takes the first of them; 0 where there is none.
int typed_take(unsigned char *byte);

#endif
