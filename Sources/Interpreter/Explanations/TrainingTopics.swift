extension TopicGroup {
  static let training = TopicGroup(
    title: "quantization-aware training",
    topics: [
      .qat, .fakeQuantization, .straightThrough, .batchNormFolding, .batchNormFreeze, .observerFreeze, .lsq,
      .pact, .widthLadder, .learningRateSchedule, .weightDecay,
    ])
}

extension Topic {
  fileprivate static let qat = Topic(
    "qat", aliases: ["quantization-aware-training"],
    summary: """
      Training with the rounding in place, so that the weights move to where rounding does little harm. It \
      starts from a trained float network, and usually takes fewer epochs than that did.
      """,
    formula: "loss(round(w), round(x)) forward;  w <- w - lr · gradient on the float w",
    picture: """
      float w ──> fake quantization ──> layer ──> loss
         ^                                          │
         └──── gradient, as if nothing was rounded ─┘
      """,
    trap: """
      The learning rate of the float training is too large here: the network forgets what it knew. A \
      tenth of it is the default; long runs take less still.
      """,
    example: "student = qat from teacher epochs 1",
    related: ["fake-quantization", "straight-through-estimator", "ptq"],
    source: "Jacob et al.: Quantization and Training of Neural Networks, CVPR 2018")

  fileprivate static let fakeQuantization = Topic(
    "fake-quantization", aliases: ["fake-quant", "simulated-quantization", "qdq"],
    summary: """
      Onto the grid and back to float at once: the network computes in float, but only with numbers that \
      integers can express, biases included. What the integer model will do wrong is part of the loss.
      """,
    formula: "x' = (clamp(z + round(x / s), qmin, qmax) - z) · s",
    picture: """
      conv ──> +bn ──> relu ──> [fake-quant] ──> conv
       ^
      [fake-quant] <── weights, batch norm folded in
      """,
    trap: """
      It is slower than float, not faster, and the file is as large: only convert makes integers. Who \
      measures speed on the QAT model measures the simulation.
      """,
    example: "show graph student",
    related: ["qat", "grid", "agreement"],
    source: "Jacob et al., CVPR 2018; PyTorch, torch.ao.quantization.fake_quantize")

  fileprivate static let straightThrough = Topic(
    "straight-through-estimator", aliases: ["ste", "straight-through"],
    summary: """
      A staircase has slope 0 nearly everywhere, so its true gradient teaches nothing. The estimator takes \
      the slope of the line that the stairs follow: 1 inside the grid, 0 where values are clipped.
      """,
    formula: "dL/dx = dL/dx' if qmin <= z + round(x/s) <= qmax, else 0",
    picture: """
      out |            ┌──    gradient 1 |  ┌─────────┐
          |        ┌───┘                 |  │         │
          |    ┌───┘                     |  │         │
          |────┘                       0 |──┘         └──
      """,
    trap: """
      It is an estimate. At few bits weights near the middle between two levels jump to and fro at each \
      step; a learning rate that falls to zero and frozen observers let them settle.
      """,
    example: "show fake-quant student.conv1",
    related: ["fake-quantization", "lsq", "clipping"],
    source: "Bengio et al.: Estimating or Propagating Gradients, 2013")

  fileprivate static let batchNormFolding = Topic(
    "batch-norm-folding", aliases: ["folding", "bn-folding", "fusion"],
    summary: """
      After training, batch norm is one multiplication and one addition a channel, so it is merged into the \
      convolution before it. QAT rounds the merged weights, since those are what the integer model has.
      """,
    formula: """
      w' = w · γ / √(v + ε)        v, μ: running variance and mean
      b' = β + (b - μ) · γ / √(v + ε)
      """,
    picture: """
      conv w ──> batch norm γ β μ v ──> relu
         becomes
      conv w' b' ─────────────────────> relu
      """,
    trap: """
      Folding multiplies each channel by its own γ/√v, which spreads the channels' ranges: one scale may fit \
      before and not after. Behind a pool or an activation nothing can be folded: an 8-bit factor a channel.
      """,
    example: "show graph student after convert",
    related: ["batch-norm-freeze", "per-channel", "qat"],
    source: "Jacob et al., CVPR 2018; Krishnamoorthi, 2018")

