/// Words that people bring along from other programs, beside those of this one: one table for commands, options,
/// losses, layers, data sets and topics.
///
/// Adding one: a word in its group, or a group with the word of this language first.
enum Synonyms {
  private static let commands: [[String]] = [
    ["forget", "rm", "remove", "delete", "del", "erase", "unload", "discard"],
    ["evaluate", "eval", "test", "score", "validate", "val", "measure", "accuracy", "acc"],
    ["train", "fit", "learn", "finetune", "continue", "resume"],
    ["ptq", "quantize", "quantise", "quant", "quantization", "calibrate", "int8", "static"],
    ["qat", "quantize", "quantise", "quantize-aware", "prepare"],
    ["convert", "integers", "integerize", "lower", "to-int8"], ["models", "ls", "list", "dir", "ll"],
    ["runs", "logs", "log", "experiments", "curves"],
    [
      "show", "print", "describe", "info", "summary", "summarize", "display", "view", "cat", "look", "see",
      "layers",
    ],
    ["predict", "infer", "inference", "classify", "recognize"],
    ["compare", "benchmark", "bench", "table", "speed", "latency", "size", "sizes"],
    ["confusion", "confusion-matrix", "cm", "matrix"],
    ["explain", "what", "why", "define", "meaning", "doc", "docs"],
    ["help", "man", "usage", "commands", "manual"], ["export", "save", "write", "to-onnx", "onnx", "dump"],
    ["load", "open", "import", "restore", "read"], ["undo", "revert", "rollback", "back"], ["redo", "again"],
    ["data", "dataset", "datasets", "use", "load-data", "dataloader"],
    ["model", "net", "network", "define", "sequential", "architecture"],
    ["sensitivity", "sens", "ablation", "layerwise"],
    ["advise", "recommend", "suggest", "advice", "autoquant"],
    ["budget", "compress", "shrink", "mixed-precision"], ["distill", "distil", "kd", "teach"],
    ["dynamic", "quantize-dynamic", "dynamic-quantize"], ["histogram", "hist", "distribution", "plot"],
    ["diff", "difference", "delta"], ["inspect", "scales", "ranges", "grids", "qparams"],
    ["set", "config", "configure", "setting", "settings"], ["print", "echo", "say", "puts", "printf"],
  ]

  private static let options: [[String]] = [
    ["epochs", "epoch", "num-epochs", "n-epochs", "max-epochs", "passes", "iterations", "iters"],
    ["lr", "learning-rate", "rate", "eta", "step-size"], ["batch", "batch-size", "bs", "minibatch"],
    ["decay", "weight-decay", "wd", "l2", "regularization"], ["optimizer", "optim", "opt", "solver"],
    ["schedule", "scheduler", "lr-schedule", "lr-scheduler", "annealing"],
    ["seed", "random-state", "random-seed", "manual-seed", "rng"],
    ["bits", "bit", "nbits", "n-bits", "num-bits", "bitwidth", "width", "precision"],
    ["weights", "weight-bits", "wbits", "w-bits"],
    ["activations", "activation-bits", "abits", "a-bits", "acts"],
    ["from", "start", "init", "base", "source"], ["with", "teacher", "using", "kd", "loss"],
    ["limit", "max-samples", "num-samples", "n-samples", "subset", "samples", "take", "first"],
    ["size", "resize", "image-size", "img-size", "resolution"],
    ["path", "folder", "root", "dir", "directory"],
    ["augment", "augmentation", "aug", "augmented"],
    ["calibration", "calib", "calibration-batches", "num-batches"],
    ["observer", "calibrator", "observers", "method"],
    ["backend", "engine", "target", "platform", "qengine"],
    ["freeze", "frozen"], ["keep", "skip", "exclude", "ignore"],
    ["scheme", "quant-scheme", "qscheme", "quantizer"],
    ["per-channel", "channelwise", "channel-wise"], ["per-tensor", "tensorwise", "per-layer", "layerwise"],
    ["symmetric", "sym"], ["affine", "asymmetric", "asym"],
    ["equalize", "cle", "cross-layer-equalization", "equalization"], ["bias-correction", "correct-bias"],
    ["batchnorm", "bn", "batch-norm"], ["observer-freeze", "freeze-observer", "freeze-observers"],
    ["batchnorm-freeze", "freeze-bn", "bn-freeze", "freeze-batchnorm"], ["momentum", "mom", "beta1"],
    ["force", "overwrite", "replace"], ["for", "runtime", "target"],
    ["against", "vs", "versus", "reference"],
    ["drop", "max-drop", "tolerance"], ["images", "samples", "num-images"],
    ["T", "temperature", "temp", "tau"],
    ["weight", "alpha", "lambda", "share"], ["test", "test-limit", "num-test"], ["seeds", "repeats"],
  ]

  private static let values: [[String]] = [
    ["one-cycle", "1cycle", "one-cycle-lr"], ["cosine", "cos", "cosine-annealing"],
    ["constant", "const", "fixed", "none"], ["minmax", "min-max", "absmax", "max"],
    ["mse", "l2", "squared-error"],
    ["entropy", "kl", "kl-divergence"], ["percentile", "quantile"], ["histogram", "hist"],
    ["fashion-mnist", "fashion", "fmnist", "fashionmnist"], ["cifar10", "cifar"], ["mnist", "digits"],
    ["shapes", "toy", "synthetic", "dummy"], ["bf16", "bfloat16", "half", "fp16", "float16", "amp"],
    ["fp16", "float16", "half"], ["f32", "fp32", "float32", "float", "full", "single"],
    ["lsq", "learned-step-size"],
    ["moving-average", "ema"], ["onnxruntime", "ort", "onnx"], ["openvino", "ov"], ["tensorrt", "trt"],
    ["resnet18", "resnet"], ["mobilenetv2", "mobilenet"], ["vgg11", "vgg"], ["lenet5", "lenet"],
    ["x86", "intel", "avx", "avx512", "vnni"], ["qnnpack", "arm", "mobile"], ["on", "true", "yes"],
    ["off", "false", "no"],
  ]

