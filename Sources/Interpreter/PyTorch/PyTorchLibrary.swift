/// The part of every generated program that is the same: data, losses, the training loop.
enum PyTorchLibrary {
  /// What the program defines or imports, which no model may be called.
  static let names: Set<String> = [
    "copy", "math", "torch", "nn", "F", "place", "Data", "from_torchvision", "from_folders", "batches",
    "augmented", "train", "evaluate", "soft_target", "decoupled_kd", "nkd", "logits_kd", "mutual", "grown",
    "quantizer", "observed", "calibrate", "load_weights", "prepare_qat_fx", "prepare_fx", "convert_fx",
    "QConfig", "QConfigMapping", "transforms", "torchvision", "data", "functools", "observers",
  ]

  static let imports = """
    import copy
    import math

    import torch
    import torch.nn.functional as F
    import torchvision
    from torch import nn
    from torch.ao.quantization import FakeQuantize, QConfig, QConfigMapping
    from torch.ao.quantization import observer as observers
    from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx, prepare_qat_fx
    from torchvision import transforms
    """

  static let modules = """
    def place(root, path, module):
        \"""Sets a module at a path such as layer1.0.conv1, so that state_dict has that name.\"""
        *folders, name = path.split(".")
        for folder in folders:
            if not hasattr(root, folder):
                root.add_module(folder, nn.Module())
            root = getattr(root, folder)
        root.add_module(name, module)


    def load_weights(model, path):
        \"""Weights that qatlab's export wrote as safetensors.\"""
        from safetensors.torch import load_file

        model.load_state_dict(load_file(path), strict=False)
        return model
    """

  static let data = """
    class Data:
        \"""Images in memory as bytes [count, channels, height, width].

        Mean and deviation are those of the training images, one a channel, of values from 0 to 1.
        \"""

        def __init__(self, training, test, size=None, augments=False, mean=None, deviation=None):
            resize = lambda images: images if size is None else transforms.functional.resize(
                images, [size, size], antialias=True)
            self.images, self.labels = resize(training[0]), training[1]
            self.test_images, self.test_labels = resize(test[0]), test[1]
            values = self.images.float() / 255
            self.mean = values.mean((0, 2, 3)) if mean is None else torch.tensor(mean)
            self.deviation = (
                values.std((0, 2, 3), unbiased=False) if deviation is None else torch.tensor(deviation))
            self.augments = augments

        def standardised(self, images):
            shape = (1, -1, 1, 1)
            return (images.float() / 255 - self.mean.view(shape)) / self.deviation.view(shape)


    def from_torchvision(name, limit=None, test_limit=None):
        def part(train, count):
            source = getattr(torchvision.datasets, name)("data", train=train, download=True)
            images = torch.as_tensor(source.data)
            images = images[:, None] if images.dim() == 3 else images.permute(0, 3, 1, 2)
            return images[:count].contiguous(), torch.as_tensor(source.targets)[:count]

        return part(True, limit), part(False, test_limit)


    def from_folders(training, test, size, channels, limit=None, test_limit=None):
        \"""Folders of pictures, one a class: what qatlab's `export data` writes.\"""
        form = transforms.Compose(
            [transforms.Grayscale(channels)] * (channels == 1)
            + [transforms.Resize(size), transforms.CenterCrop(size), transforms.PILToTensor()])

        def part(folder, count):
            pairs = list(torchvision.datasets.ImageFolder(folder, form))[:count]
            return torch.stack([image for image, _ in pairs]), torch.tensor([label for _, label in pairs])

        return part(training, limit), part(test, test_limit)


    def augmented(images):
        \"""Random crop with 2 pixels of padding and horizontal flip, image by image.\"""
        change = transforms.Compose(
            [transforms.RandomCrop(images.shape[-2:], padding=2), transforms.RandomHorizontalFlip()])
        return torch.stack([change(image) for image in images])


    def batches(data, size, seed, epoch):
        \"""Whole batches in random order; images that fill none are left out of the epoch.\"""
        order = torch.randperm(
            len(data.images), generator=torch.Generator().manual_seed(seed * 100_003 + epoch))
        for start in range(0, len(order) - size + 1, size):
            chosen = order[start:start + size]
            images = data.images[chosen]
            yield data.standardised(augmented(images) if data.augments else images), data.labels[chosen]
    """

  static let losses = """
    # Losses between a student's and a teacher's logits [batch, classes], one value an image.


    def soft_target(student, teacher, labels, T):
        \"""T^2 * KL(softmax(t / T) || softmax(s / T)): Hinton, Vinyals, Dean, 2015.\"""
        return T * T * F.kl_div(
            F.log_softmax(student / T, 1), F.log_softmax(teacher / T, 1), reduction="none",
            log_target=True).sum(1)


    def decoupled_kd(student, teacher, labels, T, alpha, beta):
        \"""T^2 * (alpha * TCKD + beta * NCKD): Zhao and others, CVPR 2022.

        TCKD is the divergence of the pairs [p(y), 1 - p(y)], NCKD that of the softmax over the other classes.
        \"""
        hot = F.one_hot(labels, student.shape[1]).bool()

        def parts(logits):
            logits = logits / T
            whole = torch.logsumexp(logits, 1)
            rest = torch.logsumexp(logits.masked_fill(hot, -math.inf), 1)
            return logits[hot] - whole, rest - whole, (logits - rest[:, None]).masked_fill(hot, 0.0)

        (s_target, s_rest, s_others), (t_target, t_rest, t_others) = parts(student), parts(teacher)
        tckd = t_target.exp() * (t_target - s_target) + t_rest.exp() * (t_rest - s_rest)
        nckd = (t_others.exp() * (t_others - s_others)).masked_fill(hot, 0.0).sum(1)
        return T * T * (alpha * tckd + beta * nckd)


    def nkd(student, teacher, labels, T, gamma):
        \"""-p_t(y) log p_s(y) - gamma T^2 sum over others of q_t log q_s: Yang and others, ICCV 2023.\"""
        hot = F.one_hot(labels, student.shape[1]).bool()
        target = -F.softmax(teacher, 1)[hot] * F.log_softmax(student, 1)[hot]

        def others(logits):
            logits = logits / T
            rest = torch.logsumexp(logits.masked_fill(hot, -math.inf), 1)
            return (logits - rest[:, None]).masked_fill(hot, 0.0)

        cross = -(others(teacher).exp() * others(student)).masked_fill(hot, 0.0).sum(1)
        return target + gamma * T * T * cross


    def logits_kd(student, teacher, labels):
        \"""Mean of (s - t)^2: Ba, Caruana, 2014.\"""
        return ((student - teacher) ** 2).mean(1)


    def mutual(student, teacher, labels):
        \"""soft_target at T = 1: Zhang and others, CVPR 2018.\"""
        return soft_target(student, teacher, labels, T=1.0)


    def grown(shape, share, progress, epochs):
        \"""How far a loss's weight has grown at a share `progress` of the run, from 0 to 1.\"""
        done = min(max(progress / share, 0.0), 1.0)
        if shape == "linear":
            return done
        if shape == "cosine":
            return (1 - math.cos(math.pi * done)) / 2
        return 1 - math.exp(-progress * epochs / 4)
    """
}
