"""Jupyter's own tests of kernels, with every optional sample supplied."""

import jupyter_kernel_test
import pytest

from kernels import PATIENCE, install, manager

TINY = "data shapes limit 96 test 32 size 12\nnet = train qatcnn epochs 1 batch 32"


@pytest.fixture(scope="module", autouse=True)
def kernel_folder(tmp_path_factory):
    Place.folder = tmp_path_factory.mktemp("kernel")
    Place.environment = install(Place.folder)


class Place:
    folder = None
    environment = None

    @classmethod
    def started(cls):
        km = manager(cls.folder)
        km.start_kernel(cwd=str(cls.folder), env=cls.environment)
        return km


class QatlabTests(jupyter_kernel_test.KernelTests):
    kernel_name = "qatlab"
    language_name = "qatlab"
    file_extension = ".qat"
    code_hello_world = 'print "hello, world"'
    code_stderr = '%matplotlib inline\nprint "hello"'
    completion_samples = [
        {"text": "tra", "matches": {"train"}},
        {"text": "a = convert\nhelp los", "matches": {"losses"}},
        {"text": "qat net wi", "matches": {"with"}},
        {"text": "nothing of this kind", "matches": set()},
    ]
    complete_code_samples = ["convert", "train resnet18  # a comment", "model m = conv(8, 3) >\n relu > fc(10)",
                             "qat?"]
    incomplete_code_samples = ["qat student with kd(", "model m = conv(8, 3) >", "train \\"]
    invalid_code_samples = [")", "train ] epochs"]
    code_page_something = "qat?"
    code_generate_error = "convert nothing-of-this-name"
    code_execute_result = [
        {"code": "evaluate net", "mime": "application/vnd.qatlab.v1+json"},
    ]
    code_display_data = [
        {"code": "show quantize 0.37 scale 0.01 zero-point 3", "mime": "text/plain"},
        {"code": "show fake-quant range -1 2 bits 4", "mime": "application/vnd.qatlab.v1+json"},
    ]
    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "evaluate*"
    code_inspect_sample = "qat"
    code_clear_output = TINY

    @classmethod
    def setUpClass(cls):
        cls.km = Place.started()
        cls.kc = cls.km.blocking_client()
        cls.kc.start_channels()
        cls.kc.wait_for_ready(timeout=PATIENCE)

    @classmethod
    def tearDownClass(cls):
        cls.kc.stop_channels()
        cls.km.shutdown_kernel()


class QatlabWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "qatlab"
    support_iopub_welcome = True

    @classmethod
    def setUpClass(cls):
        cls.km = Place.started()
        cls.kc = cls.km.client()


def test_every_sample_is_supplied():
    """A test of the suite that lacks its sample is skipped without a word."""
    names = [name for name in vars(jupyter_kernel_test.KernelTests)
             if name.startswith(("code_", "supported_")) or name.endswith("_samples")]
    assert [name for name in names if not getattr(QatlabTests, name)] == []
