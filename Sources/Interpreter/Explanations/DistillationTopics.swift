extension TopicGroup {
  static let distillation = TopicGroup(
    title: "distillation",
    topics: [.knowledge, .crossEntropy, .temperature, .darkKnowledge, .decoupledKD, .normalizedKD, .features])
}

extension Topic {
  fileprivate static let knowledge = Topic(
    "distillation", aliases: ["kd", "knowledge-distillation", "teacher"],
    summary: """
      A student learns from a teacher's answers beside the labels. With QAT the teacher is the float model \
      itself: the rounded network is told, image by image, what it said before it was rounded.
      """,
    formula: "loss = (1 - w) · task + w · c · kd    c = min(1, |g_task| / |g_kd|)",
    picture: """
      image ─┬─> teacher (fixed) ──> logits ─┐
             └─> student (rounded) > logits ─┴─> kd  ─┐
                                label ──────> task ───┴─> loss
      """,
    trap: """
      As published a term may drown the task, so it is brought down to the task's gradient image by image \
      (c), and w grows with the passes over the images; scale: paper does neither. compare seeds 3 tells if \
      it helps.
      """,
    example: "student = qat from teacher with kd(teacher, SoftTarget, 0.5) epochs 1",
    related: ["temperature", "decoupled-kd", "qat"],
    source: "Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015")

  fileprivate static let temperature = Topic(
    "temperature", aliases: ["t", "softening"],
    summary: """
      Logits are divided by T before the softmax. A larger T softens the answer, so that small \
      probabilities can be seen. SoftTarget takes T = 5, DecoupledKD T = 4, NKD T = 1.
      """,
    formula: "p_i = exp(z_i / T) / Σ exp(z_j / T)        loss times T²",
    picture: """
      logits 6, 3, 1      T = 1            T = 4
      coat                ###########  95 %  ######  57 %
      shirt               #             5 %  ###     27 %
      bag                               1 %  ##      16 %
      """,
    trap: """
      Softer answers have smaller gradients, by about 1/T²; the factor T² puts that right. Without it a \
      higher temperature silently turns the teacher down.
      """,
    example: "soft = qat from teacher with kd(teacher, SoftTarget, 0.5, T: 8) epochs 1",
    related: ["distillation", "dark-knowledge", "decoupled-kd"],
    source: "Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015")

  fileprivate static let crossEntropy = Topic(
    "cross-entropy", aliases: ["ce", "softmax", "task-loss"],
    summary: """
      The task's loss: how surprised a network is by the right class. Distillation puts the teacher's \
      probabilities in the label's place: SoftTarget is their cross-entropy, less what no student can change.
      """,
    formula: """
      CE = -log p(y)        p = softmax of the logits, y: the label's class
      loss = (1 - w) · CE + w · distillation
      """,
    picture: """
      p(y)    0.99   0.90   0.50   0.10 (chance of 10 classes)
      CE      0.01   0.11   0.69   2.30
      """,
    trap: """
      It counts how sure a network is, accuracy who is first: after quantization the loss can rise while the \
      accuracy stays. A loss near 2.30 on ten classes is chance.
      """,
    example: "evaluate teacher",
    related: ["distillation", "dark-knowledge", "temperature"],
    source: "Goodfellow, Bengio, Courville: Deep Learning, 2016, chapter 6")

  fileprivate static let darkKnowledge = Topic(
    "dark-knowledge", aliases: ["logits", "soft-labels", "soft-targets"],
    summary: """
      What a teacher says of the wrong classes: this shirt is much like a coat and nothing like a bag. A \
      label holds none of it. It tells how the classes lie to each other, which is what rounding disturbs.
      """,
    formula: "Logits: mean (z_s - z_t)²        SoftTarget: T² · KL(p_t || p_s)",
    picture: """
      label     shirt 1     coat 0     bag 0
      teacher   shirt 0.90  coat 0.09  bag 0.0001
                            └── dark knowledge ──┘
      """,
    trap: """
      A teacher that is sure of everything has little of it to give, and one that has learned its training \
      images by heart is sure of all of them. With two classes there is none.
      """,
    example: "student = qat from teacher with kd(teacher, Logits, 0.5) epochs 1",
    related: ["temperature", "decoupled-kd", "distillation"],
    source: "Hinton, Vinyals, Dean, 2015; Ba, Caruana: Do Deep Nets Need to be Deep?, 2014")

