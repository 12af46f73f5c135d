extension PyTorchLibrary {
  static let training = """
    def evaluate(name, model, data, qatlab=None):
        \"""Accuracy on the test images, beside the one that qatlab measured.\"""
        model.eval()
        right = 0
        with torch.no_grad():
            for start in range(0, len(data.test_images), 256):
                logits = model(data.standardised(data.test_images[start:start + 256]))
                right += (logits.argmax(1) == data.test_labels[start:start + 256]).sum().item()
        beside = "" if qatlab is None else f"; qatlab had {100 * qatlab:.2f} %"
        print(f"{name}: {100 * right / len(data.test_images):.2f} % on {len(data.test_images)} test images{beside}")


    def distillation(term, logits, soft, labels, task_gradient):
        \"""One loss, mean over the batch; balanced, no image's gradient is larger than its task's.\"""
        values = term["loss"](logits, soft, labels)
        if not term["balanced"]:
            return values.mean()
        probe = logits.detach().requires_grad_()
        own, = torch.autograd.grad(term["loss"](probe, soft, labels).sum(), probe)
        scale = (task_gradient.norm(dim=1) / own.norm(dim=1).clamp_min(1e-30)).clamp_max(1.0)
        return (scale * values).mean()


    def train(
            model, data, *, epochs, batch, lr, schedule, optimizer, decay, momentum, seed, terms=(), frozen=(),
            head=None, head_lr=None, bf16=False, freeze_batchnorm=None, freeze_observers=None):
        \"""The loss is (1 - sum of w) * task + sum of w * distillation; teachers are in inference mode.

        `freeze_batchnorm` and `freeze_observers` are shares of the steps, of a QAT run.
        \"""
        torch.manual_seed(seed)
        batch = min(batch, len(data.images))
        steps = epochs * (len(data.images) // batch)
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(not any(name.startswith(layer + ".") for layer in frozen))
        groups = {}
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                # AdamW decays weights alone: neither biases nor what batch norm learns.
                decays = decay if optimizer != "adamw" or parameter.dim() > 1 else 0.0
                rate = head_lr if head is not None and name.startswith(head + ".") else lr
                groups.setdefault((rate, decays), []).append(parameter)
        groups = [
            {"params": parameters, "lr": rate, "weight_decay": decays}
            for (rate, decays), parameters in groups.items()]
        optimiser = {
            "adam": lambda: torch.optim.Adam(groups), "adamw": lambda: torch.optim.AdamW(groups),
            "sgd": lambda: torch.optim.SGD(groups, lr=lr, momentum=momentum)}[optimizer]()
        if schedule == "one-cycle":
            rates = torch.optim.lr_scheduler.OneCycleLR(
                optimiser, [group["lr"] for group in groups], total_steps=max(steps, 1), cycle_momentum=False)
        else:
            course = {
                "constant": lambda step: 1.0,
                "cosine": lambda step: 0.5 * (1 + math.cos(math.pi * step / max(steps, 1)))}[schedule]
            rates = torch.optim.lr_scheduler.LambdaLR(optimiser, course)
        step = 0
        for epoch in range(epochs):
            model.train()
            for layer in frozen:
                model.get_submodule(layer).eval()
            for images, labels in batches(data, batch, seed, epoch):
                if freeze_batchnorm is not None and step >= math.ceil(freeze_batchnorm * steps):
                    model.apply(torch.ao.nn.intrinsic.qat.freeze_bn_stats)
                if freeze_observers is not None and step >= math.ceil(freeze_observers * steps):
                    model.apply(torch.ao.quantization.disable_observer)
                with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                    logits = model(images)
                logits = logits.float()
                task = F.cross_entropy(logits, labels)
                loss, total = torch.zeros(()), 0.0
                gradient = F.softmax(logits.detach(), 1) - F.one_hot(labels, logits.shape[1])
                for term in terms:
                    with torch.no_grad():
                        soft = term["teacher"].eval()(images)
                    ramp = term["ramp"]
                    weight = term["weight"] * (
                        grown(*ramp, step / max(steps - 1, 1), epochs) if ramp else 1.0)
                    loss = loss + weight * distillation(term, logits, soft, labels, gradient)
                    total += weight
                loss = loss + (1 - total) * task
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                optimiser.step()
                rates.step()
                step += 1
            print(f"epoch {epoch + 1}/{epochs}  loss {loss.item():.4f}", flush=True)
        return model
    """

  static let quantization = """
    def quantizer(observer, low, high, symmetric, per_channel=False, **options):
        \"""Fake quantization to the integers low...high.\"""
        scheme = {
            (True, True): torch.per_channel_symmetric, (True, False): torch.per_tensor_symmetric,
            (False, False): torch.per_tensor_affine}[(symmetric, per_channel)]
        return FakeQuantize.with_args(
            observer=observer, quant_min=low, quant_max=high, dtype=torch.quint8 if low >= 0 else torch.qint8,
            qscheme=scheme, **({"ch_axis": 0} if per_channel else {}), **options)


    def observed(observer, low, high, symmetric, per_channel=False):
        \"""An observer for post-training quantization to the integers low...high.\"""
        scheme = {
            (True, True): torch.per_channel_symmetric, (True, False): torch.per_tensor_symmetric,
            (False, False): torch.per_tensor_affine}[(symmetric, per_channel)]
        return observer.with_args(
            quant_min=low, quant_max=high, dtype=torch.quint8 if low >= 0 else torch.qint8, qscheme=scheme)


    def calibrate(model, data, count, size, seed):
        \"""Shows a model that observes so many batches of training images.\"""
        model.eval()
        with torch.no_grad():
            for number, (images, _) in enumerate(batches(data, min(size, len(data.images)), seed, 0)):
                if number == count:
                    break
                model(images)
        return model
    """
}
