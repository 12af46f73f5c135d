extension TopicGroup {
  static let measures = TopicGroup(
    title: "measuring", topics: [.sqnr, .agreement, .recovery, .sensitivity, .attribution])
}

extension Topic {
  fileprivate static let sqnr = Topic(
    "sqnr", aliases: ["signal-to-noise", "decibels", "snr"],
    summary: """
      Signal to quantization noise ratio: how strong values are against the error that rounding gives them, \
      in decibels. Each bit halves the step, which is worth 6 dB.
      """,
    formula: """
      SQNR = 10 · log10(Σ x² / Σ (x - x')²)
      20 · log10(qmax - qmin), 6.02 a bit, for values spread evenly on a grid
      """,
    picture: """
      40 dB   error 1 % of the signal       good at 8 bits
      20 dB   error 10 %                    usual at 4 bits
       0 dB   error as strong as the signal
      """,
    trap: """
      It says how much of a tensor is lost, not how much of the accuracy: sensitivity measures that. And 6.02 \
      a bit is no bound: bell-shaped values stay below it, those at a grid's ends lie above.
      """,
    example: "inspect student",
    related: ["scale", "sensitivity", "mse"],
    source: "Widrow, Kollar: Quantization Noise, 2008; PyTorch, Numeric Suite")

  fileprivate static let attribution = Topic(
    "attribution", aliases: ["causes", "why", "counterfactual"],
    summary: """
      Which part of a loss of accuracy comes from where. One thing is taken out of the quantized model, all \
      else stays, and the same images are classified again: what is won back is what that thing costs.
      """,
    formula: """
      cost of a cause = accuracy(model without it) - accuracy(model)
      clipping: same steps, ends so far out that nothing is cut
      rounding: same ends, 256 steps in the place of each
      """,
    picture: """
      float        ----------------  88.3
      quantized    -----------       84.1      4.2 lost
      no clipping  -----------.      84.3      within chance
      8 bits       ---------------   88.0      3.9 won back: a cause
      """,
    trap: """
      Costs need not add up: two causes can hide one another, or cost the same twice. So the next cause is \
      looked for with those before it taken out.
      """,
    example: "why student",
    related: ["sensitivity", "sqnr", "calibration"],
    source: "Tango: Statistics in Medicine 17, 1998 (intervals); Nagel and others: White Paper, 2021")

  fileprivate static let agreement = Topic(
    "agreement", aliases: ["fake-versus-integer"],
    summary: """
      The share of images for which two models choose the same class. Between the QAT model and its integer \
      model it tells whether the simulation was honest; nearly all images should agree.
      """,
    formula: "agreement = share of images with argmax(z_1) = argmax(z_2)",
    picture: """
      image        1     2     3     4     5
      fake         coat  bag   shirt coat  boot
      integer      coat  bag   shirt shirt boot    4 of 5: 80 %
      """,
    trap: """
      Equal accuracy is not agreement: two models can be wrong on different images. Little agreement at \
      equal accuracy means that something else than the trained network was converted.
      """,
    example: "convert student",
    related: ["fake-quantization", "requantization", "rounding"],
    source: "PyTorch issues 88800 and 95287: converted models that differ")

  fileprivate static let recovery = Topic(
    "recovery", aliases: ["recovered-accuracy"],
    summary: """
      The share of what post-training quantization lost that training won back. 0 % means that QAT was not \
      worth its time, 100 % that the float accuracy is reached again; more is possible.
      """,
    formula: "recovery = (QAT - PTQ) / (FP32 - PTQ)",
    picture: """
      FP32  ────────────────  89.0      100 %
      QAT   ──────────────    88.4       75 %
      PTQ   ───────           86.6        0 %
      """,
    trap: """
      Where PTQ loses next to nothing, 0.02 points won of 0.04 lost are "50 %" of chance: compare leaves it \
      out there. It sets QAT against PTQ of the same float model on the same grids, and against nothing else.
      """,
    example: "baseline = ptq teacher\ncompare",
    related: ["ptq", "qat", "agreement"],
    source: "torchao, QAT recipes (recovered accuracy)")

  fileprivate static let sensitivity = Topic(
    "sensitivity", aliases: ["layer-sensitivity"],
    summary: """
      What each layer costs when it alone is quantized, and what is won when it alone stays in float. The few \
      layers at the top of the list are where more bits or a repair pay.
      """,
    formula: "alone = float with this layer rounded    spared = rounded but for this layer",
    picture: """
      conv1   |##########      3.1 points
      layer1  |##              0.6
      layer4  |                0.0
      fc      |#####           1.5
      """,
    trap: """
      On few images differences of a point are chance, so read the SQNR of the logits beside it, which has \
      no such jumps. Costs don't add up: two harmless layers may harm together.
      """,
    example: "sensitivity teacher bits 4 images 64",
    related: ["mixed-precision", "sqnr", "ptq"],
    source: "AIMET, QuantAnalyzer; Wu et al.: Integer Quantization, 2020")
}