  fileprivate static let decoupledKD = Topic(
    "decoupled-kd", aliases: ["dkd", "decoupledkd", "tckd", "nckd"],
    summary: """
      Splits the divergence in two parts, each with a weight of its own. TCKD compares how sure both are of \
      the right class, NCKD how they rank the others. In plain distillation a sure teacher mutes NCKD.
      """,
    formula: """
      KL = TCKD + (1 - p_t(y)) · NCKD        y: the label's class
      DecoupledKD = T² · (α · TCKD + β · NCKD)        T = 4, α = 1, β = 8
      """,
    picture: """
      p_t(y) = 0.99   plain: NCKD weighs 0.01    decoupled: 8
      p_t(y) = 0.60   plain: NCKD weighs 0.40    decoupled: 8
      """,
    trap: """
      β = 8 is for CIFAR-100; other tasks want less (0.5 to 2 on ImageNet, with T = 1). With two classes \
      there is one wrong class, NCKD is 0, and it is SoftTarget again.
      """,
    example: "student = qat from teacher with kd(teacher, DecoupledKD, 0.5, beta: 2) epochs 1",
    related: ["temperature", "nkd", "dark-knowledge"],
    source: "Zhao et al.: Decoupled Knowledge Distillation, CVPR 2022")

  fileprivate static let normalizedKD = Topic(
    "nkd", aliases: ["normalized-kd"],
    summary: """
      The task's cross-entropy weighted by the teacher's confidence, and a cross-entropy between the wrong \
      classes, each normalised to sum to 1. It is a formula of its own, not DecoupledKD with an option.
      """,
    formula: "-p_t(y) · log p_s(y) - γ · T² · Σ q_t,i · log q_s,i        T = 1, γ = 1.5",
    picture: """
      right class   one term at T = 1, as much as the teacher is sure
      wrong ones    q = softmax over the classes without y, at T
      """,
    trap: """
      Some libraries call DecoupledKD with normalize "NKD" and compute DecoupledKD again. In this program \
      normalize: true means the published formula.
      """,
    example: "student = qat from teacher with kd(teacher, NKD, 0.5) epochs 1",
    related: ["decoupled-kd", "dark-knowledge", "temperature"],
    source: "Yang et al.: From Knowledge Distillation to Self-Knowledge Distillation, 2023")

  fileprivate static let features = Topic(
    "feature-distillation", aliases: ["feature-kd", "attention", "fitnet", "hints"],
    summary: """
      Compares layers inside both networks instead of their answers: where they look (Attention), the values \
      themselves (FitNet), which images are alike (Similarity), which neurons are on.
      """,
    formula: "Attention: mean (A_s - A_t)²,  A = mean over channels |F|², of length 1",
    picture: """
      teacher  conv ─> layer1 ─> layer2 ─> logits
                         │         │          │
      student  conv ─> layer1 ─> layer2 ─> logits
      """,
    trap: """
      Its values are tiny beside a cross-entropy: with scale 1 the term mostly makes the task's share \
      smaller. Give it a scale (1000 for Attention) and read the warning where a term hardly guides.
      """,
    example: "qat new from teacher with kd(teacher, Attention(scale: 1000), 0.3, layers: [relu1]) epochs 1",
    related: ["distillation", "dark-knowledge", "decoupled-kd"],
    source: "Zagoruyko, Komodakis, ICLR 2017; Romero et al.: FitNets, ICLR 2015")
}
