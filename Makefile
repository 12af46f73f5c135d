# Builds, tests and shows qatlab. `make help` lists the targets.
PROGRAM := .build/release/qatlab

# Nothing is imported as @testable, so tests and program share one release build.
TEST_OPTIONS := -c release --disable-testable-imports --disable-xctest
# Suites without training: readers, the store, the language, notebooks' files, and the kernel's messages.
SANITIZED := '^(Text|Language|GraphIR|TensorFiles|Pictures|Datasets|SessionStore|ONNXFormat|JupyterKernel)Tests\.'

# Tests train beside one another: idle kernel threads leave the cores after a short wait, as in the program.
export GOMP_SPINCOUNT ?= 2000
# No test depends on how fast a model is.
test test-in-random-order check-crashes check-faults check-writers check-sanitizers: export QATLAB_TIMING ?= 0.03

.DEFAULT_GOAL := help
.PHONY: check-integers check-readers check-fuzz check-crashes check-faults check-writers check-interrupt \
  check-sanitizers check-jupyterlab check-pages help dependencies build demo repl test test-in-random-order \
  bench bench-steps bench-scaling bench-startup bench-prompt bench-exported bench-pictures bench-checkpoints notebooks check-replays \
  jupyter-words reference lint clean

help:
	@echo 'make demo    install what is missing, build, and run notebooks/quickstart.ipynb'
	@echo 'make test    install what is missing, build, and run every test'
	@echo 'make test-in-random-order  run every test 20 times, in random order on busy cores'
	@echo 'make repl    install what is missing, build, and open the prompt on the session in .qatlab'
	@echo 'make bench   install what is missing, build, and measure speed beside PyTorch, onnxruntime and OpenVINO (PyPI, 6 GB)'
	@echo 'make bench-steps  measure steps of QAT and of bf16 beside float steps of five networks'
	@echo 'make bench-scaling  measure how the cost of a step grows with images and their size'
	@echo 'make bench-startup  measure the time to the prompt and to the first training step'
	@echo 'make bench-prompt   measure the time from a key to its drawing, and to a list of completions'
	@echo 'make bench-exported  measure an exported model in onnxruntime and OpenVINO beside qatlab (from PyPI)'
	@echo 'make bench-pictures  measure what it costs to read photographs, beside Pillow (from PyPI)'
	@echo 'make bench-checkpoints  measure what writing down where a run stands adds to an epoch'
	@echo 'make build   install what is missing, and build the program: $(PROGRAM)'
	@echo 'make notebooks  run the notebooks again, write their results, and with three other seeds the spread of these'
	@echo 'make check-replays  replay the notebooks in many environments and with planted changes; takes hours'
	@echo 'make check-integers  hold 10,000 random networks and every architecture against exact integer arithmetic'
	@echo 'make check-readers  try 100,000 mutations of each kind of picture, data, tensor and network file'
	@echo 'make check-fuzz  the same and texts, notebooks and stored settings: ten million inputs in all; takes hours'
	@echo 'make check-crashes  kill 1,000 processes at random moments, and cut the power of 200: what was told as done is there'
	@echo 'make check-faults  have each call on a file fail once, and from then on: a cell fails, and the session is as before'
	@echo 'make check-writers  run 10,000 cells each in processes that share a session'
	@echo 'make check-interrupt  measure how long the prompt takes to come back after Ctrl-C in training, 100 times'
	@echo 'make check-sanitizers  run the tests of readers, store and cells with Address and Thread Sanitizer'
	@echo 'make check-jupyterlab  drive the quick start in JupyterLab by clicks and keys, with screenshots (PyPI, chromium)'
	@echo "make check-pages  drive the pages of explore by keys in Chromium, and hold their numbers against the program's"
	@echo "make jupyter-words  write the words that Jupyter's tools colour, from what help lists"
	@echo 'make reference  write docs/reference.md and docs/qatlab.1 from what the commands say of themselves'
	@echo "make lint    check the sources' form with swift format"
	@echo 'make clean   remove what was built'

