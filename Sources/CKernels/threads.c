#include "kernel_threads.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

extern void GOMP_parallel(void (*function)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern int omp_get_max_threads(void);
extern int omp_get_num_procs(void);
extern int omp_get_thread_limit(void);
extern int omp_get_max_active_levels(void);
extern int omp_get_dynamic(void);
extern void omp_set_num_threads(int count);
extern void omp_set_dynamic(int on);

// OpenMP keeps these settings for each thread that starts work of its own.
static _Thread_local ck_team team;

// More threads than this help nobody; a number beyond it is a slip, or meant for another machine.
static int most_threads(void) {
  const int generous = 8 * omp_get_num_procs();
  return generous < 64 ? 64 : generous;
}

static void *wait_for_end(void *end) {
  while (sem_wait(end) != 0) {
  }
  return NULL;
}

// How many of so many threads the system makes, beside the one that asks. libgomp would end the process where it gets
// fewer than it wants.
static int possible_threads(int count) {
  pthread_t *threads = malloc((size_t)count * sizeof *threads);
  sem_t end;
  if (!threads) return 0;
  if (sem_init(&end, 0, 0) != 0) {
    free(threads);
    return 0;
  }
  int made = 0;
  while (made < count && pthread_create(&threads[made], NULL, wait_for_end, &end) == 0) ++made;
  for (int i = 0; i < made; ++i) sem_post(&end);
  for (int i = 0; i < made; ++i) pthread_join(threads[i], NULL);
  sem_destroy(&end);
  free(threads);
  return made;
}

static void count_team(void *count) {
  if (omp_get_thread_num() == 0) *(int *)count = omp_get_num_threads();
}

static void lower_to(int count, ck_shortfall why) {
  if (count >= team.given) return;
  team.given = count;
  team.shortfall = why;
  omp_set_num_threads(count);
}

static void settle(int asked) {
  if (omp_get_dynamic()) team.was_dynamic = 1;
  omp_set_dynamic(0);
  if (asked < 1) asked = 1;
  team.asked = team.given = asked;
  team.shortfall = CK_TEAM_WHOLE;
  omp_set_num_threads(asked);
  if (asked > most_threads()) lower_to(omp_get_num_procs(), CK_TEAM_ABSURD);
  if (omp_get_max_active_levels() < 1) lower_to(1, CK_TEAM_LEVELS);
  if (omp_get_thread_limit() < team.given) lower_to(omp_get_thread_limit(), CK_TEAM_LIMITED);
  if (team.given == 1) return;
  const int helpers = possible_threads(team.given - 1);
  // Where the system makes no more, two are left to the rest of the program, which listens for Ctrl-C on one.
  if (helpers < team.given - 1) lower_to(helpers > 2 ? helpers - 1 : 1, CK_TEAM_REFUSED);
  int given = 1;
  GOMP_parallel(count_team, &given, 0, 0);
  lower_to(given, CK_TEAM_REFUSED);
}

ck_team ck_settled_team(void) {
  if (team.given == 0) settle(omp_get_max_threads());
  return team;
}

int ck_thread_count(void) { return ck_settled_team().given; }

int ck_set_thread_count(int count) {
  settle(count);
  return team.given;
}

int ck_core_count(void) { return omp_get_num_procs(); }
