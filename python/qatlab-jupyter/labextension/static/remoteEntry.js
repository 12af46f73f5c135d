// JupyterLab's extension that colours qatlab's cells, in the form that module federation loads: a container with
// `init`, which gets the modules that are shared, and `get`, which gives ours. It is plain JavaScript and needs no build.
"use strict";

window._JUPYTERLAB = window._JUPYTERLAB || {};
window._JUPYTERLAB["qatlab-jupyter"] = (() => {
  const folder = document.currentScript.src.replace(/[^/]*$/, "");
  let modules = {};

  /** A module of JupyterLab itself: the version in use, else the only one there is. */
  async function shared(name) {
    const versions = Object.values(modules[name] || {});
    const version = versions.find((version) => version.loaded) || versions[0];
    if (!version) {
      throw new Error(`qatlab-jupyter: JupyterLab has no ${name}`);
    }
    return (await version.get())();
  }

  async function plugin() {
    const { IEditorLanguageRegistry } = await shared("@jupyterlab/codemirror");
    return {
      id: "qatlab-jupyter:language",
      description: "Colours the cells of qatlab.",
      autoStart: true,
      requires: [IEditorLanguageRegistry],
      activate: (app, languages) => {
        languages.addLanguage({
          name: "qatlab",
          displayName: "qatlab",
          mime: "text/x-qatlab",
          extensions: ["qat"],
          load: language,
        });
      },
    };
  }

  async function language() {
    const [{ LanguageSupport, StreamLanguage }, words] = await Promise.all([
      shared("@codemirror/language"),
      fetch(folder + "words.json").then((response) => response.json()),
    ]);
    return new LanguageSupport(StreamLanguage.define(parser(words)));
  }

  const PART = "[\\p{L}\\p{N}_\\u0300-\\u036f]";
  const WORD = new RegExp(`^[\\p{L}_*](?:${PART}|\\*|-(?!>)|\\.(?=${PART}|\\*))*`, "u");
  const NUMBER = new RegExp(
    `^[-+\\u2212\\u2013]?\\.?[0-9](?:${PART}|\\.|(?<=[eE])[-+](?=[0-9])|-(?=${PART}))*%?`,
    "u",
  );
  const NO_COMMAND = { options: [], choices: [], words: [] };

  /** The start of a statement: what stands in it so far decides what a word is. */
  function begin(state) {
    state.command = null;
    state.isAtHead = true;
    state.depth = 0;
    state.last = "";
    return state;
  }

  /** At the end of a line a statement ends too, unless something says that it goes on. */
  function endLine(state) {
    if (state.last === "\\") {
      state.last = "";
    } else if (state.depth === 0 && state.last !== "," && state.last !== ">") {
      begin(state);
    }
  }

  /** What a word is, as in the Pygments lexer. */
  function kind(word, stream, state, words) {
    if (stream.match(/^\s*=/, false)) {
      return "def";
    }
    if (state.isAtHead) {
      state.isAtHead = false;
      if (Object.hasOwn(words.commands, word)) {
        state.command = word;
        return "keyword";
      }
    }
    const entry = words.commands[state.command] || NO_COMMAND;
    if (entry.options.includes(word) || stream.match(/^\s*:/, false)) {
      return "attribute";
    }
    const isBuiltIn =
      (state.command === "model" && words.layers.includes(word)) ||
      [words.losses, words.networks, words.datasets].some((list) => list.includes(word));
    if (isBuiltIn) {
      return "builtin";
    }
    if (entry.choices.includes(word) || entry.words.includes(word)) {
      return "atom";
    }
    return stream.match("(", false) ? "builtin" : "variable";
  }

  /** In a string a $parameter, or what stands up to one, to its quote or to the end of the line. */
  function inString(stream, state) {
    const isParameter = stream.match(/^\$(?:[A-Za-z][A-Za-z0-9_]*|\$)/);
    if (!isParameter) {
      stream.match(/^(?:\\[^$]|\\(?=\$)|[^"\\$]|\$(?![A-Za-z$]))*/);
      if (stream.eat('"')) {
        state.isInString = false;
      } else if (stream.match(/^\\$/)) {
        // It goes on in the next line.
        return "string";
      }
    }
    state.isInString = state.isInString && !stream.eol();
    return isParameter ? "string-2" : "string";
  }

  function piece(stream, state, words) {
    if (stream.match(/^#.*/)) {
      return "comment";
    }
    const start = stream.pos;
    let style = "error";
    if (stream.eat('"')) {
      // Of a string without end the quote is wrong.
      style = stream.match(/^(?:\\.|[^"\\])*(?:"|\\$)/, false) ? "string" : "error";
      state.isInString = !stream.eol();
    } else if (stream.match(/^\$[A-Za-z][A-Za-z0-9_]*/)) {
      style = "variable-2";
    } else if (stream.match(NUMBER)) {
      style = "number";
    } else if (stream.match(WORD)) {
      style = kind(stream.current(), stream, state, words);
      state.last = "word";
      return style;
    } else if (stream.match(/^(?:[=>:?]|\$\$)/)) {
      style = "operator";
    } else if (stream.match(/^[,()[\]]/)) {
      style = "punctuation";
    } else if (stream.match(/^\\(?=\s*$)/)) {
      style = "punctuation";
    } else {
      stream.match(/^./u);
    }
    state.last = stream.string.slice(start, stream.pos);
    state.depth = Math.max(0, state.depth + ("([".includes(state.last) ? 1 : ")]".includes(state.last) ? -1 : 0));
    state.isAtHead = state.isAtHead && style === "operator";
    return style;
  }

  function parser(words) {
    return {
      name: "qatlab",
      startState: () => begin({ isInString: false }),
      blankLine: (state) => {
        state.isInString = false;
        endLine(state);
      },
      token: (stream, state) => {
        if (stream.sol() && !state.isInString) {
          endLine(state);
        }
        if (state.isInString) {
          return inString(stream, state);
        }
        return stream.eatSpace() ? null : piece(stream, state, words);
      },
      languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", '"'] } },
    };
  }

  return {
    init: (scope) => {
      modules = scope;
    },
    get: async (name) => {
      if (name !== "./extension") {
        throw new Error(`qatlab-jupyter has no module ${name}`);
      }
      const extension = { __esModule: true, default: await plugin() };
      return () => extension;
    },
  };
})();
