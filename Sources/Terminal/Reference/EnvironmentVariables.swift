import Training

/// Variables of the environment that the program reads, and what they do.
package enum EnvironmentVariables {
  /// Name and meaning; a name that another program has settled is read as that program reads it.
  package static let all: [[String]] = [
    ["HOME", "where ~/ leads in paths, and in which .config/qatlab/rc.qat is looked for"],
    ["XDG_CONFIG_HOME", "the folder in which qatlab/rc.qat is looked for, in place of ~/.config"],
    ["TERM", "what the terminal can do; dumb takes colours, the line of progress and the pager away"],
    ["COLORTERM", "truecolor or 24bit: images are drawn in all colours"],
    ["NO_COLOR", "not empty: nothing is coloured"],
    ["LANG, LC_ALL, LC_CTYPE", "where they don't ask for UTF-8, only ASCII is drawn"],
    ["QATLAB_IMAGES", "kitty, sixel or blocks: how images are drawn, in place of what the terminal says"],
    ["TERM_PROGRAM, TMUX, STY", "how images are drawn where QATLAB_IMAGES says nothing"],
    ["QATLAB_PAGER", "what shows texts that are longer than the screen; empty: nothing does"],
    ["PAGER", "the same, where QATLAB_PAGER isn't set; without both it is less, if that is installed"],
    ["LESS", "options of less; without them FRXK"],
    ["PATH", "where less is looked for"],
    ["VISUAL, EDITOR", "what :edit calls"],
    ["TMPDIR", "where :edit keeps the cell meanwhile"],
    ["USER", "whom the messages to a Jupyter client name"],
    [
      TimingSeconds.variable,
      "seconds in which each model is timed, 0.01 to 60; 0.5 without it, and less is less exact",
    ],
    ["OMP_NUM_THREADS", "threads to compute with, in place of the number of cores"],
    ["OMP_THREAD_LIMIT, OMP_MAX_ACTIVE_LEVELS", "where they allow fewer threads, a warning says so"],
    [
      "OMP_WAIT_POLICY, GOMP_SPINCOUNT",
      "how threads wait for one another; without both they leave their cores after a moment",
    ],
    ["JPY_PARENT_PID, JPY_SESSION_NAME", "set by Jupyter: whose end the kernel follows, and its notebook"],
    ["JUPYTER_ALLOW_INSECURE_WRITES", "true: the kernel runs on a disk without permissions"],
    ["JUPYTER_PATH, JUPYTER_DATA_DIR, XDG_DATA_HOME", "where Jupyter's folders are, as it says"],
    ["VIRTUAL_ENV, CONDA_PREFIX", "the Python environment that kernel install --sys-prefix means"],
  ]
}
