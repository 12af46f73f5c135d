internal import COneDNN

/// A refusal of oneDNN, with the call that it refused.
package struct OneDNNError: Error, Equatable, CustomStringConvertible {
  package var call: String
  package var message: String

  package var description: String { "oneDNN could not \(call): \(message)" }
}

/// Passes a handle on, or throws with the library's own message.
func checked(_ handle: OpaquePointer?, _ call: String) throws(OneDNNError) -> OpaquePointer {
  guard let handle else {
    throw OneDNNError(call: call, message: String(cString: odn_last_error()))
  }
  return handle
}

func check(_ status: Int32, _ call: String) throws(OneDNNError) {
  guard status == 0 else {
    throw OneDNNError(call: call, message: String(cString: odn_last_error()))
  }
}

/// Version of the loaded library, "2.6.3".
package var oneDNNVersion: String { String(cString: odn_version()) }

/// Instructions that oneDNN makes its kernels of, "avx2": what the processor has, held to `DNNL_MAX_CPU_ISA`.
package var oneDNNInstructionSet: String { String(cString: odn_instruction_set()) }
