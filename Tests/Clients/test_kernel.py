"""The kernel's conversation with a client: order, interrupts, ends, and messages that are none."""

import json
import os
import random
import signal
import subprocess
import sys
import textwrap

import pytest
import zmq

from conftest import PROGRAM
from kernels import PATIENCE, Client, ends, install, manager, running, signed

DATA = "data shapes limit 256 test 64 size 16"
LONG = "net = train qatcnn epochs 2000 batch 32"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    with running(tmp_path_factory.mktemp("kernel")) as client:
        yield client


def types(messages):
    return [m["msg_type"] for m in messages]


def training(client, code=LONG):
    """Starts a cell that trains for long; gives its request once its progress moves."""
    assert client.run(DATA)[0]["status"] == "ok"
    request = client.start(code)
    client.wait_for("update_display_data")
    return request


def test_a_cell_is_busy_shows_its_input_and_outputs_and_is_idle(kernel):
    request = kernel.start("show quantize 0.37 scale 0.01 zero-point 3")
    messages = kernel.until_idle(request)
    assert types(messages)[:2] == ["status", "execute_input"]
    assert messages[0]["content"]["execution_state"] == "busy"
    assert "display_data" in types(messages)
    assert kernel.reply(request)["content"]["status"] == "ok"


def test_20_000_lines_come_in_order_before_idle(kernel):
    lines = [f"line {n}" for n in range(20_000)]
    reply, messages = kernel.run("\n".join(f'print "{line}"' for line in lines))
    assert reply["status"] == "ok"
    text = "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
    assert text.splitlines() == lines


def test_the_counter_and_the_history_leave_silent_cells_out(kernel):
    before = kernel.run('print "a"')[0]["execution_count"]
    reply, messages = kernel.run('print "silent"', silent=True)
    assert reply["status"] == "ok" and messages == []
    assert kernel.run('print "unkept"', store_history=False)[0]["execution_count"] == before
    assert kernel.run('print "b"')[0]["execution_count"] == before + 1
    tail = kernel.ask("history", hist_access_type="tail", n=2, output=False, raw=True)["history"]
    assert [entry[2] for entry in tail] == ['print "a"', 'print "b"']


def test_a_silent_cell_that_fails_says_so_in_its_reply_alone(kernel):
    reply, messages = kernel.run("convert nothing", silent=True)
    assert reply["status"] == "error" and messages == []


def test_an_error_points_at_its_word(kernel):
    reply, messages = kernel.run("convert techer")
    assert types(messages) == ["execute_input", "error"]
    assert reply["ename"] == "unknown-model"
    assert reply["traceback"][1] == "  convert techer" and reply["traceback"][2].startswith(" " * 10 + "^~~~~~")
    assert messages[1]["content"]["traceback"] == reply["traceback"]


def test_cells_behind_one_that_fails_are_given_up(kernel):
    assert kernel.run(DATA)[0]["status"] == "ok"
    requests = [kernel.start(code) for code in (LONG, 'print "x"', 'print "y"')]
    kernel.wait_for("update_display_data")
    kernel.km.interrupt_kernel()
    assert [kernel.reply(r)["content"]["status"] for r in requests] == ["error", "aborted", "aborted"]
    assert kernel.text('print "z"') == "z\n"


def test_cells_go_on_behind_one_that_may_fail(kernel):
    first = kernel.start("convert nothing", stop_on_error=False)
    second = kernel.start('print "x"')
    assert kernel.reply(first)["content"]["status"] == "error"
    assert kernel.reply(second)["content"]["status"] == "ok"


def test_two_cells_that_were_sent_at_once_run_one_after_the_other(kernel):
    requests = [kernel.start(f'print "cell {n}"') for n in range(2)]
    for n, request in enumerate(requests):
        streams = [m for m in kernel.until_idle(request) if m["msg_type"] == "stream"]
        assert [m["content"]["text"] for m in streams] == [f"cell {n}\n"]
        assert kernel.reply(request)["content"]["status"] == "ok"


def test_a_long_cell_is_read_whole(kernel):
    text = "long é " * 150_000
    assert kernel.text(f'print "{text}"').split() == text.split()


def test_a_blank_cell_and_a_comment_are_nothing(kernel):
    for code in ("", "  \n", "# a comment"):
        reply, messages = kernel.run(code)
        assert reply["status"] == "ok" and types(messages) == ["execute_input"]


