/// What the REPL needs from libedit and the terminal, in calls of fixed arity:
/// libedit's own el_set, el_get and history_w are variadic, which Swift can't import.
#ifndef QATLAB_CEDITLINE_H
#define QATLAB_CEDITLINE_H

#include <stddef.h>
#include <stdint.h>

// Locale and widths

/// Sets LC_CTYPE from the environment, else to C.UTF-8, so that libedit can decode what is typed.
/// Returns 1 where the environment itself asks for UTF-8, 0 where only ASCII should be drawn.
int cel_locale_prepare(void);

/// Columns that a Unicode scalar takes (libedit counts with the same function); -1 for a control character.
int cel_width(uint32_t scalar);

/// Columns and rows of the terminal behind a descriptor; returns 0 and leaves them where it isn't one.
int cel_terminal_size(int descriptor, int *columns, int *rows);

// Signals

enum cel_event { CEL_READABLE, CEL_INTERRUPT, CEL_RESIZE, CEL_CONTINUE, CEL_FAILED };

/// Routes SIGINT, SIGWINCH and SIGCONT into a pipe, restores the terminal before SIGTERM and SIGHUP end the
/// process, ignores SIGPIPE. Calling it again does nothing. Returns 0, or an errno value.
int cel_signals_install(void);

/// Waits until the descriptor can be read or a signal arrived.
enum cel_event cel_wait(int descriptor);

/// Forgets signals that arrived and weren't waited for.
void cel_signals_drain(void);

/// Calls `interrupted(context)` on a thread of its own for each SIGINT until `cel_watch_stop`.
/// One watch at a time. Returns 0, or an errno value.
int cel_watch_start(void (*interrupted)(void *), void *context);

/// Ends the watch; when it returns, `interrupted` isn't running and won't be called again.
void cel_watch_stop(void);

/// A program that has the terminal for itself, as a shell's job in the foreground.
struct cel_job {
  int process;
  /// The end of a pipe to its standard input; to be closed by the caller.
  int input;
  int group_before;
};

/// Starts a program, given by its path and arguments up to NULL, with the terminal of standard input.
/// Ctrl-C is the job's alone until `cel_job_wait` returns. Returns 0, or an errno value with nothing started.
int cel_job_start(char *const *arguments, struct cel_job *job);

/// Waits for the job's end and takes the terminal back; returns its exit code, 0 where a signal ended it.
int cel_job_wait(const struct cel_job *job);

/// Stops the terminal from echoing what is typed while a cell runs; Ctrl-C still works.
/// Returns 1 where it did, 0 where standard input isn't the terminal or the process is in its background.
int cel_echo_off(void);

/// Takes `cel_echo_off` back.
void cel_echo_on(void);

// The line editor

typedef struct cel_editor cel_editor;

/// Called for Tab with the line as UTF-8 and the cursor's byte offset; 0 rings the bell.
typedef int (*cel_completer)(void *context, const char *line, size_t cursor);

enum cel_line { CEL_LINE, CEL_LINE_INTERRUPTED, CEL_LINE_END, CEL_LINE_FAILED };

/// An editor on standard input and output, or NULL.
/// `program` prefixes lines meant for it in the user's .editrc.
cel_editor *cel_editor_open(const char *program, cel_completer completer, void *context);

void cel_editor_close(cel_editor *editor);

/// Adds an entry to the list that the arrow keys walk; the newest comes last.
void cel_editor_remember(cel_editor *editor, const char *entry);

/// Reads a line. `prompt` is UTF-8, escape sequences stand between \001 characters.
/// On CEL_LINE `*line` is the text without its newline, valid until the next call; on CEL_LINE_INTERRUPTED
/// the cursor is below the text.
enum cel_line cel_editor_read(cel_editor *editor, const char *prompt, const char **line);

/// Replaces a range of the line (UTF-8 offsets) and leaves the cursor behind it. Only from the completer.
/// Returns 0 where the text couldn't be put in.
int cel_editor_replace(cel_editor *editor, size_t start, size_t end, const char *text);

/// Writes lines below the edited text and draws it again under them. Only from the completer.
void cel_editor_show(cel_editor *editor, const char *lines);

#endif