  fileprivate static let batchNormFreeze = Topic(
    "batch-norm-freeze", aliases: ["bn-freeze", "freeze-bn"],
    summary: """
      From some step on batch norm uses its stored mean and variance instead of the batch's. The network \
      then trains as it will compute later. Here: after half of the steps; γ and β go on learning.
      """,
    formula: "batchnorm-freeze 0.5        share of the steps",
    picture: """
      statistics   batch ........|stored ..................
      ranges       observed ................|frozen .......
      step         0            1/2        2/3            1
      """,
    trap: """
      Without it the folded weights move with every batch's statistics up to the last step, and the last \
      evaluation meets other numbers than training did. Too early, and they are not settled.
      """,
    example: "early = qat from teacher batchnorm-freeze 25% epochs 2",
    related: ["batch-norm-folding", "observer-freeze", "qat"],
    source: "Krishnamoorthi, 2018; torchvision, train_quantization.py")

  fileprivate static let observerFreeze = Topic(
    "observer-freeze", aliases: ["freeze-observers", "disable-observer"],
    summary: """
      From some step on the activation ranges stay as they are, so that the network ends on grids that hold \
      still. Here: after two thirds of the steps, told in the output.
      """,
    formula: "observer-freeze 0.667        share of the steps",
    picture: """
      range |   .-.  .--.
            | .'   `'    `----------------   frozen
            +---------------|------------> step
                           2/3
      """,
    trap: """
      Frozen in the first steps, the ranges are those of a network that has hardly learned, or of a single \
      batch. Never frozen, the integer model gets the grid of the last moment.
      """,
    example: "late = qat from teacher observer-freeze 0.9 epochs 2",
    related: ["moving-average", "batch-norm-freeze", "observer"],
    source: "torchvision, train_quantization.py (num_observer_update_epochs)")

  fileprivate static let lsq = Topic(
    "lsq", aliases: ["learned-step-size", "learned-scale"],
    summary: """
      Learned step size quantization: the scales of weights and activations are trained like weights. Each \
      finds its own balance of rounding and clipping, for the loss and not for the tensor's error.
      """,
    formula: """
      dx'/ds = round(x/s) - x/s inside,  Qn or Qp beyond;  times 1/√(N·Qp)
      start: s = 2 · mean|x| / √Qp of the first batch
      """,
    picture: """
      +1/2 |  \\    \\    \\       between two jumps from +1/2 to -1/2:
         0 |---\\----\\----\\---   the rounding error inside the range;
      -1/2 |    \\    \\    \\     beyond it Qn or Qp, the last integer
      """,
    trap: """
      The factor 1/√(N·Qp) is for sgd, whose runs diverge without it: the gradient is a sum over all values. \
      Adam divides it out: there a scale moves by up to lr a step however small it is, so keep lr low.
      """,
    example: "learned = qat from teacher scheme lsq bits 4 epochs 1",
    related: ["pact", "straight-through-estimator", "scale"],
    source: "Esser et al.: Learned Step Size Quantization, ICLR 2020")

