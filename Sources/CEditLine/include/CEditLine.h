/// What the REPL needs from libedit and the terminal, in calls of fixed arity:
/// libedit's own el_set, el_get and history_w are variadic, which Swift can't import.
#ifndef QATLAB_CEDITLINE_H
#define QATLAB_CEDITLINE_H

#include <stddef.h>

// Locale and screen

/// Sets LC_CTYPE from the environment, else to C.UTF-8, so that libedit can decode what is typed.
/// Returns 1 where the environment itself asks for UTF-8, 0 where only ASCII should be drawn.
int cel_locale_prepare(void);

/// Columns and rows of the terminal behind a descriptor; returns 0 and leaves them where it isn't one.
int cel_terminal_size(int descriptor, int *columns, int *rows);

// Signals

enum cel_event { CEL_READABLE, CEL_INTERRUPT, CEL_RESIZE, CEL_CONTINUE, CEL_FAILED };

/// Routes SIGINT, SIGWINCH and SIGCONT into a pipe, restores the terminal before SIGTERM and SIGHUP end the
/// process, ignores SIGPIPE. While `cel_watch_start` is in force the first SIGTERM or SIGHUP is what SIGINT is, and
/// `cel_end_requested` tells of it. Calling it again does nothing. Returns 0, or an errno value.
int cel_signals_install(void);

/// Makes the first SIGTERM and the first SIGHUP what SIGINT is, for work that is written down when it is stopped.
/// Returns 0, or an errno value.
int cel_signals_stop_at_end(void);

/// The signal that asked the program to end while a watch was in force; 0 where none did.
int cel_end_requested(void);

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

/// Asks the terminal something and reads what it answers up to and with `end`, for so many milliseconds at the most.
/// Returns the answer's bytes; 0 without a terminal on both streams, or where something was typed ahead.
size_t cel_terminal_ask(const char *question, char end, int milliseconds, char *answer, size_t room);

/// Takes what was typed ahead out of the terminal, before another program gets that: the line editor reads it next.
void cel_typed_keep(void);

/// Pixels of a character cell; returns 0 where the terminal doesn't say.
int cel_cell_size(int descriptor, int *width, int *height);

// The line editor

typedef struct cel_editor cel_editor;

/// Keys that the delegate answers.
enum cel_key { CEL_KEY_COMPLETE, CEL_KEY_OLDER, CEL_KEY_NEWER, CEL_KEY_FORWARD, CEL_KEY_END };

/// CEL_ANSWER_USUAL moves the cursor as the key does elsewhere; a refusal rings the bell.
enum cel_answer { CEL_ANSWER_REFUSED, CEL_ANSWER_CHANGED, CEL_ANSWER_USUAL };

/// What the editor asks for. Lines come as UTF-8, with the cursor's byte offset.
typedef struct {
  void *context;
  enum cel_answer (*key)(void *context, enum cel_key key, const char *line, size_t cursor);
  /// What to put in for pasted text, from malloc; NULL for nothing.
  char *(*pasted)(void *context, const char *text);
  /// Draws prompt and line with `cel_editor_send` before the editor waits for a key. `is_afresh` tells that
  /// nothing of them is on the screen, and the cursor at the start of a row.
  void (*draw)(void *context, const char *line, size_t cursor, int is_afresh);
  /// Draws the line for good and goes to the row below.
  void (*finish)(void *context, const char *line, int is_interrupted);
} cel_delegate;

enum cel_line { CEL_LINE, CEL_LINE_INTERRUPTED, CEL_LINE_END, CEL_LINE_FAILED };

/// An editor on standard input and output, or NULL.
/// `program` prefixes lines meant for it in the user's .editrc.
cel_editor *cel_editor_open(const char *program, const cel_delegate *delegate);

void cel_editor_close(cel_editor *editor);

/// 1 where the terminal can go up and clear: the delegate then draws, and libedit only edits. Else libedit draws.
int cel_editor_can_draw(cel_editor *editor);

/// Adds an entry to the list that Ctrl-R searches; the newest comes last.
void cel_editor_remember(cel_editor *editor, const char *entry);

/// Reads a line, which begins with `start`. `prompt` is UTF-8, escape sequences stand between \001 characters.
/// On CEL_LINE `*line` is the text without its newline, valid until the next call; on CEL_LINE_INTERRUPTED
/// the cursor is below the text.
enum cel_line cel_editor_read(cel_editor *editor, const char *prompt, const char *start, const char **line);

/// Replaces a range of the line (UTF-8 offsets) and leaves the cursor behind it. Only while a key is answered.
/// Returns 0 where the text couldn't be put in.
int cel_editor_replace(cel_editor *editor, size_t start, size_t end, const char *text);

/// Writes lines below the edited text and draws it again under them. Only while a key is answered, and where
/// libedit draws.
void cel_editor_show(cel_editor *editor, const char *lines);

/// Adds bytes to what goes to the terminal next. Only from `draw` and `finish`.
void cel_editor_send(cel_editor *editor, const char *bytes, size_t count);

#endif
