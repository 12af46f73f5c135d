/// Width of a float layer's weights in a file; arithmetic stays in float32.
package enum FloatStorage: String, Hashable, Sendable, Codable, CaseIterable {
  case float32 = "fp32"
  case float16 = "fp16"
  case bfloat16 = "bf16"
}
