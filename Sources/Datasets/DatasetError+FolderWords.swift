extension DatasetError {
  /// What is wrong with classes, pictures and their folders, in a clause without a full stop.
  var folderMessage: String {
    switch self {
    case .channelsUnknown(let path, let sizes):
      "\(path) has images of the sizes \(sizes.dropFirst().map(String.init).joined(separator: "×")), and neither "
        + "the first nor the last is a number of channels (1 or 3)"
    case .filesAmbiguous(let path, let names):
      "several files in \(path) could be meant: \(names.prefix(4).joined(separator: ", "))"
    case .noClasses(let path, 0): "\(path) holds neither pictures nor folders of them"
    case .noClasses(let path, let pictures):
      "\(path) has no sub-folders that tell the classes of its \(pictures) pictures"
    case .emptyClass(let path): "\(path) holds no pictures (names that end in .jpg, .jpeg or .png)"
    case .classMissing(let path, let name, let found):
      "there is no class \(quoted(name)) in \(path): it has \(shortened(found))"
    case .unknownClass(let path, let name):
      "\(path) is of the class \(quoted(name)), which no training image has"
    case .classesOutOfRange(let path, let found):
      "\(path) has \(found) class\(found == 1 ? "" : "es"); from 2 to \(ImageSet.mostClasses) can be told apart"
    case .classCount(let path, let named, let found):
      "\(named) classes are named, and there are \(found) in \(path)"
    case .badPattern(let pattern, let reason): "the pattern \(quoted(pattern)) is none: \(reason)"
    case .unlabelled(let path, let pattern):
      "the pattern \(quoted(pattern)) finds no class in the name of \(path)"
    case .linkRefused(let path):
      "\(path) is a link that does not lead to a file in the data's folder"
    case .badPicture(let path, let reason): "\(path) can't be used: \(reason)"
    case .pictureSizesDiffer(let path, let size, let first, let firstSize):
      "\(path) is of \(size) pixels, \(first) of \(firstSize)"
    case .optionNotTaken(let dataset, let option):
      "\(dataset) has no use for \(option.rawValue)"
        + (option == .test ? " as a share or a folder" : option == .validation ? " in a folder" : "")
    default: ""
    }
  }

  /// What to write or do instead.
  var folderRemedy: String? {
    switch self {
    case .channelsUnknown: "write them as [images, height, width, 3] or [images, 3, height, width]"
    case .filesAmbiguous: "leave one set of four files in the folder"
    case .noClasses(_, 0): "name a folder whose sub-folders are the classes"
    case .noClasses:
      "tell the class by the file's name: label \"^(.*)_[0-9]+\", where the group in parentheses is the class"
    case .emptyClass: "remove the folder, or name the classes that are meant: classes a, b, c"
    case .classMissing: "write the names as the folder has them"
    case .unknownClass:
      "put its class among the training images, or name the classes that are meant: classes a, b"
    case .classesOutOfRange: "name a folder with a sub-folder for each class"
    case .classCount(_, _, let found): "name \(found) classes"
    case .badPattern: "a regular expression is wanted, such as \"^(.*)_[0-9]+\""
    case .unlabelled: "write a pattern that all names have, or move the file elsewhere"
    case .linkRefused: "put the file itself in its place"
    case .badPicture: "remove or mend the file, or go on without it: skip-broken"
    case .pictureSizesDiffer: "bring all to one size: size 64"
    case .optionNotTaken(_, .classes): "leave it out: its classes have names"
    case .optionNotTaken(_, .test): "write test N, the number of test images"
    case .optionNotTaken(_, .validation): "set a share of its training images apart: validation 10%"
    case .optionNotTaken: "leave it out: it is for folders of pictures"
    default: nil
    }
  }
}

/// Some names of many.
private func shortened(_ names: [String]) -> String {
  names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
}
