"""Makes a folder of weights, images and the logits that PyTorch computes from them.

    python -m venv /tmp/torch && /tmp/torch/bin/pip install -r Scripts/pytorch-weights/requirements.txt
    /tmp/torch/bin/python Scripts/pytorch-weights/make.py FOLDER
    QATLAB_PYTORCH_WEIGHTS=FOLDER swift test -c release --filter PyTorchLogitsTests

Networks of torchvision and timm with weights from a seed, whose batch norm has seen some images; each is saved in both of
torch.save's forms and as safetensors. Images are bytes, standardised as ImageNet's are; grey ones as three equal channels.
"""

import json
import pathlib
import sys

import numpy
import safetensors.torch
import timm
import torch
import torchvision

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)

# Name, the program's network, how it is made, sides of the images in pixels.
NETWORKS = [
    ("tv-resnet18", "resnet18", lambda: torchvision.models.resnet18(), [64, 33]),
    ("tv-resnet50", "resnet50", lambda: torchvision.models.resnet50(), [64]),
    ("tv-mobilenet_v2", "mobilenetv2", lambda: torchvision.models.mobilenet_v2(), [64, 48]),
    ("tv-vgg11_bn", "vgg11_bn", lambda: torchvision.models.vgg11_bn(), [64, 96, 224]),
    ("timm-resnet18", "resnet18", lambda: timm.create_model("resnet18"), [64]),
    ("timm-mobilenetv2_100", "mobilenetv2", lambda: timm.create_model("mobilenetv2_100"), [64]),
    ("timm-vgg11", "vgg11", lambda: timm.create_model("vgg11"), [224]),
]


def standardised(images):
    return (images.float() / 255).expand(-1, 3, -1, -1).sub(MEAN).div(DEVIATION)


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(5)
    cases = []
    for name, network, make, sides in NETWORKS:
        torch.manual_seed(7)
        model = make()
        with torch.no_grad():
            model.train()
            for _ in range(2):
                model(torch.randn(4, 3, 64 if "vgg11" != network else 224, 64 if "vgg11" != network else 224))
            model.eval()
        state = model.state_dict()
        files = [f"{name}.pth", f"{name}-legacy.pth", f"{name}.safetensors"]
        torch.save(state, folder / files[0])
        torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}}, folder / files[1],
                   _use_new_zipfile_serialization=False)
        safetensors.torch.save_file({key: value.contiguous() for key, value in state.items()}, folder / files[2])
        for side in sides:
            for channels in [3, 1]:
                images = torch.randint(0, 256, (3, channels, side, side), generator=generator, dtype=torch.uint8)
                path = f"{name}-{side}-{channels}.bytes"
                images.numpy().astype(numpy.uint8).tofile(folder / path)
                with torch.no_grad():
                    logits = model(standardised(images))
                cases.append({"name": name, "network": network, "files": files, "images": path, "side": side,
                              "channels": channels, "logits": logits.flatten().tolist()})
        print(name, "done", flush=True)
    (folder / "cases.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main(sys.argv[1])
