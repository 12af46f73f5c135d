extension TopicGroup {
  static let grids = TopicGroup(
    title: "the grid",
    topics: [
      .grid, .scale, .zeroPoint, .rounding, .clipping, .affine, .symmetric, .perTensor, .perChannel,
      .powerOfTwo, .reduceRange,
    ])
}

extension Topic {
  fileprivate static let grid = Topic(
    "grid", aliases: ["quantization", "levels"],
    summary: """
      The evenly spaced numbers that b-bit integers can stand for. A value is moved to the nearest of them, \
      and only the integer is stored. Activations have 2^b integers (0…255), weights one less (-127…127).
      """,
    formula: """
      q  = clamp(z + round(x / s), qmin, qmax)
      x' = (q - z) · s
      """,
    picture: """
      real      -0.81            0                     2.02
                  ├───┼───┼ ... ─┼───┼───┼ ... ─┼───┼───┤
      integer     0              73                    255
      """,
    trap: """
      The grid belongs to a place in the network, not to the network: each layer's weights and outputs \
      have their own. Integers from two places can't be added before they are on one grid.
      """,
    example: "show quantize 0.5 scale 0.0111 zero-point 73",
    related: ["scale", "zero-point", "clipping"],
    source: "Jacob et al.: Quantization and Training of Neural Networks, CVPR 2018")

  fileprivate static let scale = Topic(
    "scale", aliases: ["step", "step-size", "resolution"],
    summary: """
      The distance between two neighbouring numbers of the grid. It follows from the range that the grid \
      has to cover: a wide range makes wide steps. A value inside the range is off by half a step at most.
      """,
    formula: "s = (max - min) / (qmax - qmin)        error <= s/2",
    picture: """
      range 1, 8 bits    s = 0.0039   |.|.|.|.|.|.|.|.|
      range 4, 8 bits    s = 0.0157   |...|...|...|...|
      range 4, 4 bits    s = 0.2667   |...............|
      """,
    trap: """
      One outlier that doubles the range doubles the step, and with it the error of every other value. \
      That is what the observers that cut the range are for.
      """,
    example: "show quantize -0.3 0.1 0.35 4 bits 4",
    related: ["zero-point", "observer", "per-channel"],
    source: "Jacob et al.: Quantization and Training of Neural Networks, CVPR 2018")

  fileprivate static let zeroPoint = Topic(
    "zero-point", aliases: ["zeropoint", "offset"],
    summary: """
      The integer that stands for 0.0. It is an integer itself, so 0 is always exactly on the grid: padding \
      and the zeros after ReLU cost no error. The observed range is widened to hold 0 for this reason.
      """,
    formula: "z = clamp(qmin - round(min / s), qmin, qmax)        x' = (q - z) · s",
    picture: """
      -1.0        0.0                       2.0     s = 3/15 = 0.2
        ├──┼──┼──┼─┼──┼──┼──┼──┼──┼──┼──┼──┼─┤
        0          5                        15     z = 0 - round(-1 / 0.2) = 5
      """,
    trap: """
      Padding has to write z, not 0, into an integer tensor. Where padding writes 0, all borders look like \
      the lowest value of the range, and accuracy falls for no visible reason.
      """,
    example: "show fake-quant range -1 2 bits 4",
    related: ["scale", "affine", "symmetric"],
    source: "Jacob et al.: Quantization and Training of Neural Networks, CVPR 2018")

  fileprivate static let rounding = Topic(
    "rounding", aliases: ["ties", "round-half-even"],
    summary: """
      Quotients x/s go to the nearest integer, and a half goes to the even one. Rounding all halves up \
      would push the mean of a tensor upwards. The zero point is added after rounding, not before.
      """,
    formula: "q = z + rint(x · (1/s))        0.5 -> 0, 1.5 -> 2, 2.5 -> 2, 3.5 -> 4",
    picture: """
      q  3 |               ┌────
         2 |      ┌────────┘        jumps at 0.5, 1.5, 2.5 steps
         1 |   ┌──┘
         0 |───┘
      """,
    trap: """
      An implementation that divides where another multiplies by 1/s, or adds z first, differs on halves. \
      Off-by-one codes between a simulated and an integer model often begin here.
      """,
    example: "show quantize 0.25 0.75 1.25 1.75 scale 0.5",
    related: ["grid", "adaround", "agreement"],
    source: "PyTorch, fake_quantize kernels: nearbyint(x * inv_scale) + zero_point")

  fileprivate static let clipping = Topic(
    "clipping", aliases: ["clamp", "saturation"],
    summary: """
      Values beyond the ends of the grid get its first or last integer. Clipping a few large values lets \
      the others have finer steps, so the best range is often narrower than the values are.
      """,
    formula: "error = rounding (falls as the range narrows) + clipping (rises)",
    picture: """
      error |\\                     /
            | \\  rounding         / clipping
            |  `-.            _.-'
            |     `--.____.--'
            +-----wide---best---narrow-> range
      """,
    trap: """
      A clipped value gets no gradient from the straight-through estimator. Where a range is far too narrow, \
      most of a layer stops learning.
      """,
    example: "histogram teacher.conv1 bits 4",
    related: ["observer", "mse", "straight-through-estimator"],
    source: "Banner et al.: Post-Training 4-bit Quantization (ACIQ), NeurIPS 2019")