def test_training_that_is_interrupted_keeps_what_it_learned(kernel):
    request = training(kernel)
    kernel.km.interrupt_kernel()
    messages = kernel.until_idle(request)
    reply = kernel.reply(request)["content"]
    assert reply["status"] == "error" and reply["ename"] == "interrupted"
    assert [m for m in messages if m["msg_type"] == "error"]
    # What is shown at the end stands where the progress was.
    last = max(n for n, kind in enumerate(types(messages)) if kind == "clear_output")
    assert not [kind for kind in types(messages)[last:] if kind == "update_display_data"]
    assert "net" in kernel.text("models")


def test_an_interrupt_between_cells_stops_nothing(kernel):
    kernel.km.interrupt_kernel()
    assert kernel.text('print "on"') == "on\n"


def test_control_and_kernel_info_are_answered_while_a_network_trains(kernel):
    request = training(kernel)
    for channel in ("control", "shell"):
        assert kernel.ask("kernel_info", channel)["implementation"] == "qatlab"
    with zmq.Context.instance().socket(zmq.REQ) as heart:
        heart.linger = 0
        heart.connect(kernel.km._make_url("hb"))
        heart.send(b"beat")
        assert heart.poll(PATIENCE * 1000) and heart.recv() == b"beat"
    assert kernel.ask("comm_info", "control")["comms"] == {}
    assert kernel.ask("interrupt", "control")["status"] == "ok"
    assert kernel.reply(request)["content"]["ename"] == "interrupted"


def test_a_debugger_and_subshells_are_refused(kernel):
    reply = kernel.ask("debug", "control", seq=7, type="request", command="initialize", arguments={})
    assert (reply["success"], reply["request_seq"], reply["command"]) == (False, 7, "initialize")
    assert kernel.ask("create_subshell", "control")["status"] == "error"


def test_progress_grows_a_curve_and_leaves_the_outputs_of_run(kernel):
    request = training(kernel)
    # The curve begins with the second epoch, whatever an epoch costs here.
    seen = [kernel.wait_for("update_display_data")]
    while "<svg" not in seen[-1]["content"]["data"]["text/html"]:
        seen.append(kernel.wait_for("update_display_data"))
    kernel.km.interrupt_kernel()
    messages = seen + kernel.until_idle(request)
    moving = [m["content"] for m in messages if m["msg_type"] == "update_display_data"]
    assert len({m["transient"]["display_id"] for m in moving}) == 1
    assert "<svg" in moving[-1]["data"]["text/html"] and "<script" not in moving[-1]["data"]["text/html"]
    kinds = types(messages)
    final = messages[kinds.index("clear_output") + 1:-1]
    assert final and all(m["content"].get("transient", {}) == {} for m in final)


def test_values_are_told_by_name(kernel):
    kernel.run(DATA + "\nvalued = train qatcnn epochs 1 batch 64")
    reply, _ = kernel.run("epochs = 3", user_expressions={
        "a": "valued.accuracy", "p": "$epochs", "none": "valued.nothing"})
    expressions = reply["user_expressions"]
    assert 0 <= float(expressions["a"]["data"]["text/plain"]) <= 1
    assert expressions["p"]["data"]["text/plain"] == "3"
    assert expressions["none"]["status"] == "error"


def test_parameters_reach_later_cells(kernel):
    kernel.run('words = "a b"\ncount = 7')
    assert kernel.text('print "$words $count"') == "a b 7\n"
    assert kernel.run('print "$unknown"')[0]["ename"] == "undefined-parameter"


def test_completion_counts_code_points(kernel):
    code = 'print "🚀é漢"\ntrain resnet18 epo'
    reply = kernel.kc.complete(code, reply=True, timeout=PATIENCE)["content"]
    assert reply["matches"] == ["epochs"]
    assert code[reply["cursor_start"]:reply["cursor_end"]] == "epo"
    (kind,) = reply["metadata"]["_jupyter_types_experimental"]
    assert kind["type"] == "keyword" and kind["text"] == "epochs"
    inside = kernel.kc.complete(code, cursor_pos=code.index("resnet18") + 3, reply=True, timeout=PATIENCE)
    assert "resnet18" in inside["content"]["matches"]


def test_inspecting_tells_of_commands_topics_and_models(kernel):
    kernel.run(DATA + "\nlooked = train qatcnn epochs 1 batch 64")
    for code, word in (("qat net", "qat"), ("x = train resnet18 epochs", "epochs"), ("convert looked", "looked")):
        content = kernel.kc.inspect(code, cursor_pos=len(code) - 1, reply=True, timeout=PATIENCE)["content"]
        assert content["found"] and "text/plain" in content["data"], code
    content = kernel.kc.inspect("gibberish", reply=True, timeout=PATIENCE)["content"]
    assert content["status"] == "ok" and not content["found"] and content["data"] == {}


