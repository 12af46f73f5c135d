#!/bin/sh
# Writes Sources/ONNXFormat/Messages/onnx.pb.swift from onnx.proto beside it.
#
# It needs protoc (Debian's protobuf-compiler) and protoc-gen-swift of the version of swift-protobuf in Package.swift:
# `swift build -c release --product protoc-gen-swift` in a checkout of it, then PROTOC_GEN_SWIFT=…/protoc-gen-swift.
#
# The plugin marks messages with a storage class @unchecked Sendable: the class is private and copied before it is written.
set -eu
cd "$(dirname "$0")/../Sources/ONNXFormat/Messages"
protoc --plugin=protoc-gen-swift="${PROTOC_GEN_SWIFT:-$(command -v protoc-gen-swift)}" \
  --swift_opt=Visibility=Package --swift_opt=UseAccessLevelOnImports=true --swift_out=. onnx.proto
