/* Between a program and its files, by LD_PRELOAD: the n-th call fails or writes less, or what a power cut would leave is
 * kept aside. Only calls on files below QATLAB_FAULT_FOLDER count, SQLite's among them.
 *
 * QATLAB_FAULT_CALLS  kinds that count: write, sync, rename, open, truncate, allocate, make, with commas between
 * QATLAB_FAULT_AT     which of them fails, from 1; 0 counts alone
 * QATLAB_FAULT_HOW    fail (that call), short (that write does half), on (that call and all after it)
 * QATLAB_FAULT_ERROR  the error number
 * QATLAB_FAULT_COUNT  a file of 8 bytes, in which the calls are counted
 * QATLAB_FAULT_SHADOW a folder: what is synchronised of a file is copied to data.INODE, and the names of a folder that is
 *                     synchronised to dir.INODE, one a line: kind, inode, name
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *folder, *calls, *shadow;
static long at;
static int error = ENOSPC, is_short, goes_on;
static long *count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...) \
  static result (*name##_real)(__VA_ARGS__); \
  if (!name##_real) name##_real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  folder = getenv("QATLAB_FAULT_FOLDER");
  calls = getenv("QATLAB_FAULT_CALLS");
  shadow = getenv("QATLAB_FAULT_SHADOW");
  const char *value = getenv("QATLAB_FAULT_AT");
  at = value ? atol(value) : 0;
  value = getenv("QATLAB_FAULT_ERROR");
  if (value) error = atoi(value);
  value = getenv("QATLAB_FAULT_HOW");
  is_short = value && !strcmp(value, "short");
  goes_on = value && !strcmp(value, "on");
  value = getenv("QATLAB_FAULT_COUNT");
  REAL(int, open, const char *, int, ...);
  int file = value ? open_real(value, O_RDWR) : -1;
  if (file >= 0) {
    void *page = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) count = page;
    close(file);
  }
}

static int below(const char *path) {
  if (!folder || !path) return 0;
  char real[4096];
  if (path[0] != '/') {
    if (!getcwd(real, sizeof real)) return 0;
    size_t length = strlen(real);
    if (snprintf(real + length, sizeof real - length, "/%s", path) < 0) return 0;
    path = real;
  }
  size_t length = strlen(folder);
  return !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static const char *path_of(int file, char *buffer, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, buffer, size - 1);
  if (length < 0) return NULL;
  buffer[length] = 0;
  return buffer;
}

static int file_below(int file) {
  char buffer[4096];
  return folder && below(path_of(file, buffer, sizeof buffer));
}

/* Whether a call of a kind, on a file that counts, is the one that fails. */
static int fails(const char *kind) {
  if (!calls || !count) return 0;
  const char *found = strstr(calls, kind);
  size_t length = strlen(kind);
  if (!found || (found[length] && found[length] != ',')) return 0;
  long number = __atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
  return at && (number == at || (goes_on && number > at));
}

static int refuse(void) { errno = error; return -1; }

/* Power: what is on the disk. */

static int shadow_file(char *path, size_t size, const char *kind, unsigned long inode) {
  return snprintf(path, size, "%s/%s.%lu", shadow, kind, inode) < (int)size;
}

static void finish(const char *temporary, int file, const char *path) {
  REAL(int, rename, const char *, const char *);
  close(file);
  rename_real(temporary, path);
}

