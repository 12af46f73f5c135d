import Datasets
import GraphIR
import SessionStore

/// A model or network of a session, as far as cells that use it depend on it.
package struct SessionContent: Sendable {
  package var name: String
  /// "float", "qat", "int8" or "dynamic"; nil for a network that isn't trained.
  package var kind: String?
  /// The model that it was made from.
  package var start: String?
  /// SHA-256 of its weights' file, its kind and what is written down of it; or of the network's layers.
  package var hash: String
}

extension Interpreter {
  /// Networks, then models, the oldest first.
  package var contents: [SessionContent] {
    let definitions = ((try? store.definitions()) ?? [:]).sorted { $0.key < $1.key }
    let models = (try? store.models()) ?? []
    return definitions.map { SessionContent(name: $0.key, hash: ContentHash($0.value).digits) }
      + models.map { model in
        var hash = ContentHash(model.object)
        hash.add(model.kind.rawValue)
        for (key, value) in model.details.sorted(by: { $0.key < $1.key }) {
          hash.add(key)
          hash.add(value)
        }
        return SessionContent(
          name: model.name, kind: model.kind.rawValue,
          start: model.details[ModelEntry.Detail.start.rawValue], hash: hash.digits)
      }
  }

  /// The data in use, and the SHA-256 of its images; nil where it can't be loaded.
  package var dataInUse: (words: String, hash: String)? {
    let text = (try? store.setting(Setting.data.rawValue)) ?? nil
    guard let choice = text.map(DataChoice.init(text:)) ?? .standard, let dataset = try? library.load(choice)
    else {
      return nil
    }
    let known = library.checksums[choice.request.description]
    return (choice.text, known ?? dataset.checksum)
  }

  /// Test images of the data that was used last; nil where none was.
  package var testImages: Int? { library.testImages }

  /// What training multiplies, as it was set; nil where it wasn't.
  package var precisionSetting: String? { (try? store.setting(Setting.precision.rawValue)) ?? nil }
}
