#include "parallel.h"

#include "kernels.h"
#include "kernel_threads.h"

extern void GOMP_parallel(void (*function)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);

// Below this many floats the time to wake the pool exceeds the work.
enum { small_work = 8192 };

typedef struct {
  int64_t count;
  ck_body body;
  void *context;
} share;

static void run_share(void *data) {
  const share *s = data;
  const int64_t threads = omp_get_num_threads(), me = omp_get_thread_num();
  const int64_t begin = s->count * me / threads, end = s->count * (me + 1) / threads;
  if (begin < end) s->body(s->context, begin, end);
}

void ck_parallel(int64_t count, int64_t work, ck_body body, void *context) {
  if (work < small_work || count == 1) {
    if (count > 0) body(context, 0, count);
    return;
  }
  share s = {count, body, context};
  GOMP_parallel(run_share, &s, 0, 0);
}

// Flush-to-zero and denormals-are-zero: a gradient below 1e-38 is nothing, but would cost a hundred cycles.
#if defined(__x86_64__)
#include <xmmintrin.h>
static unsigned read_mode(void) { return _mm_getcsr(); }
static void write_mode(unsigned mode) { _mm_setcsr(mode); }
enum { flushing = 0x8040 };
#else
static unsigned read_mode(void) { return 0; }
static void write_mode(unsigned mode) { (void)mode; }
enum { flushing = 0 };
#endif

static void flush_share(void *data) {
  (void)data;
  write_mode(read_mode() | flushing);
}

unsigned ck_begin_flushing(void) {
  const unsigned mode = read_mode();
  ck_settled_team();
  GOMP_parallel(flush_share, 0, 0, 0);
  return mode;
}

void ck_end_flushing(unsigned mode) { write_mode(mode); }
