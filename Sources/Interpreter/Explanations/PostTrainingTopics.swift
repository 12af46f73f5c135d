extension TopicGroup {
  static let postTraining = TopicGroup(
    title: "quantizing without training",
    topics: [.ptq, .equalization, .biasCorrection, .batchNormReestimation, .adaround])
}

extension Topic {
  fileprivate static let ptq = Topic(
    "ptq", aliases: ["post-training-quantization", "static"],
    summary: """
      Post-training quantization: fold batch norm, calibrate the activations' ranges, round the weights, \
      done. It takes seconds and no labels. At 8 bits it is often all that is needed.
      """,
    formula: "float model -> fold -> calibrate (100 batches of 32) -> round -> integer model",
    picture: """
      accuracy |────────────.
               |             `.       the fewer the bits,
               |               `.     the more repairs pay
               +--8----6----5----4--> bits
      """,
    trap: """
      A loss within chance says nothing: an accuracy of 90 % on 10,000 images is known to 0.6 points. Repair \
      what you can measure: try sensitivity before reaching for QAT.
      """,
    example: "baseline = ptq teacher",
    related: ["calibration", "qat", "sensitivity"],
    source: "Nagel et al.: A White Paper on Neural Network Quantization, 2021")

  fileprivate static let equalization = Topic(
    "equalization", aliases: ["cle", "cross-layer-equalization", "equalize"],
    summary: """
      Scales each channel between two layers down in one and up in the other until both have like ranges. \
      ReLU lets a positive factor pass, so the float network computes the same.
      """,
    formula: "divide channel c by s = √(r1/r2), multiply its readers by s: both get √(r1·r2)",
    picture: """
      before  conv1 |--| |----------| |-|     conv2 |--------| |-| |------|
      after   conv1 |-----| |----| |---|      conv2 |-----| |----| |---|
      """,
    trap: """
      It helps where one scale serves a whole tensor. With one scale a channel there is little left to win, \
      and activations may come out less even than before.
      """,
    example: "wide = rescale teacher by 30\nlevel = ptq wide per-tensor equalize",
    related: ["per-tensor", "per-channel", "bias-correction"],
    source: "Nagel et al.: Data-Free Quantization, ICCV 2019")

  fileprivate static let biasCorrection = Topic(
    "bias-correction", aliases: ["correct-bias"],
    summary: """
      Rounded weights don't only add noise: the mean of an output moves, too. That shift is the same for all \
      images, so it can be measured on some and taken out of the bias.
      """,
    formula: "b' = b - (mean of y quantized - mean of y in float), for each output channel",
    picture: """
      float      ....:##:....
      rounded         ....:##:....   shifted
      corrected  ....:##:....
      """,
    trap: """
      It repairs means and nothing else. At 8 bits with a scale a channel the shift is tiny; measured on too \
      few images, the correction is noise itself.
      """,
    example: "fixed = ptq teacher bits 4 bias-correction",
    related: ["equalization", "adaround", "ptq"],
    source: "Nagel et al.: Data-Free Quantization, ICCV 2019 (empirical form)")

  fileprivate static let batchNormReestimation = Topic(
    "batch-norm-reestimation", aliases: ["reestimation", "batchnorm"],
    summary: """
      Measures the mean and variance of each batch norm anew in the rounded network, before they are folded. \
      Rounding has changed what arrives there, and the stored statistics don't know it.
      """,
    formula: "μ, v = averages over calibration batches, through the rounded network",
    picture: """
      stored        measured on the float network
      reestimated   measured on the rounded one    -> then folded
      """,
    trap: """
      It needs batches like those of training: with few images or odd ones the new statistics are worse than \
      the old. Networks without batch norm have nothing to measure.
      """,
    example: "fresh = ptq teacher bits 4 batchnorm",
    related: ["batch-norm-folding", "bias-correction", "calibration"],
    source: "AIMET, batch norm re-estimation")

  fileprivate static let adaround = Topic(
    "adaround", aliases: ["adaptive-rounding", "learned-rounding"],
    summary: """
      Learns for each weight whether to go up or down, so that the layer's output stays as it was. The \
      nearest integer is best for a weight alone, not for the sum in which errors meet.
      """,
    formula: """
      w' = s · clamp(floor(w/s) + h(v)),  h(v) = clip(1.2·σ(v) - 0.1, 0, 1)
      least |y - y'|² + 0.01 · Σ (1 - |2h - 1|^β),  β from 20 to 2
      """,
    picture: """
      w/s      2.4  1.4  0.4  -0.6
      nearest  2    1    0    -1     errors -0.4 -0.4 -0.4 -0.4: sum -1.6
      learned  3    1    1    -1     errors +0.6 -0.4 +0.6 -0.4: sum +0.4
      """,
    trap: """
      It pays below 8 bits. It learns from a few images, layer by layer; with too few of them, or too many \
      steps, it fits those images.
      """,
    example: "learned = ptq teacher bits 4 adaround iterations 50",
    related: ["rounding", "ptq", "bias-correction"],
    source: "Nagel et al.: Up or Down? Adaptive Rounding, ICML 2020")
}