static int begin_shadow(char *temporary, size_t size) {
  REAL(int, open, const char *, int, ...);
  snprintf(temporary, size, "%s/new.%d", shadow, (int)getpid());
  return open_real(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void put(int file, const char *bytes, size_t length) {
  REAL(ssize_t, write, int, const void *, size_t);
  while (length > 0) {
    ssize_t done = write_real(file, bytes, length);
    if (done <= 0) abort();
    bytes += done;
    length -= (size_t)done;
  }
}

static void keep_names(int file, unsigned long inode) {
  char path[4096], temporary[4096], link[64], line[600];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  DIR *names = opendir(link);
  if (!names) return;
  int copy = begin_shadow(temporary, sizeof temporary);
  for (struct dirent *entry; (entry = readdir(names));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    int length = snprintf(
      line, sizeof line, "%c %lu %s\n", entry->d_type == DT_DIR ? 'd' : 'f', (unsigned long)entry->d_ino,
      entry->d_name);
    put(copy, line, (size_t)length);
  }
  closedir(names);
  if (shadow_file(path, sizeof path, "dir", inode)) finish(temporary, copy, path);
}

static void keep_content(int file, unsigned long inode) {
  REAL(int, open, const char *, int, ...);
  char path[4096], temporary[4096], link[64];
  static char piece[1 << 16];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  int source = open_real(link, O_RDONLY | O_CLOEXEC);
  if (source < 0) return;
  int copy = begin_shadow(temporary, sizeof temporary);
  for (ssize_t got; (got = read(source, piece, sizeof piece)) > 0;) put(copy, piece, (size_t)got);
  close(source);
  if (shadow_file(path, sizeof path, "data", inode)) finish(temporary, copy, path);
}

static void keep(int file) {
  struct stat status;
  if (!shadow || !file_below(file) || fstat(file, &status)) return;
  int saved = errno;
  pthread_mutex_lock(&mutex);
  if (S_ISDIR(status.st_mode)) keep_names(file, status.st_ino);
  if (S_ISREG(status.st_mode)) keep_content(file, status.st_ino);
  pthread_mutex_unlock(&mutex);
  errno = saved;
}

/* What has an inode now is not what had it before. */
static void forget(const struct stat *status, const char *kind) {
  char path[4096];
  if (shadow_file(path, sizeof path, kind, status->st_ino)) unlink(path);
}

static int opened(int file) {
  struct stat status;
  if (shadow && file >= 0 && file_below(file) && !fstat(file, &status) && S_ISREG(status.st_mode) && !status.st_size)
    forget(&status, "data");
  return file;
}

/* The calls. */

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    REAL(int, name, const char *, int, ...); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    if (below(path) && fails("open")) return refuse(); \
    return opened(name##_real(path, flags, mode)); \
  }
OPEN(open)
OPEN(open64)

#define WRITE(name, offset_type) \
  ssize_t name(int file, const void *bytes, size_t length, offset_type place) { \
    REAL(ssize_t, name, int, const void *, size_t, offset_type); \
    if (file_below(file) && fails("write")) { \
      if (!is_short) return refuse(); \
      length = length / 2; \
    } \
    return name##_real(file, bytes, length, place); \
  }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

ssize_t write(int file, const void *bytes, size_t length) {
  REAL(ssize_t, write, int, const void *, size_t);
  if (file_below(file) && fails("write")) {
    if (!is_short) return refuse();
    length = length / 2;
  }
  return write_real(file, bytes, length);
}

ssize_t writev(int file, const struct iovec *parts, int number) {
  REAL(ssize_t, writev, int, const struct iovec *, int);
  if (file_below(file) && fails("write")) return refuse();
  return writev_real(file, parts, number);
}

#define SYNC(name) \
  int name(int file) { \
    REAL(int, name, int); \
    if (file_below(file) && fails("sync")) return refuse(); \
    int result = name##_real(file); \
    if (!result) keep(file); \
    return result; \
  }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  if (below(to) && fails("rename")) return refuse();
  return rename_real(from, to);
}

#define TRUNCATE(name, offset_type) \
  int name(int file, offset_type length) { \
    REAL(int, name, int, offset_type); \
    if (file_below(file) && fails("truncate")) return refuse(); \
    return name##_real(file, length); \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

/* The first answers with the error number itself. */
#define ALLOCATE(name, offset_type) \
  int name(int file, offset_type start, offset_type length) { \
    REAL(int, name, int, offset_type, offset_type); \
    if (file_below(file) && fails("allocate")) return error; \
    return name##_real(file, start, length); \
  }
ALLOCATE(posix_fallocate, off_t)
ALLOCATE(posix_fallocate64, off64_t)

int fallocate(int file, int mode, off_t start, off_t length) {
  REAL(int, fallocate, int, int, off_t, off_t);
  if (file_below(file) && fails("allocate")) return refuse();
  return fallocate_real(file, mode, start, length);
}

int mkdir(const char *path, mode_t mode) {
  REAL(int, mkdir, const char *, mode_t);
  if (below(path) && fails("make")) return refuse();
  int result = mkdir_real(path, mode);
  struct stat status;
  if (!result && shadow && below(path) && !stat(path, &status)) forget(&status, "dir");
  return result;
}
