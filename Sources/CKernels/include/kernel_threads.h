// The threads of libgomp's pool, on which oneDNN and the kernels run.
//
// oneDNN shares out its work to as many threads as OpenMP promises, and its kernels wait for one another: where OpenMP
// gives fewer than it promised, they would wait for ever. So before anything is computed on a thread, it is found out how
// many OpenMP gives, and that is what it promises from then on.
#ifndef QATLAB_KERNEL_THREADS_H
#define QATLAB_KERNEL_THREADS_H

#ifdef __cplusplus
extern "C" {
#endif

// Why there are fewer threads than were asked for.
typedef enum {
  CK_TEAM_WHOLE,    // there are not
  CK_TEAM_LIMITED,  // OMP_THREAD_LIMIT
  CK_TEAM_LEVELS,   // OMP_MAX_ACTIVE_LEVELS is 0: nothing runs in parallel
  CK_TEAM_ABSURD,   // more were asked for than any processor has
  CK_TEAM_REFUSED,  // the system makes no more, or OpenMP gives no more for another reason
} ck_shortfall;

typedef struct {
  int asked, given;
  ck_shortfall shortfall;
  int was_dynamic;  // OMP_DYNAMIC asked OpenMP to change the number as it goes, which is not followed
} ck_team;

// What the calling thread computes with. The first call on a thread finds it out; later ones cost nothing.
ck_team ck_settled_team(void);

int ck_thread_count(void);
// Asks for another number on the calling thread; returns how many there are.
int ck_set_thread_count(int count);
// Cores that the process may use.
int ck_core_count(void);

#ifdef __cplusplus
}
#endif

#endif
