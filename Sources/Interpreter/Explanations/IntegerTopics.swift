extension TopicGroup {
  static let integers = TopicGroup(
    title: "integer models", topics: [.accumulation, .requantization, .packing, .dynamic, .mixedPrecision])
}

extension Topic {
  fileprivate static let accumulation = Topic(
    "int32-accumulation", aliases: ["accumulator", "int32", "integer-arithmetic"],
    summary: """
      A convolution of integers multiplies bytes and adds the products in 32 bits. Sums of thousands of \
      products fit, nothing is rounded on the way, and so the order of adding does not matter.
      """,
    formula: "acc = Σ (q_x - z_x) · q_w + q_b        q_b = round(b / (s_x · s_w)), int32",
    picture: """
      u8 ─┐
          x ─> 16 bits ─┐
      s8 ─┘             + ─> 32 bits ─> requantize ─> u8
                 ... ───┘
      """,
    trap: """
      The bias is an integer in steps of s_x · s_w, and QAT rounds it so while training. Processors without \
      VNNI add two byte products in 16 bits: there, layers that could overflow are summed in two halves.
      """,
    example: "convert student\nshow student-int8",
    related: ["requantization", "reduce-range", "zero-point"],
    source: "Jacob et al.: Quantization and Training of Neural Networks, CVPR 2018")

  fileprivate static let requantization = Topic(
    "requantization", aliases: ["requantize", "multiplier"],
    summary: """
      Bringing a 32-bit sum onto the next layer's 8-bit grid: one multiplication, one rounding, one clamp for \
      each output. ReLU is part of the clamp: it cuts codes below the zero point, 0 or not.
      """,
    formula: "q_y = clamp(z_y + round(acc · M), 0, 255)        M = s_x · s_w[c] / s_y",
    picture: """
      acc  -8,431  0  12,006  54,812   (int32)
            │      │     │       │     · M = 0.0046, + z = 0
      q_y   0      0     55     252    (u8; below 0 is what ReLU cuts)
      """,
    trap: """
      M · acc is rounded before z is added, as fake quantization does it: adding z first sends ties to \
      another code where z is odd. Engines that take M as an integer and a shift differ by one here and there.
      """,
    example: "convert student\ndiff student",
    related: ["int32-accumulation", "agreement", "power-of-two"],
    source: "Jacob et al., CVPR 2018; FBGEMM, requantization")

  fileprivate static let packing = Topic(
    "packing", aliases: ["int4-packing", "int4", "nibbles"],
    summary: """
      Weights of 2 to 7 bits lie in the file one behind the other without a gap, and are spread to bytes when \
      the model is loaded. The arithmetic stays that of bytes: what is saved is space, not multiplications.
      """,
    formula: "code i of w bits begins at bit i·w        n codes take ceil(n · w / 8) bytes",
    picture: """
      4 bits: q_0 = -3 = 1101,  q_1 = 5 = 0101        one byte: 0101 1101
      ResNet-18: float 44.7 MB, int8 11.2 MB, int6 8.4 MB, int4 5.6 MB, int3 4.2 MB
      """,
    trap: """
      Scales, biases and the names in the file's header stay as they are: of a small network they are a good \
      part, and a layer of few weights saves next to nothing.
      """,
    example: "four = ptq teacher weights 4\ncompare teacher four",
    related: ["mixed-precision", "grid", "width-ladder"],
    source: "safetensors holds whole bytes; PyTorch, torchao int4 weight-only")

  fileprivate static let dynamic = Topic(
    "dynamic", aliases: ["dynamic-quantization"],
    summary: """
      Only dense layers: weights in int8 beforehand, and the range of the input is taken anew at each run. \
      No calibration is needed. It is made for networks whose time goes into large dense layers.
      """,
    formula: "at each run: s_x = (max - min) / 255 of this very input",
    picture: """
      static   image ─> grid known ─> int8 ─> grid known ─> int8
      dynamic  image ─> float conv ─> min, max? ─> int8 dense ─> float
      """,
    trap: """
      Convolutions stay in float. In a ResNet-18 for ten classes the one dense layer holds a twentieth of a \
      percent of the weights: the file shrinks by as little, and nothing gets faster.
      """,
    example: "small = dynamic teacher",
    related: ["ptq", "calibration", "observer"],
    source: "PyTorch, torch.ao.quantization.quantize_dynamic")

  fileprivate static let mixedPrecision = Topic(
    "mixed-precision", aliases: ["per-layer-widths", "bits"],
    summary: """
      Not every layer needs the same width. Those that suffer keep 8 bits or stay in float, those that \
      don't go to 4 or fewer. First and last layer stay at 8 bits unless bits(…) names them.
      """,
    formula: "bits(layer1.*: 4, rest: 8)        keep(fc: bf16)        budget 8 MB teacher",
    picture: """
      layer     conv1  layer1  layer2  layer3  layer4  fc
      loss      high   little  little  none    none    high
      bits        8      8       8       4       4      8
      weights   few    few     some    many    most    few
      """,
    trap: """
      Widths chosen one layer at a time miss that errors add up. After choosing, measure the whole, and \
      train it: after QAT other layers suffer than before.
      """,
    example: "mixed = qat from teacher bits(conv1: 8, rest: 4) epochs 1",
    related: ["sensitivity", "packing", "width-ladder"],
    source: "Dong et al.: HAWQ, ICCV 2019; Wang et al.: HAQ, CVPR 2019")
}
