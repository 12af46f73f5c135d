"""Losses of distillation, from their publications' formulas, with autograd's gradients, in double precision."""

import torch
import torch.nn.functional as F

from tensors import normal, read, tensor


def with_gradient(loss, case):
    """The value of a loss(student, teacher), and its gradient with respect to the student, as floats."""
    student = read(case["student"], torch.float64).requires_grad_()
    value = loss(student, read(case["teacher"], torch.float64))
    value.backward()
    return {"value": float(value.detach().float()), "grad_student": tensor(student.grad.float())}


def divergence(student, teacher, temperature):
    logarithms = F.log_softmax(student / temperature, 1)
    return F.kl_div(logarithms, F.softmax(teacher / temperature, 1), reduction="batchmean")


def without_target(logits, target):
    """The logits of the other classes, [batch, classes − 1]."""
    others = ~F.one_hot(target, logits.shape[1]).bool()
    return logits[others].reshape(len(logits), -1)


def soft_target(student, teacher, target, T):
    return T**2 * divergence(student, teacher, T)


def mutual(student, teacher, target):
    return divergence(student, teacher, 1.0)


def logits(student, teacher, target):
    return F.mse_loss(student, teacher)


def decoupled(student, teacher, target, T, alpha, beta):
    def pair(values):
        own = F.softmax(values / T, 1).gather(1, target[:, None])
        return torch.cat([own, 1 - own], 1)

    target_part = F.kl_div(pair(student).log(), pair(teacher), reduction="batchmean")
    others_part = divergence(without_target(student, target), without_target(teacher, target), T)
    return T**2 * (alpha * target_part + beta * others_part)


def normalized(student, teacher, target, T, gamma):
    own = F.log_softmax(student, 1).gather(1, target[:, None])
    weight = F.softmax(teacher, 1).gather(1, target[:, None])
    others = F.softmax(without_target(teacher, target) / T, 1)
    logarithms = F.log_softmax(without_target(student, target) / T, 1)
    return -(weight * own).mean() - gamma * T**2 * (others * logarithms).sum(1).mean()


class Logits:
    about = "Losses of logits, means over the batch, and their gradients with respect to the student's logits."
    functions = {
        "SoftTarget": soft_target, "Logits": logits, "Mutual": mutual, "DecoupledKD": decoupled, "NKD": normalized}
    variants = [
        ("SoftTarget", {"T": 5.0}), ("SoftTarget", {"T": 1.0}), ("SoftTarget", {"T": 4.0}), ("Logits", {}),
        ("Mutual", {}), ("DecoupledKD", {"T": 4.0, "alpha": 1.0, "beta": 8.0}),
        ("DecoupledKD", {"T": 1.0, "alpha": 1.0, "beta": 0.5}), ("NKD", {"T": 1.0, "gamma": 1.5}),
        ("NKD", {"T": 3.0, "gamma": 3.5})]

    @classmethod
    def inputs(cls, generator):
        for batch, classes in [(6, 10), (4, 37), (5, 2)]:
            student, teacher = (normal(generator, batch, classes, scale=2) for _ in range(2))
            target = torch.randint(classes, (batch,), generator=generator)
            for name, parameters in cls.variants:
                yield {
                    "loss": name, "params": parameters, "student": tensor(student), "teacher": tensor(teacher),
                    "target": tensor(target)}

    @classmethod
    def outputs(cls, case, _):
        function, target = cls.functions[case["loss"]], read(case["target"], torch.int64)
        return with_gradient(lambda student, teacher: function(student, teacher, target, **case["params"]), case)


def attention(student, teacher):
    def map_of(features):
        return F.normalize((features**2).mean(1).flatten(1), dim=1)

    return F.mse_loss(map_of(student), map_of(teacher))


def similarity(student, teacher):
    def rows(features):
        flat = features.flatten(1)
        return F.normalize(flat @ flat.T, dim=1)

    return F.mse_loss(rows(student), rows(teacher))


def boundaries(student, teacher, margin=2.0):
    on = teacher > 0
    too_low, too_high = (student - margin).clamp(max=0), (student + margin).clamp(min=0)
    return torch.where(on, too_low, too_high).square().mean()


class Features:
    about = (
        "Losses of one pair of feature maps. Attention: p = 2. Similarity: p = 2. FitNet: without a regressor. "
        "ActivationBoundaries: margin 2.")
    functions = {
        "Attention": attention, "Similarity": similarity, "FitNet": F.mse_loss, "ActivationBoundaries": boundaries}

    @classmethod
    def inputs(cls, generator):
        for shape in [(4, 3, 5, 5), (3, 8, 2, 2)]:
            student, teacher = (normal(generator, *shape, scale=1.5) for _ in range(2))
            for name in cls.functions:
                yield {"loss": name, "student": tensor(student), "teacher": tensor(teacher)}

    @classmethod
    def outputs(cls, case, _):
        return with_gradient(cls.functions[case["loss"]], case)