def test_a_comm_is_closed_for_nobody_is_there(kernel):
    message = kernel.kc.session.msg("comm_open", {"comm_id": "c", "target_name": "t", "data": {}})
    kernel.kc.shell_channel.send(message)
    assert kernel.wait_for("comm_close")["content"]["comm_id"] == "c"


def test_what_a_request_lacks_is_said(kernel):
    for kind in ("execute", "complete", "inspect", "history"):
        assert kernel.ask(kind)["status"] == "error"
    assert kernel.ask("is_complete")["status"] == "unknown"


# Wrong messages


def dealer(client, channel="shell"):
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(client.km._make_url(channel))
    return socket


def test_a_wrong_signature_and_a_second_use_are_ignored(kernel):
    key = kernel.km.session.key
    header = {"msg_id": "forged", "msg_type": "kernel_info_request", "session": "s", "username": "u",
              "date": "2026-01-01T00:00:00Z", "version": "5.4"}
    with dealer(kernel, "control") as socket:
        good = signed(key, header, {})
        socket.send_multipart(signed(b"another key", header, {}))
        socket.send_multipart(good)
        socket.send_multipart(good)
        socket.send_multipart(signed(key, {**header, "msg_id": "last"}, {}))
        parents = []
        while "last" not in parents:
            assert socket.poll(PATIENCE * 1000)
            frames = socket.recv_multipart()
            parents.append(json.loads(frames[frames.index(b"<IDS|MSG>") + 3])["msg_id"])
        assert parents == ["forged", "last"]


def test_malformed_and_truncated_frames_are_survived(kernel):
    chance = random.Random(13)
    key = kernel.km.session.key
    header = {"msg_id": "m", "msg_type": "execute_request"}
    for channel in ("shell", "control"):
        with dealer(kernel, channel) as socket:
            for number in range(1000):
                frames = signed(key, {**header, "msg_id": str(number)}, {"code": 5})
                for _ in range(chance.randint(1, 3)):
                    place = chance.randrange(len(frames)) if frames else 0
                    frames[place:place + chance.randint(0, 2)] = [
                        chance.randbytes(chance.randint(0, 30)) for _ in range(chance.randint(0, 2))]
                socket.send_multipart(frames or [b""])
            socket.send_multipart([b"x"] * 5000)
            # Signed, and still nothing that is known.
            for content in ({"code": None}, {"code": ["a"]}, [], "text"):
                socket.send_multipart(signed(key, {**header, "msg_id": repr(content)}, content))
            socket.send_multipart(signed(key, {"msg_id": "q", "msg_type": "no_such_request"}, {}))
            assert kernel.ask("kernel_info")["status"] == "ok"
            assert kernel.text('print "well"') == "well\n"


# Beginnings and ends


def test_sockets_of_ipc_serve_as_those_of_tcp(tmp_path):
    (tmp_path / "run").mkdir()
    with running(tmp_path, transport="ipc", ip=str(tmp_path / "run" / "k")) as client:
        assert client.text('print "over ipc"') == "over ipc\n"
        modes = {oct(path.stat().st_mode & 0o077) for path in (tmp_path / "run").iterdir()}
        assert modes == {"0o0"}


def test_models_outlive_a_restart_and_the_folder_is_told(tmp_path):
    with running(tmp_path) as client:
        process = client.km.provisioner.process.pid
        assert client.text(DATA + "\nkept = train qatcnn epochs 1 batch 64")
        client.kc.stop_channels()
        client.km.restart_kernel()
        assert ends(process)
        client = Client(client.km)
        # With models from before, the first cell says where they are.
        text = client.text("models")
        assert str(tmp_path / ".qatlab") in text and "kept" in text
        assert str(tmp_path) not in client.text("models")


def test_a_shutdown_while_a_network_trains_ends_the_kernel(tmp_path):
    with running(tmp_path) as client:
        process = client.km.provisioner.process.pid
        training(client)
        reply = client.ask("shutdown", "control", restart=False)
        assert reply == {"status": "ok", "restart": False}
        assert ends(process)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_kernel(tmp_path, number):
    with running(tmp_path) as client:
        process = client.km.provisioner.process
        os.kill(process.pid, number)
        assert process.wait(PATIENCE) == 0


def test_a_signal_to_interrupt_stops_the_cell_alone(tmp_path):
    with running(tmp_path) as client:
        request = training(client)
        os.kill(client.km.provisioner.process.pid, signal.SIGINT)
        assert client.reply(request)["content"]["ename"] == "interrupted"
        assert client.text('print "alive"') == "alive\n"