  fileprivate static let pact = Topic(
    "pact", aliases: ["learned-clipping"],
    summary: """
      Parameterized clipping: the upper end α of each activation's range is trained. Values above it are cut, \
      and just those move it by the loss, while a decay of its own, λ, draws it down: bound-decay, 1e-4. The \
      option decay never reaches α.
      """,
    formula: """
      y = clamp(x, 0, α),  s = α / qmax;  dy/dα = 1 where x >= α, else 0
      gradient of α: sum over dL/dy · dy/dα + λ · α
      """,
    picture: """
      y  α |        ┌───────    dy/dα  1 |        ┌──────
           |      /                      |        │
           |    /                      0 |────────┘
           +---------α--> x              +--------α----> x
      """,
    trap: """
      α starts at the first batch's maximum, where only λ moves it. Adam divides a gradient by its own size, \
      so α then falls by about lr a step, whatever λ is. With sgd or adamw it falls by lr · λ · α: hardly at all.
      """,
    example: "cut = qat from teacher scheme pact bits 4 epochs 1",
    related: ["lsq", "clipping", "weight-decay"],
    source: "Choi et al.: PACT: Parameterized Clipping Activation, 2018")

  fileprivate static let widthLadder = Topic(
    "width-ladder", aliases: ["ladder", "progressive-quantization"],
    summary: """
      Training goes down in widths, each for an equal share of the steps. The weights meet a grid that is \
      only a little coarser each time, instead of 4 bits at once.
      """,
    formula: "ladder(8, 6, 4)",
    picture: """
      bits 8 |──────┐
           6 |      └──────┐
           4 |             └──────
             +--------------------> step
      """,
    trap: """
      The last rung is the model: it needs enough steps of its own. In a run of one epoch a ladder takes \
      two thirds of them away from it.
      """,
    example: "low = qat from teacher ladder(8, 6, 4) epochs 3",
    related: ["qat", "mixed-precision", "learning-rate-schedule"],
    source: "Zhuang et al.: Towards Effective Low-bitwidth Networks, CVPR 2018")

  fileprivate static let learningRateSchedule = Topic(
    "learning-rate-schedule", aliases: ["learning-rate", "lr", "schedule", "one-cycle", "cosine"],
    summary: """
      The course of the step size over a run. From fresh weights: one-cycle, up to the peak in the first \
      30 % and down to nearly zero. For QAT: cosine, from a tenth of the start's rate to zero.
      """,
    formula: "cosine: lr(t) = lr/2 · (1 + cos(pi · t/steps))    qat: lr = start's lr / 10",
    picture: """
      lr |    .-.           |--.
         |  .'   `.         |   `.
         | /       `.       |     `.
         +-one-cycle-`--    +-cosine-`--
      """,
    trap: """
      QAT with the rate of the float training undoes what was learned, and looks like a failure of \
      quantization. Ending at zero matters, too: weights that are still tossed about jump between levels.
      """,
    example: "gentle = qat from teacher lr 1e-4 schedule cosine epochs 1",
    related: ["qat", "straight-through-estimator", "observer-freeze"],
    source: "Smith, Topin: Super-Convergence, 2018; Loshchilov, Hutter: SGDR, ICLR 2017")

  fileprivate static let weightDecay = Topic(
    "weight-decay", aliases: ["decay", "adamw", "l2"],
    summary: """
      Draws parameters to zero, a little at each step. With adam and sgd it is L2: a part of the gradient of \
      every weight, bias, γ and β. With adamw it stands beside the gradient, and is of weights alone. Trained \
      ranges have none of it.
      """,
    formula: """
      adam, sgd   g <- g + decay · w                     decay 0 unless written
      adamw       w <- w · (1 - lr · decay), then Adam   decay 0.01
      """,
    picture: """
      gradients of w       adam takes off w       adamw takes off w
      large beside decay   hardly anything        lr · decay · w
      none                 about lr, whatever     lr · decay · w
                           decay is
      """,
    trap: """
      Adam divides all of a gradient by its size, L2 included: what the loss hardly moves goes to 0 by lr a \
      step, γ of an idle channel too, and a decay ten times as small does the same.
      """,
    example: "firm = qat from teacher optimizer adamw decay 0.05 epochs 1",
    related: ["learning-rate-schedule", "pact", "qat"],
    source: "Loshchilov, Hutter: Decoupled Weight Decay Regularization, ICLR 2019")
}