  private static let losses: [[String]] = [
    ["DecoupledKD", "DKD"],
    [
      "SoftTarget", "KL", "KLD", "kl-div", "KLDivLoss", "kl-divergence", "Hinton", "KD", "soft-targets",
      "soft",
      "cross-entropy", "CE", "soft-cross-entropy",
    ],
    ["Logits", "MSE", "L2", "logit", "MSELoss", "logit-matching"], ["Attention", "AT", "attention-transfer"],
    ["FitNet", "FitNets", "hint", "hints", "feature", "features"],
    ["Similarity", "SP", "similarity-preserving"],
    ["ActivationBoundaries", "AB", "boundaries"], ["Mutual", "DML", "deep-mutual"], ["NKD", "normalized-kd"],
  ]

  private static let layers: [[String]] = [
    ["conv", "conv2d", "convolution", "conv2"],
    ["fc", "linear", "dense", "fully-connected", "lin"],
    ["pool", "maxpool", "max-pool", "maxpool2d", "pooling"],
    ["avgpool", "avg-pool", "average-pool", "avgpool2d", "meanpool"],
    ["globalpool", "gap", "global-avg-pool", "adaptiveavgpool2d", "global-average-pool"],
    ["bn", "batchnorm", "batch-norm", "batchnorm2d", "norm"], ["dropout", "drop"],
    ["flatten", "flat", "reshape"],
    ["leakyrelu", "lrelu", "prelu"], ["hardswish", "hswish", "swish", "silu"],
  ]

  private static let topics: [[String]] = [
    ["zero-point", "zp", "zero"], ["scale", "scaling", "factor"], ["qat", "quantization-aware"],
    ["straight-through-estimator", "gradient", "backward"], ["per-channel", "granularity", "axis"],
    ["calibration", "calibrating", "calib"], ["grid", "quantize", "quantization", "bits", "int8", "width"],
    ["packing", "int4", "int2", "nibble"], ["mixed-precision", "fp16", "bf16", "half"],
    ["batch-norm-folding", "batchnorm", "batch-norm", "bn", "fold"], ["observer", "range", "ranges"],
    ["decoupled-kd", "DKD"], ["dark-knowledge", "soft-target", "softtarget", "hinton"],
    ["cross-entropy", "CE", "softmax", "task-loss", "nll", "loss"], ["recovery", "accuracy"],
  ]

  private static let groups = (commands + options + values + losses + layers + topics).map { group in
    (words: group, keys: Set(group.map(key)))
  }

  /// A word as words are compared: in lower case, without what joins its parts.
  static func key(_ word: String) -> String {
    String(word.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " && $0 != "." })
  }

  /// The known name that a word means: the same but for capitals and hyphens, one of several or none of many, or its
  /// like in the table.
  static func name(for written: String, among known: [String]) -> String? {
    let wanted = key(written)
    guard !wanted.isEmpty else { return nil }
    if let same = known.first(where: { key($0) == wanted }) { return same }
    let forms = [wanted, wanted + "s"] + (wanted.hasSuffix("s") ? [String(wanted.dropLast())] : [])
    if let one = known.first(where: { forms.contains(key($0)) }) { return one }
    for form in forms {
      for group in groups where group.keys.contains(form) {
        if let name = known.first(where: { group.keys.contains(key($0)) }) { return name }
      }
    }
    return nil
  }

  /// The topic that a word means; what the table has for topics goes before all else.
  static func topic(for written: String, among known: [String]) -> String? {
    let wanted = key(written)
    let forms = [wanted, wanted.hasSuffix("s") ? String(wanted.dropLast()) : wanted + "s"]
    for group in topics where group.contains(where: { forms.contains(key($0)) }) {
      if let name = known.first(where: { key($0) == key(group[0]) }) { return name }
    }
    return name(for: written, among: known)
  }

  /// What there is to say of words for which there is nothing here.
  static func advice(for written: String) -> String? {
    switch key(written) {
    case "import", "from", "require", "include", "using":
      "nothing has to be imported: help lists all that can be written"
    case "for", "while", "if", "repeat", "foreach", "loop":
      "there are neither loops nor conditions; an option with several numbers runs with each: bits 2, 4, 8"
    case "rename", "mv", "move", "cp", "copy":
      "a model keeps the name that it was made with; name = ptq … or name = train … makes one under another"
    case "def", "class", "function", "func", "lambda":
      "there are no functions; a notebook's $parameters stand for values"
    case "pip", "apt", "conda", "cd", "pwd", "git", "python", "mkdir", "touch":
      "commands of the shell don't work here"
    case "prune", "pruning", "sparsify": "weights are quantized here and not pruned"
    case "fp16", "half", "float16", "bf16", "bfloat16", "amp":
      "training multiplies floats, or bf16 where the processor can (set precision bf16); layers are stored as halves with "
        + "keep(fc: fp16)"
    case "gpu", "cuda", "device", "tpu", "mps": "all is computed on the processor's cores"
    case "pretrained": "weights come from a file: teacher = load resnet18 \"resnet18.pth\""
    default: nil
    }
  }

  /// Every command that a word may stand for, the likeliest first.
  static func commands(for written: String) -> [String] {
    let wanted = key(written)
    let named = commands.filter { group in group.contains { key($0) == wanted } }.map { $0[0] }
    return named.filter { $0 != written }
  }
}
