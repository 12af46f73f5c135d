import Distillation
import Foundation
import Testing

/// What sessions hold of a loss.
@Suite struct StoredLossTests {
  private func read(_ json: String) throws -> DistillationLoss {
    try JSONDecoder().decode(DistillationLoss.self, from: Data(json.utf8))
  }

  @Test func aLossIsStoredByNameAndArguments() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    func json(_ loss: DistillationLoss) throws -> String {
      String(decoding: try encoder.encode(loss), as: UTF8.self)
    }
    #expect(
      try json(DistillationLoss(.decoupledKD, ["T": 3]))
        == #"{"arguments":{"T":3,"alpha":1,"beta":8},"name":"DecoupledKD"}"#)
    #expect(try json(DistillationLoss(.mutual)) == #"{"arguments":{},"name":"Mutual"}"#)
  }

  @Test(arguments: LossEntry.catalogue.map { DistillationLoss($0) })
  func aStoredLossComesBack(loss: DistillationLoss) throws {
    let stored = try JSONEncoder().encode([loss])
    #expect(try JSONDecoder().decode([DistillationLoss].self, from: stored) == [loss])
  }

  /// As sessions of version 0.1.0 hold them.
  @Test(arguments: [
    (
      #"{"logit":{"_0":{"decoupledKD":{"alpha":1,"beta":8,"temperature":3}}}}"#,
      DistillationLoss(.decoupledKD, ["T": 3])
    ),
    (#"{"logit":{"_0":{"nkd":{"gamma":1.5,"temperature":1}}}}"#, DistillationLoss(.nkd)),
    (#"{"logit":{"_0":{"softTarget":{"temperature":5}}}}"#, DistillationLoss(.softTarget)),
    (#"{"logit":{"_0":{"logits":{}}}}"#, DistillationLoss(.logits)),
    (#"{"logit":{"_0":{"mutual":{}}}}"#, DistillationLoss(.mutual)),
    (#"{"feature":{"_0":{"attention":{"power":2,"scale":1}}}}"#, DistillationLoss(.attention)),
    (#"{"feature":{"_0":{"fitNet":{"scale":1}}}}"#, DistillationLoss(.fitNet)),
    (
      #"{"feature":{"_0":{"similarity":{"norm":3,"scale":1}}}}"#, DistillationLoss(.similarity, ["p": 3])
    ),
    (
      #"{"feature":{"_0":{"activationBoundaries":{"margin":2,"scale":100}}}}"#,
      DistillationLoss(.activationBoundaries, ["scale": 100])
    ),
  ])
  func theFirstSessionsLossesAreRead(json: String, loss: DistillationLoss) throws {
    #expect(try read(json) == loss)
  }

  @Test(arguments: [
    #"{"name":"DecoupledKD"}"#, #"{"name":"Unheard","arguments":{}}"#, "{}",
    #"{"name":"SoftTarget","arguments":{"T":-1}}"#, #"{"name":"SoftTarget","arguments":{"beta":1}}"#,
    #"{"logit":{"_0":{"unheard":{}}}}"#, #"{"logit":{"_0":{}}}"#, #"{"logit":{}}"#,
    #"{"logit":{"_0":{"softTarget":{"temperature":"5"}}}}"#,
  ])
  func whatIsNoLossIsRefused(json: String) {
    #expect(throws: DecodingError.self) { try read(json) }
  }
}