  fileprivate static let affine = Topic(
    "affine", aliases: ["asymmetric"],
    summary: """
      A grid with a zero point of its own, which covers any range, also a one-sided one, without waste. \
      Activations have it here: after ReLU all 256 integers lie where values are.
      """,
    formula: "s = (max - min) / 255,  z = round(-min / s)        q in 0…255",
    picture: """
      values            ┌────────────────────┐
                  0     .                    .  3.2
      affine      ├─────────────────────────────┤   all 256 steps in use
      symmetric   ─┼────────────────────────────┤   half of them below 0, never used
      """,
    trap: """
      Weights with a zero point make every product need a correction by the sum of the inputs, at run time. \
      That is why weights are symmetric even where activations are affine.
      """,
    example: "baseline = ptq teacher affine",
    related: ["symmetric", "zero-point", "requantization"],
    source: "Krishnamoorthi: Quantizing deep convolutional networks, 2018")

  fileprivate static let symmetric = Topic(
    "symmetric", aliases: ["narrow-range"],
    summary: """
      A grid around zero, with zero point 0: the scale comes from the largest magnitude. Weights have it \
      here, on -127…127, so that minus every number is a number of the grid, too.
      """,
    formula: "s = max|x| / 127,  z = 0        q in -127…127",
    picture: """
      -max|w|               0               max|w|
         ├──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┤
       -127                 0                 127
      """,
    trap: """
      On values that are never negative, as after ReLU, half the integers go unused: a bit is lost. The \
      backends xnnpack and tensorrt accept that for activations, since their kernels need it.
      """,
    example: "plain = ptq teacher symmetric",
    related: ["affine", "zero-point", "per-channel"],
    source: "Wu et al.: Integer Quantization for Deep Learning Inference, 2020")

  fileprivate static let perTensor = Topic(
    "per-tensor", aliases: ["per-layer"],
    summary: """
      One scale for all weights of a layer. It is the simplest form and some kernels have no other, but the \
      channel with the largest weights decides the step of all.
      """,
    formula: "s = max over all channels |w| / 127",
    picture: """
      channel 1   |-----------------------------|   1.00   all 255 integers
      channel 2            |-------|                0.25   about 64 of them
      channel 3               |.|                   0.02   7 of them
      """,
    trap: """
      Networks whose channels differ much, as MobileNets may after batch norm is folded, can fall to chance \
      accuracy with it, though not a single weight is clipped. Equalization or per-channel helps.
      """,
    example: "coarse = ptq teacher per-tensor",
    related: ["per-channel", "equalization", "batch-norm-folding"],
    source: "Krishnamoorthi: Quantizing deep convolutional networks, 2018")

  fileprivate static let perChannel = Topic(
    "per-channel", aliases: ["per-output"],
    summary: """
      One scale for the weights of each output channel. It costs four bytes a channel and no time: the \
      scale is constant within each output's sum, so it is multiplied once, at the end.
      """,
    formula: "s[c] = max|w[c]| / 127        y[c] = s_x · s[c] · sum of integers",
    picture: """
      channel 1   |-----------------------------|   s[1] = 1.00 / 127
      channel 2   |-----------------------------|   s[2] = 0.25 / 127
      channel 3   |-----------------------------|   s[3] = 0.02 / 127
      """,
    trap: """
      It is for outputs, not for inputs: a scale for each input channel could not be taken out of the sum. \
      So activations keep one scale a tensor, and channels far apart still hurt there.
      """,
    example: "inspect student.conv1",
    related: ["per-tensor", "scale", "requantization"],
    source: "Krishnamoorthi: Quantizing deep convolutional networks, 2018")

  fileprivate static let powerOfTwo = Topic(
    "power-of-two", aliases: ["shift"],
    summary: """
      Scales that are powers of two, so that hardware without a multiplier brings a sum onto the next grid by \
      a shift. Here each scale is raised to the next power of two, so nothing is clipped that was not before.
      """,
    formula: "s' = 2^ceil(log2 s)        s <= s' < 2s",
    picture: """
      s     0.0111         0.0173        0.0156
      s'    2^-6 = 0.0156  2^-5 = 0.0313 2^-6 = 0.0156
            1.41 x as wide 1.81 x        the same
      """,
    trap: """
      A step can nearly double, which costs up to 6 dB: as much as a whole bit. At 8 bits that is rarely \
      seen; at 4 bits it is.
      """,
    example: "shift = ptq teacher power-of-two",
    related: ["scale", "requantization", "sqnr"],
    source: "Jain et al.: Trained Quantization Thresholds (TQT), MLSys 2020")

  fileprivate static let reduceRange = Topic(
    "reduce-range", aliases: ["7-bit", "vnni", "saturating-pairs"],
    summary: """
      Activations in 7 bits instead of 8, for processors that add two byte products in 16 bits. Newer ones \
      add four in 32 bits (VNNI) and need no such care; the backend x86 looks which one it is.
      """,
    formula: """
      255 · 127 + 255 · 127 = 64,770 > 32,767        8 bits: saturates
      127 · 127 + 127 · 127 = 32,258 < 32,767        7 bits: fits
      """,
    picture: """
      u8 s8  u8 s8         AVX2: sums of pairs stop at 32,767
        \\/     \\/          VNNI: sums of four have 32 bits
         +------+  16 bits
      """,
    trap: """
      A model that is fine on one machine loses accuracy on an older one, and nothing reports it: the sums \
      saturate in silence. The backend fbgemm always keeps to 7 bits.
      """,
    example: "old = ptq teacher backend fbgemm",
    related: ["int32-accumulation", "grid", "requantization"],
    source: "PyTorch, qconv.cpp and default qconfigs (reduce_range); FBGEMM")
}
