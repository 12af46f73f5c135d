/// How far loading is: a step of its kind was finished.
package struct LoadingProgress: Hashable, Sendable {
  package enum Activity: String, Hashable, Sendable { case reading, drawing, resizing }

  package var activity: Activity
  package var part: DatasetPart
  /// Images done and images in all, of this part.
  package var done: Int
  package var total: Int
}

/// What loading may use beside the files, and whom it listens to.
package struct Loading {
  /// Folder in which decoded pictures are kept; nil keeps none.
  package var cacheFolder: String?
  /// False where the folder is only read.
  package var writesCache: Bool
  /// Asked on several threads, between images.
  package var isCancelled: @Sendable () -> Bool
  /// Called on the thread that loads.
  package var progress: (LoadingProgress) -> Void

  package init(
    cacheFolder: String? = nil, writesCache: Bool = true,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping (LoadingProgress) -> Void = { _ in }
  ) {
    self.cacheFolder = cacheFolder
    self.writesCache = writesCache
    self.isCancelled = isCancelled
    self.progress = progress
  }
}