dependencies:
	@sh Scripts/install-dependencies.sh

build: dependencies
	swift build -c release --product qatlab

demo: build
	$(PROGRAM) run notebooks/quickstart.ipynb

repl: build
	@$(PROGRAM)

test: dependencies
	@# Python's packages are fetched while the program is built; what fails there is told when they are needed.
	@mkdir -p .build; Scripts/client-environment.sh >.build/clients.log 2>&1 & \
	swift test $(TEST_OPTIONS); status=$$?; wait; exit $$status
	Scripts/test-from-outside.sh

test-in-random-order: dependencies
	python3 Scripts/test-in-random-order.py

bench: dependencies
	Benchmarks/run.sh

bench-steps: build
	python3 Benchmarks/steps.py

bench-scaling: build
	python3 Benchmarks/scaling.py

bench-startup: build
	python3 Benchmarks/startup.py

bench-prompt: build
	python3 Benchmarks/prompt.py

# The environment is that of the tests from outside, which has both runtimes.
bench-exported: build
	Scripts/client-environment.sh
	.build/clients/bin/python Benchmarks/exported.py

bench-pictures: build
	Scripts/client-environment.sh
	.build/clients/bin/python Benchmarks/pictures.py

# A lesson's results are what its text talks of: read what changed before it is committed.
notebooks: build
	for notebook in notebooks/*.ipynb; do \
	  $(PROGRAM) run --in-place "$$notebook" && $(PROGRAM) replay --update --seeds 3 "$$notebook" || exit 1; \
	done

bench-checkpoints: build
	python3 Benchmarks/checkpoints.py

check-replays: build
	python3 Scripts/replay-everywhere.py

check-integers: dependencies
	QATLAB_NETWORKS=10000 swift test $(TEST_OPTIONS) --filter 'RandomNetworkTests|CatalogueIntegerTests'

check-readers: dependencies
	QATLAB_MUTATIONS=100000 swift test $(TEST_OPTIONS) \
	  --filter 'HostilePictureTests|OtherFormatsTests|HostileTensorFileTests|HostileNetworkTests'

# By kind of input: texts 16 seeds, notebooks 3 files, settings, and each file of pictures, data, tensors and networks.
check-fuzz: dependencies
	QATLAB_FUZZ=250000 QATLAB_MUTATIONS=100000 swift test $(TEST_OPTIONS) --filter \
	  'FuzzTests|HostilePictureTests|OtherFormatsTests|HostileTensorFileTests|HostileNetworkTests|SafetensorsTests'

check-crashes: build
	QATLAB_CRASHES=$${QATLAB_CRASHES:-1000} Scripts/test-from-outside.sh -k test_crashes

check-faults: build
	QATLAB_FAULTS=1000000 Scripts/test-from-outside.sh -k test_faults

check-writers: build
	QATLAB_WRITES=10000 Scripts/test-from-outside.sh -k test_writers

check-interrupt: build
	Scripts/test-from-outside.sh --collect-only >/dev/null
	.build/clients/bin/python Scripts/interrupt-latency.py

# oneDNN and libgomp are built without: what computes in threads of theirs is left out. Leaks are not looked for: values of
# recursive enums are held by pointers with tags in them, which the search takes for none, and Foundation's Process leaves
# a weak reference behind.
check-sanitizers: dependencies
	ASAN_OPTIONS=detect_leaks=0 swift test --disable-xctest --sanitize=address --scratch-path .build/address --filter $(SANITIZED)
	swift test --disable-xctest --sanitize=thread --scratch-path .build/thread --filter $(SANITIZED)

check-jupyterlab: build
	python3 Scripts/jupyterlab-tour.py

check-pages: build
	python3 Scripts/pages-tour.py

jupyter-words: build
	python3 Scripts/jupyter-words.py

reference: build
	$(PROGRAM) help --markdown > docs/reference.md
	$(PROGRAM) help --man > docs/qatlab.1

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests

clean:
	swift package clean
