extension TopicGroup {
  static let ranges = TopicGroup(
    title: "finding ranges",
    topics: [
      .observer, .calibration, .minmax, .movingAverage, .histogram, .percentile, .entropy, .mse,
    ])
}

extension Topic {
  fileprivate static let observer = Topic(
    "observer",
    summary: """
      What watches a tensor and says which range its grid should cover. Weights are there to be looked at; \
      activations exist only while images run, so an observer has to remember what it saw.
      """,
    formula: "batches of values -> range min…max -> scale and zero point",
    picture: """
      x1 ┐
      x2 ┼─> observer ─> -0.8…3.1 ─> s = 3.9/255, z = 52
      x3 ┘   (remembers)   (range)     (grid)
      """,
    trap: """
      Observers that go on while fake quantization is switched off, or after the last evaluation, move the \
      grids away from those that the weights were trained on. Here they freeze after two thirds of a run.
      """,
    example: "histogram teacher.conv1",
    related: ["calibration", "moving-average", "observer-freeze"],
    source: "PyTorch, torch.ao.quantization.observer")

  fileprivate static let calibration = Topic(
    "calibration", aliases: ["calibrate"],
    summary: """
      Running a trained network on some images, only to find the ranges of its activations. No label is \
      needed and no weight moves. Here: 100 batches of 32 training images. Images keep their whole range.
      """,
    formula: "ptq: calibration 100 batch 32        qat: calibration N warms the ranges up",
    picture: """
      accuracy |        ______________    a few batches are enough,
               |   .--''                  if they are like the real input
               | .'
               +--1---4---16---64-> batches
      """,
    trap: """
      Images unlike those of later use give ranges that clip, or waste steps. It is the kind of image that \
      counts, not the number. Some tools count images, others batches: read which.
      """,
    example: "baseline = ptq teacher calibration 4 observer minmax",
    related: ["observer", "ptq", "histogram"],
    source: "Nagel et al.: A White Paper on Neural Network Quantization, 2021")

  fileprivate static let minmax = Topic(
    "minmax", aliases: ["min-max", "absmax"],
    summary: """
      The range from the least to the greatest value that was seen. Nothing is clipped, and the result does \
      not depend on the order of the batches. Weights get theirs so, by the largest magnitude.
      """,
    formula: "min = min over batches of min(x)        max likewise",
    picture: """
      count |   .#.
            |  .###.
            | .######.                          .
            +-├─────────────────────────────────┤--
              min                     outlier: max
      """,
    trap: """
      One outlier in one image sets the step for all values, forever. The more images it sees, the wider \
      it gets: more calibration can make it worse.
      """,
    example: "baseline = ptq teacher observer minmax",
    related: ["percentile", "moving-average", "clipping"],
    source: "Jacob et al.: Quantization and Training of Neural Networks, CVPR 2018")

  fileprivate static let movingAverage = Topic(
    "moving-average", aliases: ["ema", "exponential-moving-average"],
    summary: """
      The least and the greatest value of each batch, averaged over time with more weight on recent ones. It \
      follows activations while the weights below them learn, so QAT uses it.
      """,
    formula: "first batch: m = b; then m <- m + c · (b - m)        c = 0.01",
    picture: """
      max |        b  b                 b: a batch's maximum
          | b  b      ____ b ____b__    m: the average, half way
          |  __b--m--'  b        b      to a new level after 69 steps
          +--------------------------> step
      """,
    trap: """
      With c = 0.01 a run of 50 steps mostly remembers its first batch. Short runs should warm up: \
      qat … calibration 20 takes the ranges from 20 batches before the first step.
      """,
    example: "warm = qat from teacher calibration 4 epochs 1",
    related: ["observer", "observer-freeze", "minmax"],
    source: "Jacob et al., CVPR 2018; PyTorch, MovingAverageMinMaxObserver (c = 0.01)")

  fileprivate static let histogram = Topic(
    "histogram", aliases: ["histogram-observer"],
    summary: """
      Counts values in 2048 bins, then narrows the range from both ends as long as the squared error of \
      rounding falls. It is the default of ptq for activations of more than 4 bits.
      """,
    formula: "error = sum over bins of count · squared distance to the nearest level",
    picture: """
      count |    .##.
            |   .####.
            | ..#######..               . .
            +-├───────────┤─────────────────
              the range that is kept  the rest is clipped
      """,
    trap: """
      The search stops at the first step that raises the error, so it can stop early. On layers with few \
      values, mse, which tries every cut, may find a better range.
      """,
    example: "histogram student.conv2",
    related: ["mse", "percentile", "calibration"],
    source: "PyTorch, HistogramObserver (search over quantiles)")

  fileprivate static let percentile = Topic(
    "percentile", aliases: ["quantile"],
    summary: """
      Leaves out a fixed small share of the values at each end, whatever they are: here one in 10,000. It \
      needs no idea of the grid, so it gives the same range for 8 bits and for 4.
      """,
    formula: "min = quantile(0.01 %),  max = quantile(99.99 %)",
    picture: """
      share | 0.01 %                         0.01 %
            |   .|.....#################.....|  .
            +----├──────────────────────────┤----
                min                        max
      """,
    trap: """
      The values it cuts may be the ones that decide: a few strong activations can carry the class. At low \
      widths it often cuts too little, since it doesn't know how coarse the steps are.
      """,
    example: "baseline = ptq teacher observer percentile",
    related: ["minmax", "mse", "clipping"],
    source: "Wu et al.: Integer Quantization for Deep Learning Inference, 2020")

  fileprivate static let entropy = Topic(
    "entropy", aliases: ["kl", "kl-divergence", "tensorrt-calibration"],
    summary: """
      Cuts magnitudes where the rounded distribution says most of the original one: the least \
      Kullback-Leibler divergence, over the cuts of a histogram of 2048 bins. TensorRT made it known.
      """,
    formula: "cut = argmin KL(P || Q) = argmin Σ P · ln(P / Q)",
    picture: """
      P  original, tail in the last bin   .:||||||:..    |
      Q  merged to the grid's levels      .::||||::..    .
                                          └─── cut ───┘
      """,
    trap: """
      It compares distributions, not values: it weighs where many values are, and may clip large ones \
      hard. Where those matter, as in the last layers, accuracy suffers.
      """,
    example: "baseline = ptq teacher observer entropy",
    related: ["histogram", "mse", "percentile"],
    source: "Migacz: 8-bit Inference with TensorRT, GTC 2017")

  fileprivate static let mse = Topic(
    "mse", aliases: ["squared-error"],
    summary: """
      Chooses the range whose squared error, of rounding and clipping together, is least on the very grid \
      in use. It tries 50 cuts of each end of a histogram: the default of ptq at 4 bits and fewer.
      """,
    formula: "range = argmin Σ (x - x')²        the highest SQNR of those that are tried",
    picture: """
      SQNR |        .--.
           |     .-'    `.      the top moves to narrower
           |  .-'         `.    ranges as bits get fewer
           +-----------------> how much is cut
      """,
    trap: """
      The least error of a tensor is not the least error of the network: large values weigh most in the \
      square, and the next layer may not care about them.
      """,
    example: "narrow = ptq teacher observer mse bits 4",
    related: ["sqnr", "histogram", "clipping"],
    source: "Choukroun et al.: Low-bit Quantization for Efficient Inference, 2019")
}
