// swift-tools-version: 6.2
import PackageDescription

/// Swift 6 mode with the upcoming features that make imports and existentials visible where they are used.
///
/// In CI a warning is an error; on a developer's machine it stays a warning.
let strict: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], fixtures: Bool = false) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, resources: fixtures ? [.copy("Fixtures")] : [],
    swiftSettings: strict)
}

/// Tests that compute nothing themselves: optimizing them would only lengthen the build.
func lightTests(_ name: String, _ dependencies: [Target.Dependency], fixtures: Bool = false) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, resources: fixtures ? [.copy("Fixtures")] : [],
    swiftSettings: strict + [.unsafeFlags(["-Onone"])])
}

let package = Package(
  name: "qatlab",
  products: [.executable(name: "qatlab", targets: ["qatlab"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // The C boundary: each is imported by one Swift target alone.
    .target(
      name: "COneDNN", dependencies: ["CKernels"], cxxSettings: [.unsafeFlags(["-O2"])],
      linkerSettings: [.linkedLibrary("dnnl")]),
    .target(
      name: "CKernels", cSettings: [.unsafeFlags(["-O3"])],
      linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("m")]),
    .target(name: "CEditLine", linkerSettings: [.linkedLibrary("edit")]),
    .target(name: "CPictures", linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),

    // Characters and numbers as text, and the formats made of them.
    library("Text"),

    // Values: a network and its arithmetic.
    library("GraphIR"),
    library("TensorFiles", ["GraphIR", "Text"]),
    library("Quantization", ["GraphIR"]),
    library("Pictures", ["CPictures"]),
    library("Datasets", ["GraphIR", "Pictures", "CZlib"]),

    // The engine.
    library("OneDNN", ["COneDNN"]),
    library("Distillation", ["OneDNN", "Text"]),
    library("Execution", ["GraphIR", "Quantization", "OneDNN", "CKernels"]),
    library("Training", ["Execution", "Quantization", "Distillation", "Datasets", "GraphIR"]),

    // Models for other programs.
    .target(
      name: "ONNXFormat",
      dependencies: ["GraphIR", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["Messages/onnx.proto"], swiftSettings: strict),

    // The language and the session.
    library("Language", ["Text"]),
    library(
      "SessionStore",
      [
        "GraphIR", "TensorFiles", "Text", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    library(
      "Interpreter",
      [
        "Language", "Training", "SessionStore", "GraphIR", "Quantization", "Distillation", "Datasets",
        "Execution", "Pictures", "TensorFiles", "ONNXFormat", "Text",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),

    // The front-ends.
    library("Notebooks", ["Interpreter", "Language", "Training", "Pictures", "Text"]),
    library("Terminal", ["Notebooks", "Interpreter", "Language", "Training", "Text", "CEditLine"]),
    library(
      "JupyterKernel",
      [
        "Notebooks", "Interpreter", "Language", "Training", "Pictures", "Text", "CZeroMQ",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .executableTarget(
      name: "qatlab",
      dependencies: [
        "Terminal", "JupyterKernel", "Notebooks", "Interpreter", "Language", "Training", "Execution",
        "GraphIR", "Text",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),

    // Tests; numbers from PyTorch are read by one target for all.
    .target(name: "ReferenceNumbers", path: "Tests/ReferenceNumbers", swiftSettings: strict),
    tests("TextTests", ["Text"]),
    tests("LanguageTests", ["Language"]),
    tests("GraphIRTests", ["GraphIR"]),
    tests("TensorFilesTests", ["TensorFiles", "GraphIR"], fixtures: true),
    tests("PicturesTests", ["Pictures", "GraphIR"], fixtures: true),
    tests("DatasetsTests", ["Datasets", "Pictures", "GraphIR"]),
    tests("DistillationTests", ["Distillation", "OneDNN", "ReferenceNumbers"], fixtures: true),
    tests("QuantizationTests", ["Quantization", "GraphIR", "ReferenceNumbers"], fixtures: true),
    tests(
      "ExecutionTests", ["Execution", "GraphIR", "Quantization", "CKernels", "ReferenceNumbers"],
      fixtures: true),
    tests(
      "TrainingTests",
      ["Training", "Execution", "GraphIR", "Datasets", "Distillation", "Quantization", "TensorFiles"]),
    tests(
      "SessionStoreTests",
      ["SessionStore", "TensorFiles", "GraphIR", .product(name: "GRDB", package: "GRDB.swift")]),
    tests(
      "ONNXFormatTests",
      [
        "ONNXFormat", "GraphIR", "Execution", "Quantization",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], fixtures: true),
    lightTests(
      "InterpreterTests",
      [
        "Interpreter", "Language", "Training", "Execution", "SessionStore", "Datasets", "Pictures",
        "ONNXFormat", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ], fixtures: true),
    lightTests("NotebooksTests", ["Notebooks", "Interpreter", "Language", "Training", "Pictures", "Text"]),
    lightTests("TerminalTests", ["Terminal", "Interpreter", "Language", "Training", "Text"]),
    lightTests(
      "JupyterKernelTests",
      ["JupyterKernel", "Notebooks", "Interpreter", "Language", "Training", "Text"]),
    lightTests("EndToEndTests", ["Notebooks", "Interpreter", "Language", "Training", "Text"]),
  ],
  cLanguageStandard: .gnu11,
  cxxLanguageStandard: .gnucxx17
)