def test_the_kernel_ends_with_the_program_that_started_it(tmp_path):
    environment = install(tmp_path)
    script = textwrap.dedent("""
        import os, sys
        from kernels import manager
        import pathlib
        km = manager(pathlib.Path(sys.argv[1]))
        km.start_kernel(cwd=sys.argv[1])
        client = km.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=100)
        print(km.provisioner.process.pid, flush=True)
        os._exit(0)
        """)
    parent = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], env={**environment, "PYTHONPATH": os.path.dirname(__file__)},
        capture_output=True, text=True, timeout=PATIENCE)
    assert parent.returncode == 0, parent.stderr
    assert ends(int(parent.stdout))


def test_a_second_kernel_on_a_folder_reads_and_says_so(tmp_path):
    with running(tmp_path) as first:
        first.run(DATA + "\nshared = train qatcnn epochs 1 batch 64")
        km = manager(tmp_path)
        km.start_kernel(cwd=str(tmp_path), env=install(tmp_path))
        second = Client(km)
        try:
            text = second.text("models")
            assert "shared" in text and "warning" in text and str(first.km.provisioner.process.pid) in text
            reply, _ = second.run("forget shared")
            assert reply["status"] == "error" and reply["ename"] == "read-only"
        finally:
            second.close()


def test_a_folder_that_cannot_be_had_leaves_a_session_in_memory_and_says_so(tmp_path):
    (tmp_path / ".qatlab").write_text("no folder")
    with running(tmp_path) as client:
        text = client.text("models")
        assert "in memory" in text
        assert client.text(DATA)


def test_the_notebooks_folder_has_the_session(tmp_path):
    (tmp_path / "lessons").mkdir()
    with running(tmp_path, env={"JPY_SESSION_NAME": str(tmp_path / "lessons" / "a.ipynb")}) as client:
        assert str(tmp_path / "lessons" / ".qatlab") in client.text("models")
        assert (tmp_path / "lessons" / ".qatlab" / "store.db").exists()


def test_what_c_libraries_print_comes_before_idle(tmp_path):
    with running(tmp_path, env={"DNNL_VERBOSE": "1", "ONEDNN_VERBOSE": "1"}) as client:
        _, messages = client.run(DATA + "\nnet = train qatcnn epochs 1 batch 64")
        printed = "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
        assert "dnn" in printed and "_verbose,exec,cpu,convolution" in printed


@pytest.mark.parametrize("change, words", [
    ({"shell_port": 0}, "shell_port"), ({"transport": "udp"}, "udp"), ({"signature_scheme": "md5"}, "md5"),
    ({"ip": "127.0.0.1; rm"}, '"ip"'), ({"key": 5}, '"key"'), ({"hb_port": 5001}, "5001"),
    ({"ip": "203.0.113.7"}, "203.0.113.7"),
])
def test_a_connection_file_that_is_none_is_told(tmp_path, qatlab, change, words):
    file = tmp_path / "c.json"
    content = {"shell_port": 5001, "iopub_port": 5002, "stdin_port": 5003, "control_port": 5004, "hb_port": 5005,
               "ip": "127.0.0.1", "key": "k", "transport": "tcp", "signature_scheme": "hmac-sha256"}
    file.write_text(json.dumps({**content, **change}))
    file.chmod(0o600)
    ended = qatlab("kernel", "--connection-file", file, timeout=PATIENCE)
    assert ended.returncode == 1 and words in ended.stderr and ended.stdout == ""
    file.chmod(0o602)
    assert "chmod 600" in qatlab("kernel", "--connection-file", file).stderr


def test_kernels_are_installed_listed_and_removed(tmp_path, qatlab):
    environment = {"VIRTUAL_ENV": str(tmp_path / "venv"), "HOME": str(tmp_path / "home")}
    for options, folder in (((), "home/.local"), (("--user",), "home/.local"), (("--sys-prefix",), "venv"),
                            (("--prefix", str(tmp_path / "venv")), "venv")):
        assert qatlab("kernel", "install", *options, env=environment).returncode == 0
        path = tmp_path / folder / "share" / "jupyter" / "kernels" / "qatlab"
        spec = json.loads((path / "kernel.json").read_text())
        assert spec["argv"] == [str(PROGRAM.resolve()), "kernel", "--connection-file", "{connection_file}"]
        assert spec["interrupt_mode"] == "message"
        assert str(path) in qatlab("kernel", "list", env=environment).stdout
        assert qatlab("kernel", "remove", *options, env=environment).returncode == 0
        assert not path.exists()
    assert qatlab("kernel", "remove", env=environment).returncode == 2
    assert qatlab("kernel", "install", "--user", "--sys-prefix", env=environment).returncode == 2
    assert qatlab("kernel").returncode == 2
    assert "instal" in qatlab("kernel", "instal").stderr
